"""Reminding of papers: the report, the draft and the review that an incident owes.

Its author hears a day before and once it is late, then its lead and its team's. Who is
away, who stands in and who may see what is as with action items (`listeners.py`). Each
paper, due date, rung and person is a row of the outbox, so nobody is told twice; all
rows of a sweep are written in one transaction, so nothing is told by halves.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from incidents import outbox
from incidents.choices import (
    POSTMORTEM_DEADLINES,
    DeliveryState,
    NotificationKind,
    PostMortemState,
    Priority,
)
from incidents.digest_times import is_time, works_on, zone_of
from incidents.incident_mails import mail_about
from incidents.listeners import NEVER, Duty, People, Row
from incidents.mail_wording import Wording
from incidents.models import (
    Deadline,
    Incident,
    Notification,
    PlaybookVersion,
    RoleAssignment,
)
from incidents.outbox import message_id
from incidents.playbooks.schema import EscalationRule, ReminderRule
from postmortems.papers_mail import Paper, compose

logger = logging.getLogger(__name__)

CHASE = "postmortems.chase_papers"
AHEAD = timedelta(hours=24)
# The rung before it is due; those after are days.
SOON = -1
RUNGS = ReminderRule(
    before=(),
    overdue=(1, 3, 7),
    then_every=7,
    escalate=(
        EscalationRule(
            priorities=tuple(Priority.values), after=3, tells=("lead", "team_lead")
        ),
    ),
)
NEEDED = (
    "incident__severity",
    "incident__lead",
    "incident__team__calendar",
    "incident__team__lead",
    "incident__team__manager",
    "incident__postmortem__author",
    "incident__playbook_version",
)


@dataclass(frozen=True)
class Letter:
    """What one person is told at once: all that is due, and what of it is news."""

    person: User
    papers: list[Paper]
    news: list[Paper]


def queue_reminders(now: datetime) -> int:
    """Queue what is to be told by now; return how many mails that made."""
    letters = plan(now)
    if not letters:
        return 0
    with transaction.atomic():
        # Of two sweeps at once the second waits here, and then finds the rows.
        people = User.objects.filter(pk__in=[each.person.pk for each in letters])
        list(people.select_for_update(of=("self",), no_key=True).order_by("pk"))
        untold = _untold(letters)
        outbox.queue_all(row for each in untold for row in _rows(each, now))
    logger.info("papers.queued", extra={"count": len(untold)})
    return len(untold)


def plan(now: datetime) -> list[Letter]:
    """Say who is to be told of what at this moment; write nothing."""
    rows = due_by(now + AHEAD)
    if not rows:
        return []
    authors = _authors(rows)
    owed = {row.pk: (row, authors[row.incident_id]) for row in rows}
    places = [_place(row, authors[row.incident_id]) for row in rows]
    known = People.read(places)
    away = known.away(now)
    duties: dict[int, list[Duty]] = defaultdict(list)
    for place in places:
        for key, duty in known.duties(place, RUNGS, away):
            duties[key].append(duty)
    people = User.objects.filter(pk__in=duties).exclude(email="")
    profiles = people.select_related("profile__team__calendar").order_by("pk")
    found = [
        (person, _papers(duties[person.pk], owed, person, now)) for person in profiles
    ]
    letters = [
        Letter(person, papers, [each for each in papers if each.rung is not None])
        for person, papers in found
    ]
    return [letter for letter in _untold(letters) if _may_go(letter, now)]


def due_by(latest: datetime) -> list[Deadline]:
    """Read the papers that are late or due by then, and are still owed."""
    owed = Incident.objects.filter(
        postmortem_required=True, is_drill=False, is_record=False
    ).exclude(postmortem_state=PostMortemState.PUBLISHED)
    rows = Deadline.objects.unended().filter(
        kind__in=POSTMORTEM_DEADLINES, due_at__lte=latest, incident__in=owed
    )
    rows = rows.select_related(*NEEDED).defer("incident__playbook_version__document")
    return list(rows.order_by("due_at", "pk"))


def _authors(rows: Iterable[Deadline]) -> dict[int, User | None]:
    """Find who writes for each incident: the author, else by the playbook, or leads."""
    incidents = {row.incident_id: row.incident for row in rows}
    PlaybookVersion.read_ahead(each.playbook_version for each in incidents.values())
    held = RoleAssignment.objects.current().filter(incident__in=incidents)
    holders = {
        (each.incident_id, each.role): each.person
        for each in held.select_related("person")
    }
    return {pk: _author(each, holders) for pk, each in incidents.items()}


def _author(incident: Incident, holders: dict[tuple[int, str], User]) -> User | None:
    if hasattr(incident, "postmortem"):
        return incident.postmortem.author
    playbook = incident.playbook
    role = playbook.postmortem.author or playbook.leading_role.code
    return holders.get((incident.pk, role), incident.lead)


def _place(row: Deadline, author: User | None) -> Row:
    """Write a paper down as what decides who hears of it: one dated, owned thing."""
    incident, team = row.incident, row.incident.team
    return Row(
        item_id=row.pk,
        due_on=(row.due_at or row.incident.declared_at).astimezone(team.zone).date(),
        priority=Priority.P2,
        snoozed_until=None,
        owner_id=author.pk if author else None,
        incident_id=incident.pk,
        team_id=None,
        version_id=incident.playbook_version_id,
        restricted=incident.restricted,
        lead_id=incident.lead_id,
        team_lead_id=team.lead_id or team.manager_id,
        team_manager_id=team.manager_id,
    )


def _papers(
    duties: Iterable[Duty],
    owed: dict[int, tuple[Deadline, User | None]],
    person: User,
    now: datetime,
) -> list[Paper]:
    """List what this person is to know of at this moment, the longest due first."""
    day = now.astimezone(zone_of(person)).date()
    papers = []
    for duty in duties:
        days, (row, author) = duty.row.days_late(day), owed[duty.row.item_id]
        if duty.after and days < duty.after:
            continue
        rung = _rung(duty, row, day, now)
        papers.append(Paper(row, duty, author, days, rung, person, now))
    return papers


def _rung(duty: Duty, row: Deadline, day: date, now: datetime) -> int | None:
    """Give the rung that is reached: days late, or that it is due within a day."""
    if row.due_at and now < row.due_at:
        return None if duty.after else SOON
    reached = duty.rung(day)
    return None if reached == NEVER else reached


def _untold(letters: Iterable[Letter]) -> list[Letter]:
    """Keep what is news to anybody: rungs that no row speaks of yet; one query."""
    letters = list(letters)
    keys = [paper.key for letter in letters for paper in letter.news]
    rows = Notification.objects.filter(key__in=keys)
    told = set(rows.values_list("key", flat=True))
    fresh = [
        replace(letter, news=[each for each in letter.news if each.key not in told])
        for letter in letters
    ]
    return [letter for letter in fresh if letter.news]


def _may_go(letter: Letter, now: datetime) -> bool:
    """Say whether it is time: what will be late soon waits for no morning."""
    if any(paper.rung == SOON for paper in letter.news):
        return True
    person = letter.person
    day = now.astimezone(zone_of(person)).date()
    return is_time(person, now) and works_on(person, day)


def _rows(letter: Letter, now: datetime) -> list[Notification]:
    """Write one mail that names all of it, and for the rest rows that are not sent.

    They stand for what was told in it, each under its own key.
    """
    first, *others = letter.news
    mail = _row(first, compose(letter.person, letter.papers), now)
    rows = [_row(each, compose(letter.person, [each]), now) for each in others]
    for row in rows:
        row.state, row.message_id = DeliveryState.SUPPRESSED, message_id(mail.key)
        row.suppressed_because = _("Told in one mail with others that are due.")
    return [mail, *rows]


def _row(paper: Paper, wording: Wording, now: datetime) -> Notification:
    return mail_about(
        paper.deadline.incident,
        wording,
        key=paper.key,
        kind=NotificationKind.PAPERS,
        at=now,
        user=paper.person,
    )
