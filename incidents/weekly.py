"""The lead's weekly digest: a team's figures, once an ISO week, by mail.

It goes out at the reader's digest hour of the team's first working day of the week,
or later in that week where nobody swept in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeAlias

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from incidents import outbox
from incidents.choices import NotificationKind
from incidents.digest_times import digest_time, zone_of
from incidents.mail_wording import LONGEST_SUBJECT, Wording, clipped, greeted, write
from incidents.models import ActionItem, Incident, Notification, Team
from incidents.team_week import TeamWeek, Week

MOST_PEOPLE = 40
# Its first moment, and the first one after it.
Span: TypeAlias = tuple[datetime, datetime]


class Due(NamedTuple):
    """A team whose week is to be told, and whom."""

    team: Team
    reader: User
    key: str


def queue_weekly(now: datetime) -> int:
    """Queue what is due of this week; return how many mails that made."""
    made = 0
    for due, page in plan(now):
        _queue(due, page, now)
        made += 1
    return made


def plan(now: datetime) -> Iterator[tuple[Due, TeamWeek]]:
    """Say whom to tell of which team's week at this moment; write nothing."""
    due = {each.key: each for each in _due(now)}
    told = Notification.objects.filter(key__in=due).values_list("key", flat=True)
    for key in told:
        del due[key]
    for each in _with_news(due.values(), now):
        with timezone.override(zone_of(each.reader)):
            page = TeamWeek.of(each.team, each.reader, now)
        if not page.is_empty:
            yield each, page


def compose(page: TeamWeek, reader: User) -> Wording:
    """Write the subject, the text and the HTML."""
    home = reverse("admin:incidents_actionitem_week")
    context = {
        "page": page,
        "heading": _heading(page),
        "name": greeted(reader),
        "people": page.people[:MOST_PEOPLE],
        "unlisted": max(len(page.people) - MOST_PEOPLE, 0),
        "page_url": f"{settings.SITE_URL}{home}?{urlencode({'team': page.team.pk})}",
    }
    return write("weekly", context)


def _heading(page: TeamWeek) -> str:
    """Say the figures in a subject, however long the team's name is."""
    rest = _(": %(open)d open, %(overdue)d overdue, %(done)d done last week") % {
        "open": page.total.open,
        "overdue": page.total.overdue,
        "done": page.total.done,
    }
    return clipped(page.team.name, LONGEST_SUBJECT - len(rest)) + rest


def _due(now: datetime) -> Iterator[Due]:
    teams = Team.objects.exclude(lead=None, manager=None).select_related(
        "calendar", "lead__profile", "manager__profile"
    )
    for team in teams:
        reader = team.reader
        if reader is None:
            continue
        today = now.astimezone(zone_of(reader)).date()
        at = week_time(team, reader, today)
        if at and at <= now:
            year, week, _day = today.isocalendar()
            yield Due(team, reader, f"weekly:{team.pk}:{reader.pk}:{year}-W{week:02}")


def week_time(team: Team, reader: User, today: date) -> datetime | None:
    """Give the digest hour of the week's first working day; none, if nobody works."""
    monday = today - timedelta(days=today.weekday())
    week = (monday + timedelta(days=number) for number in range(7))
    first = next((day for day in week if team.working_time.works_on(day)), None)
    return digest_time(reader, first) if first else None


def _with_news(due: Iterable[Due], now: datetime) -> list[Due]:
    """Leave out teams that had nothing to do before the reader's week began."""
    by_span: dict[Span, list[Due]] = {}
    for each in due:
        by_span.setdefault(_last_week(each.reader, now), []).append(each)
    if not by_span:
        return []
    papers = Incident.objects.with_late_papers().order_by()
    late = set(papers.values_list("team", flat=True))
    kept: list[Due] = []
    for span, those in by_span.items():
        busy = late | _busy(span)
        kept += [each for each in those if each.team.pk in busy]
    return kept


def _last_week(reader: User, now: datetime) -> Span:
    """Give the bounds of the week that the mail tells of, in the reader's zone."""
    with timezone.override(zone_of(reader)):
        return Week.before(timezone.localdate(now)).span


def _busy(span: Span) -> set[int | None]:
    """Find the teams that had something to do in a week, whoever may see it."""
    began, ended = span
    recent = Q(finished_at=None) | Q(finished_at__gte=began)
    items = ActionItem.objects.filter(recent, created_at__lt=ended).order_by()
    pairs = items.values_list("team", "incident__team").distinct()
    return {key for pair in pairs for key in pair}


def _queue(due: Due, page: TeamWeek, now: datetime) -> None:
    with timezone.override(zone_of(due.reader)):
        wording = compose(page, due.reader)
    outbox.queue(
        key=due.key,
        kind=NotificationKind.WEEKLY,
        subject=wording.subject,
        text=wording.text,
        html=wording.html,
        user=due.reader,
        thread=f"weekly:{due.team.pk}:{due.reader.pk}",
        now=now,
    )
