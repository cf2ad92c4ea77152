"""Reads a playbook that somebody wrote, and says line by line what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.playbooks.crosschecks import faults_of
from incidents.playbooks.paths import shown
from incidents.playbooks.placeholders import BETWEEN_BRACES
from incidents.playbooks.salvage import salvage
from incidents.playbooks.schema import PlaybookDocument
from incidents.playbooks.writing import dump_playbook
from incidents.yaml_lines import BrokenYaml, Path, Reading, examine, find

__all__ = [
    "BrokenPlaybook",
    "Problem",
    "dump_playbook",
    "read_playbook",
]

LONGEST_DOCUMENT = 500_000
MOST_PROBLEMS = 200


@dataclass(frozen=True, order=True)
class Problem:
    """Something to mend: where it is, and what to write instead."""

    line: int
    path: str
    sentence: str

    def __str__(self) -> str:
        where = f", {self.path}" if self.path else ""
        facts = {"line": self.line, "where": where, "sentence": self.sentence}
        return _("Line %(line)d%(where)s: %(sentence)s") % facts


class BrokenPlaybook(Exception):
    """A text that is no playbook, with its problems in the order of their lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = sorted(set(problems))
        self.problems = tuple(found[:MOST_PROBLEMS])
        if rest := found[MOST_PROBLEMS:]:
            sentence = ngettext("There is %d more.", "There are %d more.", len(rest))
            self.problems += (Problem(rest[0].line, "", sentence % len(rest)),)
        super().__init__(" ".join(self.sentences))

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(str(problem) for problem in self.problems)


def read_playbook(text: str) -> PlaybookDocument:
    """Read a document, or raise BrokenPlaybook with all that is wrong."""
    if len(text) > LONGEST_DOCUMENT:
        sentence = _("The file has %(found)d characters; at most %(most)d are read.")
        facts = {"found": len(text), "most": LONGEST_DOCUMENT}
        raise BrokenPlaybook([Problem(1, "", sentence % facts)])
    try:
        reading = examine(text)
    except BrokenYaml as error:
        raise BrokenPlaybook([Problem(error.line, "", error.sentence)]) from error
    problems = [
        Problem(fault.line, shown(fault.path, reading.content), fault.sentence)
        for fault in reading.faults
    ]
    if reading.content is None and problems:
        raise BrokenPlaybook(problems)
    return _typed(reading, problems)


def _typed(reading: Reading, problems: list[Problem]) -> PlaybookDocument:
    if not isinstance(reading.content, dict):
        sentence = _("A playbook begins with keys: write “name:” and “severities:”.")
        raise BrokenPlaybook([*problems, Problem(1, "", sentence)])
    found, rest = salvage(reading)
    if rest is not None:
        sense = [(rest.place(path), sentence) for path, sentence in faults_of(rest)]
        found = [*found, *sense]
    known = {(fault.line, fault.path) for fault in reading.faults}
    for path, sentence in found:
        line = _line(path, sentence, reading)
        if (line, path) not in known:
            problems.append(Problem(line, shown(path, reading.content), sentence))
    if problems or rest is None:
        raise BrokenPlaybook(problems)
    return rest.document


def _line(path: Path, sentence: str, reading: Reading) -> int:
    """Find the line of a fault; within a long text, that of the words in question."""
    line, node = find(path, reading.root)
    words = BETWEEN_BRACES.search(sentence)
    if node is None or words is None:
        return line
    first, last = node.start_mark.line, node.end_mark.line
    texts = enumerate(reading.lines[first : last + 1], start=first + 1)
    return next((number for number, text in texts if words[0] in text), line)
