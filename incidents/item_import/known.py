"""What a file may refer to, read at once for all of its rows: people, incidents, twins.

Whether a row may name an incident is asked of `visible_to`, for whoever uploaded it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from incidents.item_import.columns import shown
from incidents.item_import.days import Unfit
from incidents.models import ActionItem, Incident, Team
from incidents.patterns import LONGEST_REFERENCE

# Keys in one query: SQLite takes no more than some hundred parameters.
AT_ONCE = 400
WITH_NAME = re.compile(r"(?s)[^<>]*<([^<>\s]+@[^<>\s]+)>")
Thing = TypeVar("Thing")


@dataclass
class People:
    """Everybody there is, by address and by full name."""

    by_address: dict[str, tuple[int, bool]] = field(default_factory=dict)
    by_name: dict[str, list[tuple[int, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @classmethod
    def known(cls) -> People:
        people = cls()
        columns = ("pk", "is_active", "username", "email", "first_name", "last_name")
        for pk, is_active, username, email, first, last in User.objects.order_by(
            "pk"
        ).values_list(*columns):
            for address in {username, email} - {""}:
                people.by_address.setdefault(plain(address), (pk, is_active))
            if name := plain(f"{first} {last}"):
                people.by_name[name].append((pk, is_active))
        return people

    def find(self, text: str) -> int | None:
        """Give whom a cell names, nobody for an empty one, or raise Unfit."""
        if not text:
            return None
        found = WITH_NAME.fullmatch(text)
        wanted = plain(found[1] if found else text)
        one = self.by_address.get(wanted)
        alike = [one] if one else self.by_name.get(wanted, [])
        active = [pk for pk, is_active in alike if is_active]
        if len(active) == 1:
            return active[0]
        if active:
            sentence = _("More than one person is called %s: write the e-mail address.")
        elif alike:
            sentence = _("%s is deactivated: name somebody else, or leave it empty.")
        else:
            sentence = _(
                "There is nobody called %s: write the e-mail address or the full name, "
                "or have them invited first."
            )
        raise Unfit(sentence % shown(text))


@dataclass
class Places:
    """The incidents that rows name, as far as the person may see them."""

    by_reference: dict[str, int]

    @classmethod
    def named(cls, references: Iterable[str], user: User) -> Places:
        short = (each for each in references if 0 < len(each) <= LONGEST_REFERENCE)
        wanted = {each for each in short if "\0" not in each}
        wanted |= {each.upper() for each in wanted}
        seen = Incident.objects.visible_to(user).order_by()
        return cls(
            {
                plain(reference): pk
                for some in in_portions(sorted(wanted), AT_ONCE)
                for pk, reference in seen.filter(reference__in=some).values_list(
                    "pk", "reference"
                )
            }
        )

    def find(self, text: str) -> int | None:
        if not text:
            return None
        if (pk := self.by_reference.get(plain(text))) is None:
            sentence = _(
                "There is no incident %s that you can see: correct the reference, or "
                "leave the cell empty."
            )
            raise Unfit(sentence % shown(text))
        return pk


Key = tuple[int | None, str]


def pending_titles(team: Team, incidents: Iterable[int]) -> set[Key]:
    """Give what is to be done already, as (incident or None for the team, title)."""
    pending = ActionItem.objects.pending().order_by()
    loose = pending.filter(incident=None, team=team)
    found = {key_of(None, title) for title in loose.values_list("title", flat=True)}
    for some in in_portions(sorted(set(incidents)), AT_ONCE):
        rows = pending.filter(Q(incident__in=some)).values_list("incident_id", "title")
        found |= {key_of(pk, title) for pk, title in rows}
    return found


def key_of(incident: int | None, title: str) -> Key:
    return (incident, plain(title))


def plain(text: str) -> str:
    """Write a text in the one way that equal ones share."""
    return " ".join(text.split()).casefold()


def in_portions(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some
