"""Reminding of the report, the draft and the review that an incident owes."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from incidents.models import Deadline, Incident, Notification, Profile
from incidents.pruning import prune
from postmortems.chasing import plan, queue_reminders
from postmortems.models import PostMortem
from postmortems.tasks import chase_papers
from tests.clockwork import playbook
from tests.incidents.test_two_at_once import at_once

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DRAFT = {"postmortem": {"required": {"severities": ["S1"]}, "draft": "48 h"}}
# Noon of the first day is a Saturday, 13:00 in Berlin, where the team is.


@pytest.fixture
def boss(team, manager) -> User:
    """Who leads the team, and nothing else."""
    team.lead = User.objects.create_user("boss", email="boss@debrief.example")
    team.lead.groups.set(manager.groups.all())
    team.lead.save()
    Profile.objects.create(user=team.lead, team=team, zone="Europe/Berlin")
    team.save()
    return team.lead


@pytest.fixture
def owed(story, lead, boss, open_daily):
    """An incident resolved at noon, whose draft is due in two days."""
    Profile.objects.update(zone="Europe/Berlin")
    story.team.refresh_from_db()

    def owed(**parts) -> Incident:
        story.begin(playbook(**(DRAFT | parts)))
        story.do("resolve")
        return story.incident

    return owed


def sent() -> list[tuple[str, int]]:
    """Give who was written to, with how many rows each mail stands for."""
    rows = Notification.objects.filter(kind="papers")
    mails = {row.message_id: row.address for row in rows if row.state == "queued"}
    counted = Counter(row.message_id for row in rows)
    return sorted((mails[key].split("@")[0], n) for key, n in counted.items())


def sweep(story, after: timedelta) -> datetime:
    moment = story.at(after / timedelta(minutes=1))
    chase_papers()
    return moment


def walk(story, days: int, step=4 * HOUR):
    """Sweep for so many days; give who was told on which of them, each in its hour."""
    told = []
    for hours in range(0, days * 24, step // HOUR):
        before = set(Notification.objects.values_list("pk", flat=True))
        now = sweep(story, hours * HOUR)
        fresh = Notification.objects.exclude(pk__in=before).filter(state="queued")
        names = sorted(row.address.split("@")[0] for row in fresh)
        told += [(name, f"{now:%d %H}") for name in names]
    return told


def test_in_two_weeks_each_hears_of_each_rung_once(story, owed):
    owed()

    told = walk(story, 19)

    # Due on the 23rd at noon; told at nine in Berlin, as soon as that is past.
    both = ("boss", "lead")
    late = [(who, f"{day} 08") for day in ("26", "30", "07") for who in both]
    assert told == [("lead", "22 12"), ("lead", "24 08"), *late]


def test_what_was_pruned_is_not_told_again(story, owed, settings):
    settings.OUTBOX_KEEP_DAYS = 1  # eight days, at least
    owed()
    for days in (1, 3, 5, 9, 16):
        sweep(story, days * DAY)
    Notification.objects.update(state="sent", sent_at=F("created_at"))
    now = story.began + 22 * DAY
    before = Notification.objects.count()

    prune(now=now)

    assert 0 < Notification.objects.count() < before
    assert queue_reminders(now) == 0


def test_the_mail_says_what_when_and_where(story, owed):
    incident = owed()

    sweep(story, 30 * HOUR)

    mail = Notification.objects.get(kind="papers")
    assert mail.subject.startswith("Post-mortem draft due soon: ")
    assert "due at 2026-11-23 13:00 CET" in mail.text
    assert "You write it." in mail.text
    assert incident.get_absolute_url() in mail.text
    assert "S1" in mail.html
    assert mail.incident == incident


def test_a_killed_sweep_loses_nothing_and_repeats_nothing(story, owed):
    owed()
    owed()
    story.at(72 * 60)
    now = story.began + 3 * DAY

    with suppress(KeyboardInterrupt), transaction.atomic():
        queue_reminders(now)
        raise KeyboardInterrupt
    assert sent() == []
    first, second = queue_reminders(now), queue_reminders(now)

    assert (first, second) == (1, 0)
    assert sent() == [("lead", 2)]


def test_one_mail_names_all_papers_of_a_person(story, owed):
    promised = {"required": {"severities": ["S1"]}, "report": "24 h", "draft": "48 h"}
    owed(postmortem=promised | {"review": "5 days"})

    sweep(story, 46 * HOUR)

    mail = Notification.objects.get(state="queued")
    assert sent() == [("lead", 2)]
    assert mail.subject == "Post-mortems: 1 late, 1 due soon"
    assert mail.text.index("Incident report") < mail.text.index("Post-mortem draft")
    assert "Review" not in mail.text


def test_another_date_is_told_of_anew(story, owed):
    owed()
    sweep(story, 25 * HOUR)

    later = story.began + 4 * DAY
    story.do("move_deadline", story.row("draft"), later, reason="So", after=26 * 60)
    sweep(story, 27 * HOUR)
    moved = len(sent())
    sweep(story, 73 * HOUR)

    assert (moved, len(sent())) == (1, 2)


@pytest.mark.parametrize(
    "known",
    [
        {"is_drill": True},
        {"is_record": True},
        {"postmortem_required": False},
        {"postmortem_state": "published"},
    ],
)
def test_what_is_not_owed_is_chased_by_nobody(story, owed, known):
    incident = owed()
    Incident.objects.filter(pk=incident.pk).update(**known)

    chased = plan(story.began + 9 * DAY)

    assert chased == []


def test_what_is_waived_or_done_is_chased_no_more(story, owed):
    for verb, given in (
        ("waive_postmortem", ["By the vendor"]),
        ("meet_deadline", ["draft"]),
    ):
        owed()
        named = [story.row("draft")] if given == ["draft"] else given
        story.do(verb, *named, after=60)

    assert plan(story.began + 9 * DAY) == []


def test_the_author_hears_instead_of_the_lead(story, owed, responder):
    incident = owed()
    PostMortem.open(incident, by=responder, at=story.began)

    sweep(story, 25 * HOUR)
    sweep(story, 120 * HOUR)

    mails = Notification.objects.filter(kind="papers").order_by("pk")
    told = {mail.address.split("@")[0]: mail.text for mail in mails}
    assert Counter(mail.user.first_name for mail in mails)["Responder"] == 2
    assert set(told) == {"responder", "boss", "lead"}
    assert "Responder writes it, and you lead the incident." in told["lead"]
    assert "/admin/postmortems/postmortem/" in told["responder"]


def test_without_an_author_the_role_that_the_playbook_names_hears(
    story, owed, responder
):
    roles = [
        {"code": "lead", "name": "Lead", "leads": True},
        {"code": "scribe", "name": "Scribe"},
    ]
    incident = owed(roles=roles, postmortem=DRAFT["postmortem"] | {"author": "scribe"})
    incident.assign_role("scribe", responder, by=story.person, at=story.began)

    sweep(story, 25 * HOUR)

    assert sent() == [("responder", 1)]


def test_who_is_away_is_stood_in_for(story, owed, lead, responder):
    away = {"away_until": date(2026, 11, 30), "stand_in": responder}
    owed()
    Profile.objects.filter(user=lead).update(**away)

    sweep(story, 25 * HOUR)

    assert sent() == [("responder", 1)]
    assert "Lead is away, and you stand in." in Notification.objects.get().text


def test_a_restricted_one_is_told_only_to_who_may_see_it(
    story, owed, lead, manager, responder, outsider
):
    incident = owed()
    PostMortem.open(incident, by=responder, at=story.began)
    incident.restrict(True, by=manager, at=story.began, reason="Law")
    Profile.objects.filter(user=lead).update(stand_in=outsider)

    sweep(story, 25 * HOUR)
    sweep(story, 120 * HOUR)

    mails = list(Notification.objects.filter(kind="papers").order_by("pk"))
    texts = {mail.address.split("@")[0]: mail for mail in mails}
    assert set(texts) == {"responder", "lead", "boss"}
    hidden = texts["responder"]
    assert "Checkout fails" not in f"{hidden.subject}{hidden.text}{hidden.html}"
    assert incident.reference in hidden.subject
    assert ", who can let you in." in hidden.text
    assert "Checkout fails" in texts["boss"].text


def test_it_waits_for_the_morning_of_a_working_day(story, owed, team):
    team.calendar.weekdays = [0, 1, 2, 3, 4]
    owed()
    Deadline.objects.update(due_at=story.began + 6 * DAY)  # the next Friday
    team.calendar.save()

    told = [day for _who, day in walk(story, 10)]

    # The day before at once; of what is late since Saturday on Monday, with the boss.
    assert told == ["26 12", "30 08", "30 08"]


def test_it_asks_as_little_for_many_as_for_few(story, owed, responder):
    asked = []
    for number in (1, 3):
        for _each in range(number):
            incident = owed()
            incident.restrict(True, by=story.person, at=story.began, reason="Law")
            PostMortem.open(incident, by=responder, at=story.began)
        story.at(120 * 60)
        with CaptureQueriesContext(connection) as queries:
            queue_reminders(story.began + 5 * DAY)
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 22


def test_the_command_says_what_it_would_do_and_does_it(story, owed, capsys):
    owed()
    story.at(25 * 60)

    call_command("send_paper_reminders", dry_run=True)
    rehearsed = capsys.readouterr().out
    call_command("send_paper_reminders")

    assert "Lead: Post-mortem draft, " in rehearsed
    assert "Dry run: 1 person would be reminded; nothing was written." in rehearsed
    assert "Queued 1 mail." in capsys.readouterr().out
    assert sent() == [("lead", 1)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_sweeps_at_once_one_tells(story, owed):
    owed()
    now = story.at(3 * 24 * 60)

    results = at_once(*[lambda: queue_reminders(now)] * 4)

    assert results == [None] * 4
    assert sent() == [("lead", 1)]
