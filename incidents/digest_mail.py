"""A digest as a person reads it: subject, plain text and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.chasing import Capacity
from incidents.models import ActionItem
from incidents.names import name_of

# Mail programs cut a letter off at about 100 kB; the list itself has no end.
MOST_LISTED = 60


@dataclass(frozen=True)
class Line:
    """One item in a digest: how late it is, and why this person hears of it."""

    item: ActionItem
    due_on: date
    days_late: int
    rung: str
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
        return str(incident) if self.names_incident else incident.reference

    @property
    def reason(self) -> str:
        """Say why this reaches somebody other than the owner."""
        if self.capacity == Capacity.OWNER:
            return ""
        owner = self.item.owner
        if owner is None:
            return _("Nobody owns it, and %s.") % self.capacity.label
        return _("%(owner)s is deactivated, and %(you_stand_in)s.") % {
            "owner": name_of(owner),
            "you_stand_in": self.capacity.label,
        }

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}{self.item.get_absolute_url()}"


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
    def summary(self) -> str:
        """Count what is overdue and what is due soon, in under 60 characters."""
        overdue = sum(line.is_overdue for line in self.lines)
        soon = len(self.lines) - overdue
        if not overdue:
            text = "%d action item due within two days"
            return ngettext(text, "%d action items due within two days", soon) % soon
        late = ngettext("%d action item overdue", "%d action items overdue", overdue)
        if not soon:
            return late % overdue
        return _("%(overdue)s, %(soon)d due within two days") % {
            "overdue": late % overdue,
            "soon": soon,
        }


def digest_key(person: User, at: datetime) -> str:
    """Name a person's mail of the local day of `at`."""
    return f"digest:{person.pk}:{at:%Y-%m-%d}"


def compose(digest: Digest) -> tuple[str, str, str]:
    """Write the subject, the text and the HTML."""
    listed = digest.lines[:MOST_LISTED]
    context = {
        "summary": digest.summary,
        "name": digest.person.first_name or digest.person.get_username(),
        "groups": [
            (_("Overdue") if is_overdue else _("Due within two days"), list(lines))
            for is_overdue, lines in groupby(listed, lambda line: line.is_overdue)
        ],
        "unlisted": len(digest.lines) - len(listed),
        "list_url": _list_url(digest),
        "settings_url": settings.SITE_URL + reverse("admin:auth_user_me"),
    }
    return (
        render_to_string("emails/digest.subject", context).strip(),
        render_to_string("emails/digest.txt", context),
        render_to_string("emails/digest.html", context),
    )


def _list_url(digest: Digest) -> str:
    own = any(line.capacity == Capacity.OWNER for line in digest.lines)
    address = reverse("admin:incidents_actionitem_changelist")
    return f"{settings.SITE_URL}{address}{'?mine=1' if own else ''}"
