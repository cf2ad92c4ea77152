"""Reads a playbook that somebody pasted, and says line by line what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml
from django.utils.translation import gettext as _
from pydantic import ValidationError

from incidents.playbooks.schema import PlaybookDocument

LONGEST_DOCUMENT = 100_000


class BrokenPlaybook(Exception):
    """A text that is no playbook, with every sentence about what to mend."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(self.sentences))


def load_playbook(text: str) -> PlaybookDocument:
    """Read a document, or raise BrokenPlaybook with all that is wrong."""
    if len(text) > LONGEST_DOCUMENT:
        raise BrokenPlaybook([_("The document is longer than 100,000 characters.")])
    try:
        _refuse_anchors(text)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        content = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError) as error:
        raise BrokenPlaybook([_yaml_sentence(error)]) from error
    if not isinstance(content, dict):
        sentence = _("Write a document with “severities” and “priorities”.")
        raise BrokenPlaybook([sentence])
    try:
        return PlaybookDocument.model_validate(content)
    except ValidationError as error:
        raise BrokenPlaybook(
            _sentence(problem, root) for problem in error.errors()
        ) from error


def dump_playbook(document: dict[str, Any]) -> str:
    """Write a stored document as people edit it."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=80)


def _refuse_anchors(text: str) -> None:
    """Refuse what lets a short text stand for a huge one."""
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            line = token.start_mark.line + 1
            raise ValueError(
                _("Line %d: write it out, anchors and aliases are not read.") % line
            )


def _yaml_sentence(error: yaml.YAMLError | ValueError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return _("Line %(line)d is not YAML: %(problem)s.") % {
            "line": error.problem_mark.line + 1,
            "problem": error.problem,
        }
    return str(error)


def _sentence(problem: Any, root: yaml.Node | None) -> str:
    path = problem["loc"]
    return _("Line %(line)d, %(path)s: %(problem)s.") % {
        "line": _line_of(path, root),
        "path": " › ".join(str(p + 1) if isinstance(p, int) else p for p in path)
        or _("the document"),
        "problem": problem["msg"].removeprefix("Value error, ").rstrip("."),
    }


def _line_of(path: tuple[str | int, ...], node: yaml.Node | None) -> int:
    """Find the line of the innermost part of the path that is there."""
    line = node.start_mark.line + 1 if node else 1
    for step in path:
        node = _child(node, step)
        if node is None:
            break
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None
