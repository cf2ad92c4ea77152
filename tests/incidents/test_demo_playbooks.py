"""The demo's playbooks at work: three teams, their bindings, and what is due now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from incidents.alerts.signature import hash_of
from incidents.bindings import playbook_of, unbound
from incidents.choices import AlertState, DeadlineState, DeliveryState, Tracking
from incidents.deadlines import mark_passed
from incidents.demo import ALERT_TOKEN
from incidents.models import (
    AlertSource,
    Condition,
    Deadline,
    Incident,
    Notification,
    Playbook,
    Team,
    TimelineEvent,
)
from incidents.playbooks.presets import PRESETS, preset
from tests.whole import by_hand

pytestmark = by_hand


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Load the demo once for the tests that only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed_demo", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, db) -> None:
    """The demo, loaded."""


@pytest.fixture
def checkout(demo) -> Incident:
    return Incident.objects.get(title__startswith="Checkout fails")


def of_team(name):
    team = Team.objects.get(name=name)
    return team, playbook_of(team)


def test_every_preset_is_a_playbook_as_it_comes(demo):
    stored = {each.slug: each.current.content for each in Playbook.objects.all()}

    assert stored == {code: preset(code) for code in PRESETS}


def test_teams_work_by_different_playbooks_and_calendars(demo):
    teams = Team.objects.order_by("name")

    slugs = {team.name: team.playbook.slug for team in teams}
    assert slugs == {
        "Payments": "default",
        "Platform": "command",
        "Storefront": "phases",
    }
    assert all(team.calendar.country for team in teams)


def test_one_team_is_bound_completely_and_another_in_part(demo):
    platform, command = of_team("Platform")
    payments, default = of_team("Payments")

    assert unbound(command.current.content, platform) == []
    missing = {each.code for each in unbound(default.current.content, payments)}
    assert {"lead", "customers"} <= missing
    assert "on_call" not in missing


def test_what_is_past_misses_nothing(demo):
    records = Deadline.objects.filter(incident__is_record=True)

    assert records.exists()
    assert not records.filter(state=DeadlineState.MISSED).exists()
    assert Incident.objects.filter(is_record=True).count() == 12


def test_seeding_leaves_nothing_to_send(demo):
    assert not Notification.objects.exclude(state=DeliveryState.SENT).exists()


def test_what_may_happen_in_an_incident_has_happened_in_the_one_that_runs(checkout):
    entries = checkout.timeline

    assert checkout.alerts.get().state == AlertState.WORKED
    assert entries.exclude(struck_because="").exists()
    assert entries.filter(is_pinned=True).exists()
    assert entries.filter(images__isnull=False).get().images.get().is_stored
    assert checkout.messages.get().notifications.count() == 4
    assert checkout.roles.offered().get().person.first_name == "Ada"
    assert checkout.calls.waiting().get().person.first_name == "Mona"
    assert checkout.watchers.count() == 2


def test_off_the_embedded_demo_nobody_knows_where_alerts_come_in(demo):
    source = AlertSource.objects.get()

    assert source.is_signed
    assert source.token_hash != hash_of(ALERT_TOKEN)


def test_the_first_sweep_finds_nothing_left_to_mark(demo):
    with transaction.atomic():
        assert mark_passed(timezone.now()) == 0
        transaction.set_rollback(True)


def test_something_is_due_in_a_few_minutes_and_something_is_late(checkout):
    now = timezone.now()
    rows = {row.key: row for row in checkout.deadlines.all()}

    due = rows["update:team:3"]
    assert timedelta() < due.due_at - now < timedelta(minutes=5)
    assert rows["update:team:2"].state == DeadlineState.MET
    assert rows["update:customers:1"].is_late


def test_rungs_are_reached_and_a_flag_is_set(checkout):
    reached = checkout.deadlines.filter(state=DeadlineState.REACHED)

    keys = set(reached.values_list("key", flat=True))
    assert keys == {
        "rung:on-call",
        "rung:team-lead",
        "rung:manager",
        "rung:public-attention",
    }
    assert Condition.objects.holding().get().code == "public"


def test_one_incident_is_a_ticket_only(demo):
    ticket = Incident.objects.running().get(tracking=Tracking.TICKET)

    kinds = set(ticket.deadlines.ticking().values_list("kind", flat=True))
    assert kinds == {"respond"}
    assert not ticket.channel


def test_a_playbook_has_a_newer_version_than_incidents_that_run(demo):
    incident = Incident.objects.get(title__startswith="Search shows")

    newest = incident.playbook_version.playbook.current

    assert (incident.playbook_version.number, newest.number) == (1, 2)
    assert newest.published_at > incident.declared_at
    assert incident.blockers_of_apply(newest) == []


def test_the_sweep_wrote_down_what_passed_when_it_did(checkout):
    called = TimelineEvent.objects.get(
        incident=checkout, text__startswith="Escalation due: The team lead is called."
    )

    assert called.at - checkout.declared_at == timedelta(minutes=15)
