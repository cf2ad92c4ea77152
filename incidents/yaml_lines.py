"""Reads YAML so that whatever is wrong with it can be told by its line.

The text is parsed once, by the C parser; what a short text could use to stand for a
huge one is refused: anchors, aliases, tags, deep nesting, and more parts than people
write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _
from yaml._yaml import CParser
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from incidents.yaml_words import ANCHORS, sentence_for

DEEPEST = 40
MOST_PARTS = 50_000
# Reading a number takes longer than its length; none that people write has more.
LONGEST_NUMBER = 40
TAG = "tag:yaml.org,2002:"
Path = tuple[str | int, ...]


class BrokenYaml(Exception):
    """A text that cannot be read: the line, and what is wrong with it."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line = line
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True)
class Fault:
    """What is wrong at a line, in a text that could be read all the same."""

    line: int
    path: Path
    sentence: str


@dataclass(frozen=True)
class Reading:
    """The lines, the nodes, which know theirs, the plain content, and its faults."""

    lines: list[str]
    root: yaml.Node | None
    content: Any
    faults: tuple[Fault, ...] = ()


def read_yaml(text: str) -> tuple[yaml.Node | None, Any]:
    """Give nodes and content, or raise BrokenYaml at the first fault."""
    reading = examine(text)
    for fault in reading.faults:
        raise BrokenYaml(fault.line, fault.sentence)
    return reading.root, reading.content


def examine(text: str) -> Reading:
    """Read all that can be read, or raise BrokenYaml where nothing can."""
    lines = text.split("\n")
    try:
        composer = _Composer(text)
        root = composer.get_single_node()
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise BrokenYaml(*sentence_for(error, text)) from error
    if composer.faults:
        return Reading(lines, root, None, tuple(composer.faults))
    builder = _Builder()
    content = builder.build(root, ()) if root else None
    return Reading(lines, root, content, tuple(builder.faults))


def line_of(path: Path, node: yaml.Node | None) -> int:
    """Find the line of the innermost part of the path that is there."""
    return find(path, node)[0]


def find(path: Path, node: yaml.Node | None) -> tuple[int, yaml.Node | None]:
    """Find the innermost part of the path that is there, and its line."""
    line = node.start_mark.line + 1 if node else 1
    for step in path:
        found = _child(node, step)
        if found is None:
            break
        line, node = found
    return line, node


class _Composer(Composer, CParser, SafeConstructor, Resolver):
    """Composes nodes from the events of the C parser, within limits."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)
        self.faults: list[Fault] = []
        self._depth = self._parts = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        self._weigh(event)
        if isinstance(event, yaml.AliasEvent):
            self.get_event()
            return yaml.ScalarNode(TAG + "null", "")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _weigh(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self._parts += 1
        if self._depth >= DEEPEST:
            raise BrokenYaml(
                line, _("Parts lie in one another more than %d deep.") % DEEPEST
            )
        if self._parts > MOST_PARTS:
            raise BrokenYaml(
                line, _("There are more than %d parts in the file.") % MOST_PARTS
            )
        if event.anchor is not None:
            self.faults.append(Fault(line, (), str(ANCHORS)))
            event.anchor = None
        if getattr(event, "tag", None) is not None:
            sentence = _(
                "Remove “%s”: tags are not read. A text that begins with ! goes in "
                "quotation marks."
            )
            tag = event.tag.replace(TAG, "!!")[:60]
            self.faults.append(Fault(line, (), sentence % tag))
            event.tag = None


class _Builder:
    """Makes plain content of nodes; keys are texts, as they are written."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._constructor = SafeConstructor()

    def build(self, node: Any, path: Path) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.build(each, (*path, place))
                for place, each in enumerate(node.value)
            ]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        content: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                sentence = _(
                    "A key is a text, not a list or a mapping. A text that begins with "
                    "a bracket or a brace goes in quotation marks."
                )
                self.faults.append(Fault(line, path, sentence))
                continue
            if key.value in content:
                facts = {"key": key.value[:60], "line": lines[key.value]}
                sentence = _(
                    "The key “%(key)s” is here already, in line %(line)d: keep one."
                )
                self.faults.append(Fault(line, (*path, key.value), sentence % facts))
                continue
            lines[key.value] = line
            content[key.value] = self.build(value, (*path, key.value))
        return content

    def _scalar(self, node: Any, path: Path) -> Any:
        kind = node.tag.removeprefix(TAG)
        if kind not in {"null", "bool", "int", "float", "timestamp"}:
            return node.value
        try:
            if len(node.value) > LONGEST_NUMBER:
                raise ValueError
            return self._constructor.construct_object(node)
        except ValueError:
            sentence = _(
                "“%s” is a number or a date that does not exist. A text that looks "
                "like one goes in quotation marks."
            )
            line = node.start_mark.line + 1
            self.faults.append(Fault(line, path, sentence % node.value[:60]))
            return None


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    """Find a part and its line: that of its key, or of the entry in a list."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        if step >= len(node.value):
            return None
        return node.value[step].start_mark.line + 1, node.value[step]
    if isinstance(node, yaml.MappingNode):
        return _places(node).get(step)
    return None


def _places(node: yaml.MappingNode) -> dict[str | int, tuple[int, yaml.Node]]:
    """Give line and value of each key, looked up once: a text may have thousands."""
    kept = vars(node)
    if "places" not in kept:
        kept["places"] = {
            key.value: (key.start_mark.line + 1, value)
            for key, value in reversed(node.value)  # of two keys the first counts
            if isinstance(key, yaml.ScalarNode)
        }
    places: dict[str | int, tuple[int, yaml.Node]] = kept["places"]
    return places
