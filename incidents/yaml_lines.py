"""Reads YAML so that whatever is wrong with it can be told by its line."""

from __future__ import annotations

from typing import Any

import yaml
from django.utils.translation import gettext as _

Path = tuple[str | int, ...]


class BrokenYaml(Exception):
    """A text that cannot be read: the line, and what is wrong with it."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line = line
        self.sentence = sentence
        super().__init__(sentence)


def read_yaml(text: str) -> tuple[yaml.Node | None, Any]:
    """Give the nodes, which know their lines, and the plain content."""
    try:
        _refuse_anchors(text)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        return root, yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        sentence = _("this is not YAML: %s.") % error.problem
        raise BrokenYaml(line, sentence) from error
    except (yaml.YAMLError, ValueError) as error:
        # A character or a date that does not exist; such errors span several lines.
        sentence = _("this is not YAML: %s.") % " ".join(str(error).split())
        raise BrokenYaml(1, sentence) from error


def line_of(path: Path, node: yaml.Node | None) -> int:
    """Find the line of the innermost part of the path that is there."""
    line = node.start_mark.line + 1 if node else 1
    for step in path:
        node = _child(node, step)
        if node is None:
            break
        line = node.start_mark.line + 1
    return line


def _refuse_anchors(text: str) -> None:
    """Refuse what lets a short text stand for a huge one."""
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            sentence = _("write it out: anchors and aliases are not read.")
            raise BrokenYaml(token.start_mark.line + 1, sentence)


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None
