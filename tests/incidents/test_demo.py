from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from incidents.choices import PostMortemState
from incidents.demo import LOGINS
from incidents.demo.samples import OUR_FILE, read_samples
from incidents.models import ActionItem, Incident, Team, TimelineEvent
from postmortems.models import PostMortem, Section
from tests.whole import by_hand

pytestmark = by_hand

MILESTONES = (
    "started_at",
    "detected_at",
    "acknowledged_at",
    "mitigated_at",
    "resolved_at",
)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Load the demo once for the tests that only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed_demo()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, db) -> None:
    """The demo, loaded."""


def seed_demo(**options: object) -> str:
    said = io.StringIO()
    call_command("seed_demo", stdout=said, **options)
    return said.getvalue().strip()


def recorded(sample):
    return Incident.objects.get(title=sample.title)


@pytest.mark.parametrize("sample", read_samples(OUR_FILE), ids=lambda s: s.title)
def test_a_sample_is_recorded_as_its_report_tells_it(demo, sample):
    incident = recorded(sample)

    known = {name: getattr(incident, name) for name in MILESTONES}
    entries = incident.timeline.filter(verb="").chronological()
    assert known == {name: getattr(sample, name) for name in MILESTONES}
    assert {service.name for service in incident.services.all()} == set(sample.services)
    assert [entry.text for entry in entries] == [e.text for e in sample.timeline]
    assert incident.items.count() == len(sample.action_items)
    assert incident.links.get().url == str(sample.source)


def test_all_twelve_are_there_and_some_go_on_now(demo):
    titles = {sample.title for sample in read_samples(OUR_FILE)}

    assert len(titles) == 12
    assert titles <= set(Incident.objects.values_list("title", flat=True))
    assert Incident.objects.running().count() == 4
    assert Incident.objects.filter(is_drill=True).count() == 1
    assert Incident.objects.filter(restricted=True).count() == 1


def test_what_a_report_does_not_say_is_not_known_for_a_reason(demo):
    incident = Incident.objects.get(title__startswith="Knight Capital")

    assert set(incident.unknown) == {"detected", "acknowledged", "impact"}
    assert incident.unknown["detected"] == "the published report does not say"
    assert (incident.revenue_lost, incident.revenue_currency) == (460_000_000, "USD")


def test_where_a_report_counts_the_downtime_its_figure_stands(demo):
    incident = Incident.objects.get(title__startswith="Fastly")

    interval = incident.impact_intervals.get()

    assert interval.ended_at - interval.started_at == timedelta(minutes=49)


def test_no_entry_counts_as_written_late(demo):
    late = TimelineEvent.objects.exclude(recorded_at=F("at"))

    assert not late.exists()


def test_nothing_lies_in_the_future(demo):
    latest = TimelineEvent.objects.aggregate(Max("at"))["at__max"]

    assert latest <= timezone.now()


def test_most_post_mortems_are_published_and_some_are_not(demo):
    titles = [sample.title for sample in read_samples(OUR_FILE)]
    samples = Incident.objects.filter(title__in=titles)

    states = list(samples.values_list("postmortem_state", flat=True))

    assert states.count(PostMortemState.PUBLISHED) == 9
    assert states.count(PostMortemState.DRAFT) == 2
    assert states.count(PostMortemState.NONE) == 1
    published = Section.objects.exclude(postmortem__published_at=None)
    empty = published.filter(is_shown=True, body="", findings=None)
    assert [section for section in empty if section.is_owed] == []


def test_what_an_earlier_one_left_open_is_printed(demo):
    rows = PostMortem.objects.exclude(published_at=None)
    told = [one for row in rows for one in row.latest().snapshot.still_open]

    assert told


def test_something_is_overdue_due_soon_and_unowned(demo):
    today = timezone.now().date()

    assert ActionItem.objects.overdue(today).count() >= 3
    assert ActionItem.objects.due_between(today, today + timedelta(days=2)).exists()
    assert ActionItem.objects.unowned().exists()
    assert ActionItem.objects.exclude(finished_at=None).count() >= 15


def test_there_is_one_person_for_each_group(demo):
    people = User.objects.order_by("pk")

    groups = [(p.username, p.groups.get().name) for p in people]
    assert groups == list(LOGINS)
    assert len({team.zone for team in Team.objects.all()}) == 3
    assert all(person.is_staff and not person.is_superuser for person in people)


def test_nobody_can_log_in_off_the_embedded_demo(demo):
    assert not any(person.has_usable_password() for person in User.objects.all())


def test_a_second_run_changes_nothing_and_says_so(demo):
    before = (TimelineEvent.objects.count(), Incident.objects.count())

    said = seed_demo()

    assert said == "The demo is loaded already: nothing was changed."
    assert (TimelineEvent.objects.count(), Incident.objects.count()) == before


def test_times_are_told_in_minutes_before_the_present(demo):
    incident = Incident.objects.get(title__startswith="Checkout fails")

    age = datetime.now(tz=UTC) - incident.started_at

    assert timedelta(minutes=47) <= age < timedelta(hours=1)
    assert not incident.roles.filter(role="communications").exists()
