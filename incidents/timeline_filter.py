"""What of a timeline somebody asked to see: entries of one kind, of one author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from incidents.choices import ENTRY_KINDS, Kind
from incidents.names import name_of

if TYPE_CHECKING:
    from incidents.models import Incident

NOBODY_ASKS: Mapping[str, str] = {}
# Stands for entries that no person wrote, where an author's key is expected.
SYSTEM = "debrief"
LONGEST_KEY = 18
KIND_LABELS = {kind.value: kind.label for kind in Kind}


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


class EntryFilter:
    """A kind and an author, as an address names them; what is made up is ignored."""

    def __init__(self, incident: Incident, asked: Mapping[str, str]) -> None:
        self.incident = incident
        kind, author = asked.get("kind", ""), asked.get("author", "")
        self.kind = kind if kind in KIND_LABELS else ""
        is_key = author.isdecimal() and author.isascii() and len(author) <= LONGEST_KEY
        self.author = author if is_key or author == SYSTEM else ""
        # Somebody who asks for the form itself has not chosen anything yet.
        self.is_open = "filter" in asked or self.is_narrow

    @property
    def is_narrow(self) -> bool:
        return bool(self.kind or self.author)

    @property
    def condition(self) -> Q:
        found = Q(kind=self.kind) if self.kind else Q()
        if self.author == SYSTEM:
            return found & Q(author=None)
        return found & Q(author=int(self.author)) if self.author else found

    @property
    def query(self) -> str:
        """Give what an address must say to ask for the same again."""
        named = {"kind": self.kind, "author": self.author}
        return urlencode({name: value for name, value in named.items() if value})

    @property
    def kinds(self) -> list[Choice]:
        """Offer what people write first, then what the system does."""
        first = [kind.value for kind in ENTRY_KINDS]
        values = [*first, *(value for value in KIND_LABELS if value not in first)]
        offered = [("", _("everything")), *((v, str(KIND_LABELS[v])) for v in values)]
        return [Choice(value, label, value == self.kind) for value, label in offered]

    @cached_property
    def authors(self) -> list[Choice]:
        """Offer whoever wrote something here: one query, and only for the form."""
        keys = self.incident.timeline.order_by().values("author").distinct()
        people = User.objects.filter(pk__in=keys)
        named = sorted((name_of(each), str(each.pk)) for each in people)
        offered = [
            ("", _("everybody")),
            (SYSTEM, _("Debrief itself")),
            *((key, name) for name, key in named),
        ]
        return [Choice(value, label, value == self.author) for value, label in offered]
