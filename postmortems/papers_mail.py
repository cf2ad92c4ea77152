"""A reminder of papers as a person reads it: subject, plain text and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.choices import Capacity
from incidents.digest_times import zone_of
from incidents.incident_mails import page_of, whom_to_ask
from incidents.listeners import Duty
from incidents.mail_wording import Wording, greeted, write
from incidents.message_facts import zoned
from incidents.models import Deadline, Incident
from incidents.names import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Paper:
    """One paper that one person hears of: how late it is, and at which rung.

    Without a rung it is named beside others, and is no reason to write.
    """

    deadline: Deadline
    duty: Duty
    author: User | None
    days_late: int
    rung: int | None
    person: User
    now: datetime

    @property
    def key(self) -> str:
        """Name this rung of this due date for this person, once and for all."""
        due_at = self.deadline.due_at
        moment = int(due_at.timestamp()) if due_at else 0
        parts = (self.deadline.pk, moment, self.rung, self.person.pk)
        return f"papers:{':'.join(map(str, parts))}"

    @property
    def incident(self) -> Incident:
        return self.deadline.incident

    @property
    def label(self) -> str:
        return self.deadline.label

    @property
    def is_late(self) -> bool:
        due_at = self.deadline.due_at
        return due_at is not None and due_at < self.now

    @property
    def when(self) -> str:
        if not self.is_late:
            return _("due soon")
        if self.days_late < 1:
            return _("late")
        late = ngettext("%d day late", "%d days late", self.days_late)
        return late % self.days_late

    @property
    def due(self) -> str:
        due_at = self.deadline.due_at
        return zoned(due_at, zone_of(self.person)) if due_at else ""

    @property
    def sees(self) -> bool:
        return self.duty.may_see_incident

    @property
    def title(self) -> str:
        """Name the incident; to who may not see it, by its reference alone."""
        return str(self.incident) if self.sees else self.incident.reference

    @property
    def severity(self) -> str:
        return self.incident.severity_label if self.sees else ""

    @property
    def url(self) -> str:
        """Give where it is written: the post-mortem, or the page that begins one."""
        if not self.sees:
            return ""
        paper = getattr(self.incident, "postmortem", None)
        if paper is None:
            return page_of(self.incident)
        return f"{settings.SITE_URL}{paper.get_absolute_url()}"

    @property
    def whom_to_ask(self) -> str:
        return whom_to_ask(self.incident)

    @property
    def reason(self) -> str:
        """Say why this person hears of it."""
        capacity = Capacity(self.duty.capacity)
        if capacity == Capacity.OWNER:
            return _("You write it.")
        if self.author is None:
            return _("Nobody writes it yet, and %s.") % capacity.label
        names = {"author": name_of(self.author), "you": capacity.label}
        if not self.author.is_active:
            return _("%(author)s is deactivated, and %(you)s.") % names
        if capacity == Capacity.STAND_IN:
            return _("%s is away, and you stand in.") % names["author"]
        return _("%(author)s writes it, and %(you)s.") % names


def compose(person: User, papers: Sequence[Paper]) -> Wording:
    """Write the subject, the text and the HTML."""
    context = {
        "name": greeted(person),
        "heading": _heading(papers),
        "papers": papers,
    }
    return write("papers_due", context)


def _heading(papers: Sequence[Paper]) -> str:
    first, *others = papers
    if not others:
        names = {"paper": first.label, "when": first.when, "title": first.title}
        return _("%(paper)s %(when)s: %(title)s") % names
    late = sum(paper.is_late for paper in papers)
    soon = len(papers) - late
    said = [_("%d late") % late] if late else []
    said += [_("%d due soon") % soon] if soon else []
    return _("Post-mortems: %s") % ", ".join(said)
