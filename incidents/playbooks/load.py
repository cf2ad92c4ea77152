"""Reads a playbook that somebody pasted, and says line by line what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml
from django.utils.translation import gettext as _
from pydantic import ValidationError

from incidents.playbooks.schema import PlaybookDocument
from incidents.yaml_lines import BrokenYaml, line_of, read_yaml

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
        root, content = read_yaml(text)
    except BrokenYaml as error:
        sentence = _("Line %(line)d: %(problem)s") % {
            "line": error.line,
            "problem": error.sentence,
        }
        raise BrokenPlaybook([sentence]) from error
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


def _sentence(problem: Any, root: yaml.Node | None) -> str:
    path = problem["loc"]
    return _("Line %(line)d, %(path)s: %(problem)s.") % {
        "line": line_of(path, root),
        "path": " › ".join(str(p + 1) if isinstance(p, int) else p for p in path)
        or _("the document"),
        "problem": problem["msg"].removeprefix("Value error, ").rstrip("."),
    }
