"""A digest as a person reads it: subject, plain text and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from string import printable
from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.choices import Capacity, Priority
from incidents.item_links import link_to
from incidents.mail_wording import Wording, greeted, write
from incidents.models import ActionItem
from incidents.names import name_of

# The list itself has no end, and nobody reads one of hundreds in a mail. A mail of
# over 100 kB is cut off, and of over 60 kB it is slow to open on a telephone.
MOST_LISTED = 50
MOST_BYTES_OF_WORDS = 24_000


@dataclass(frozen=True)
class Line:
    """One item in a digest: how late it is, and why this person hears of it."""

    item: ActionItem
    due_on: date
    days_late: int
    rung: int
    is_new: bool
    capacity: Capacity
    names_incident: bool

    @property
    def is_overdue(self) -> bool:
        return self.days_late > 0

    @property
    def when(self) -> str:
        if self.is_overdue:
            late = ngettext("%d day late", "%d days late", self.days_late)
            return late % self.days_late
        if self.days_late == 0:
            return _("due today")
        left = -self.days_late
        return _("due tomorrow") if left == 1 else _("due in %d days") % left

    @property
    def incident(self) -> str:
        """Name the incident; to who may not see it, by its reference alone."""
        incident = self.item.incident
        if incident is None or not self.names_incident:
            return self.item.belongs_to
        return str(incident)

    @property
    def matters(self) -> str:
        """Say in a line where it comes from: which incident and how bad, or whose."""
        incident = self.item.incident
        if incident is None:
            return _("Team %s, no incident") % self.item.team
        if not self.names_incident:
            return incident.reference
        return f"{incident}, {incident.severity}"

    @property
    def reason(self) -> str:
        """Say why this reaches somebody other than the owner."""
        if self.capacity == Capacity.OWNER:
            return ""
        owner, you = self.item.owner, Capacity(self.capacity).label
        if owner is None:
            return _("Nobody owns it, and %s.") % you
        if not owner.is_active:
            return _("%(owner)s is deactivated, and %(you)s.") % {
                "owner": name_of(owner),
                "you": you,
            }
        if self.capacity == Capacity.STAND_IN:
            return _("%s is away, and you stand in.") % name_of(owner)
        return _("%(priority)s, %(late)s: %(you)s. It belongs to %(owner)s.") % {
            "priority": self.item.get_priority_display(),
            "late": self._weeks_late,
            "you": you,
            "owner": name_of(owner),
        }

    @property
    def _weeks_late(self) -> str:
        weeks = self.days_late // 7
        if weeks < 1:
            return self.when
        return _("a week late") if weeks == 1 else _("%d weeks late") % weeks

    @property
    def bytes_of_words(self) -> int:
        """Give the size of what people wrote, in both parts, at its longest.

        A part with long lines is sent with three bytes for each that is not ASCII.
        """
        words = self.item.title + self.matters + self.reason
        return sum(len(quote(each, printable)) for each in (words, escape(words)))


@dataclass(frozen=True)
class Digest:
    """One person's mail of one day; the worst line comes first."""

    person: User
    at: datetime
    lines: list[Line]

    @property
    def key(self) -> str:
        return digest_key(self.person, self.at)

    @property
    def thread(self) -> str:
        """Name the conversation to which all digests of a person belong."""
        return f"digest:{self.person.pk}"

    @property
    def summary(self) -> str:
        """Count what is overdue and what is due soon, in under 60 characters."""
        overdue = sum(line.is_overdue for line in self.lines)
        soon = len(self.lines) - overdue
        if not overdue:
            text = ngettext("%d action item due soon", "%d action items due soon", soon)
            return text % soon
        late = ngettext("%d action item overdue", "%d action items overdue", overdue)
        if not soon:
            return late % overdue
        return _("%(overdue)s, %(soon)d due soon") % {
            "overdue": late % overdue,
            "soon": soon,
        }


class Entry(NamedTuple):
    """A line as both parts print it, put into words once."""

    is_overdue: bool
    title: str
    when: str
    plan: str
    matters: str
    reason: str
    url: str

    @classmethod
    def of(cls, line: Line, person: User, day: str) -> Entry:
        """Say it to the addressee, whom the address will know."""
        return cls(
            line.is_overdue,
            line.item.title,
            capfirst(line.when),
            f"{Priority(line.item.priority).label} · {day}",
            line.matters,
            line.reason,
            link_to(line.item, person),
        )


def digest_key(person: User, at: datetime) -> str:
    """Name a person's mail of the local day of `at`."""
    return f"digest:{person.pk}:{at:%Y-%m-%d}"


def compose(digest: Digest) -> Wording:
    """Write the subject, the text and the HTML."""
    listed = _listed(digest.lines)
    # Many items are due on one day, and dates take long to spell.
    days = {
        day: date_format(day, "D j M Y") for day in {each.due_on for each in listed}
    }
    entries = [Entry.of(each, digest.person, days[each.due_on]) for each in listed]
    words, url = _whole_list(digest)
    return write(
        "digest",
        {
            "summary": digest.summary,
            "name": greeted(digest.person),
            "groups": [
                (_("Overdue") if is_overdue else _("Due soon"), list(group))
                for is_overdue, group in groupby(entries, lambda each: each.is_overdue)
            ],
            "unlisted": len(digest.lines) - len(listed),
            "list_words": words,
            "list_url": url,
            "settings_url": settings.SITE_URL + reverse("admin:auth_user_me"),
        },
    )


def _listed(lines: list[Line]) -> list[Line]:
    """Take the worst ones, as many as a mail holds; the first one always."""
    room, listed = MOST_BYTES_OF_WORDS, list[Line]()
    for line in lines[:MOST_LISTED]:
        room -= line.bytes_of_words
        if room < 0 and listed:
            break
        listed.append(line)
    return listed


def _whole_list(digest: Digest) -> tuple[str, str]:
    """Give the words and the address of the page on which all of it stands."""
    capacities = {line.capacity for line in digest.lines}
    items = reverse("admin:incidents_actionitem_changelist")
    if capacities <= {Capacity.OWNER}:
        words, path = _("Open my items"), f"{items}?mine=1"
    elif capacities <= {Capacity.OWNER, Capacity.STAND_IN}:
        words, path = _("Open my work"), reverse("admin:my_work")
    else:
        # Only a list of everybody's has what belongs to others.
        words, path = _("Open all that is overdue"), f"{items}?overdue=1"
    return words, f"{settings.SITE_URL}{path}"
