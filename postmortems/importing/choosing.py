"""What whoever imports chooses, and what of a file's names is known here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.contrib.auth.models import User

from incidents.bindings import playbook_of
from incidents.item_import.days import Unfit
from incidents.item_import.known import People, plain
from incidents.models import Playbook, Service, Severity, Team

NO_LETTER = re.compile(r"[\W_]+")
# What teams write before a number for the same thing.
FAMILIES = (("sev", "severity", "s"), ("p", "prio", "priority"))
NUMBERED = re.compile(r"([a-z]*)(\d{1,2})")
IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
MOST_ASKED = 200


@dataclass(frozen=True)
class Choices:
    """For whom a file is imported, and how what it leaves open is to be read.

    `severity` and `day` count whatever the file says; `otherwise` and `otherwise_on`
    only where it says none that is known. Times without a zone are in `zone`, else in
    the team's. `meanings` are by the number of a section that was not recognised.
    """

    team: Team
    playbook: Playbook | None = None
    severity: Severity | None = None
    otherwise: Severity | None = None
    day: date | None = None
    otherwise_on: date | None = None
    zone: str = ""
    restricted: bool = False
    drops_open: bool = False
    publishes: bool = False
    meanings: Mapping[int, str] = field(default_factory=dict)

    @property
    def times_in(self) -> str:
        return self.zone or self.team.zone.key

    @cached_property
    def rules(self) -> Playbook | None:
        """Give the playbook that counts: the one chosen, else the team's."""
        return self.playbook or playbook_of(self.team)


@dataclass
class Known:
    """People and services by name, read once for all files."""

    people: People = field(default_factory=People.known)
    found: dict[int, User] = field(default_factory=dict)

    def person(self, words: str) -> User | None:
        """Give the one active person of this name or address, if there is one."""
        words = words.strip().strip("*_`")
        if found := IN_BRACKETS.fullmatch(words):
            words = found[1]
        words = words.strip().strip("*_`").removeprefix("@").strip()
        if not words or len(words) > MOST_ASKED:
            return None
        try:
            key = self.people.find(words)
        except Unfit:
            return None
        if key is None:
            return None
        if key not in self.found:
            self.found[key] = User.objects.get(pk=key)
        return self.found[key]

    @cached_property
    def services_by_name(self) -> dict[str, Service]:
        # Of two with a name, the one that is in use; else the older one.
        rows = Service.objects.order_by("-is_retired", "-pk")
        return {plain(row.name): row for row in rows}

    def services(self, names: Iterable[str]) -> tuple[Service, ...]:
        found = (self.services_by_name.get(plain(name)) for name in names)
        return tuple(dict.fromkeys(each for each in found if each))


def severities_of(playbook: Playbook) -> list[Severity]:
    """List what the playbook has now, the worst first."""
    return list(playbook.severities.filter(is_current=True).order_by("rank"))


def severity_in(words: str, severities: Iterable[Severity]) -> Severity | None:
    """Find the severity that a file names: by its code, its name, or both."""
    severities = list(severities)
    said = _bare(words)
    for each in severities:
        if said and said in {
            _bare(each.code),
            _bare(each.name),
            _bare(f"{each.code} {each.name}"),
        }:
            return each
    tokens = {_bare(word) for word in re.split(r"[^\w-]+", words[:MOST_ASKED])}
    named = [
        each
        for each in severities
        if _bare(each.code) in tokens
        or any(_is_same(_bare(each.code), word) for word in tokens)
    ]
    return named[0] if len(named) == 1 else None


def _is_same(code: str, word: str) -> bool:
    """Say whether sev-1, severity 1 or 1 alone mean the code, by its own family."""
    one, other = NUMBERED.fullmatch(code), NUMBERED.fullmatch(word)
    if not one or not other or one[2] != other[2]:
        return False
    return not other[1] or any(
        one[1] in family and other[1] in family for family in FAMILIES
    )


def _bare(words: str) -> str:
    return NO_LETTER.sub("", words[:MOST_ASKED].casefold())
