"""What the database holds by itself: every test writes past the verbs and forms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from incidents.models import (
    ActionItem,
    Calendar,
    ImpactInterval,
    Incident,
    Link,
    Notification,
    Playbook,
    PlaybookVersion,
    Profile,
    Reminder,
    RoleAssignment,
    Service,
    Severity,
    TimelineEvent,
)

HOUR = timedelta(hours=1)


def refused_by_database(rows: models.QuerySet, **values: object) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**values)


MILESTONE_ORDER = [
    ("started", "detected"),
    ("started", "acknowledged"),
    ("detected", "acknowledged"),
    ("started", "mitigated"),
    ("mitigated", "resolved"),
    ("started", "resolved"),
    ("started", "closed"),
    ("mitigated", "closed"),
    ("resolved", "closed"),
]


@pytest.mark.parametrize(("earlier", "later"), MILESTONE_ORDER)
def test_milestones_stay_in_order(incident, lead, noon, earlier, later):
    incident.resolve(by=lead, at=noon)
    rows = Incident.objects.filter(pk=incident.pk)
    rows.update(closed_at=noon + 9 * HOUR, close_reason="completed")
    rows.update(resolved_at=noon + 8 * HOUR)

    refused_by_database(
        rows, **{f"{earlier}_at": noon + 7 * HOUR, f"{later}_at": noon + 6 * HOUR}
    )


@pytest.mark.parametrize(
    "values",
    [
        {"status": "resolved"},
        {"status": "lost"},
        {"close_reason": "completed"},
        {"close_reason": "bored"},
        {"users_percent": 101},
        {"users_percent": -1},
        {"users_affected": 10, "users_percent": 10},
        {"revenue_lost": 5},
        {"revenue_lost": -5, "revenue_currency": "EUR"},
        {"revenue_currency": "EUR"},
        {"data_loss": "maybe"},
        {"detection_source": "stars"},
        {"cause_category": "stars"},
        {"postmortem_state": "burnt"},
        {"postmortem_overruled": "perhaps", "postmortem_overruled_because": "So"},
        {"postmortem_overruled": "waived"},
        {"postmortem_overruled_because": "So"},
        {"reference": None},
    ],
)
def test_an_incident_holds_only_what_makes_sense(incident, values):
    refused_by_database(Incident.objects.filter(pk=incident.pk), **values)


def test_a_closed_incident_has_a_reason_and_a_duplicate_its_original(incident, noon):
    rows = Incident.objects.filter(pk=incident.pk)

    refused_by_database(rows, closed_at=noon)
    refused_by_database(rows, closed_at=noon, close_reason="completed")
    refused_by_database(rows, closed_at=noon, close_reason="duplicate")
    refused_by_database(
        rows, closed_at=noon, close_reason="duplicate", duplicate_of=incident
    )


@pytest.mark.parametrize(
    "values",
    [
        {"status": "done"},
        {"status": "forgotten"},
        {"kind": "wish"},
        {"priority": 7},
        {"due_source": "dice"},
        {"dropped_because": "No"},
    ],
)
def test_an_item_holds_only_what_makes_sense(item, values):
    refused_by_database(ActionItem.objects.filter(pk=item.pk), **values)


def test_a_dropped_item_says_why(item, noon):
    rows = ActionItem.objects.filter(pk=item.pk)

    refused_by_database(rows, status="dropped", finished_at=noon)


@pytest.mark.parametrize("values", [{"kind": "gossip"}, {"text": ""}])
def test_an_entry_says_something_of_a_known_kind(incident, values):
    refused_by_database(TimelineEvent.objects.filter(incident=incident), **values)


def test_one_person_holds_a_role_at_a_time(incident, responder, noon):
    with pytest.raises(IntegrityError), transaction.atomic():
        incident.roles.create(role="lead", person=responder, held_at=noon)

    roles = RoleAssignment.objects.all()
    refused_by_database(roles, left_at=noon - HOUR)


def test_the_impact_runs_forwards_and_once(incident, noon):
    refused_by_database(ImpactInterval.objects.all(), ended_at=noon - HOUR)

    with pytest.raises(IntegrityError), transaction.atomic():
        incident.impact_intervals.create(started_at=noon)


def test_a_link_has_exactly_one_target(incident, noon):
    for target in ({}, {"url": "https://example.com", "other": incident}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Link.objects.create(incident=incident, **target)
    with pytest.raises(IntegrityError), transaction.atomic():
        Link.objects.create(incident=incident, other=incident)


def test_outbox_and_ledger_keys_are_given_once(item, responder, noon):
    mail = Notification.objects.create(key="one", kind="digest", subject="s", text="t")
    entry = {"item": item, "person": responder, "rung": "1", "due_on": noon.date()}
    Reminder.objects.create(**entry, notification=mail)

    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.create(key="one", kind="digest", subject="s", text="t")
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(**entry, notification=mail)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"kind": "spam"},
        {"medium": "dove"},
        {"state": "sent"},
        {"calendar": "BEGIN:VCALENDAR"},
        {"calendar_method": "REQUEST"},
        {"calendar": "BEGIN:VCALENDAR", "calendar_method": "PUBLISH"},
    ],
)
def test_a_notification_is_in_a_known_state(db, values):
    Notification.objects.create(key="one", kind="digest", subject="s", text="t")

    refused_by_database(Notification.objects.all(), **values)


def test_playbooks_number_versions_and_name_severities_once(severity, noon):
    playbook = Playbook.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaybookVersion.objects.create(
            playbook=playbook, number=1, document={}, sha256="x", published_at=noon
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Severity.objects.create(playbook=playbook, code="P1", rank=9, badge="red")
    refused_by_database(Severity.objects.filter(pk=severity.pk), badge="pink")


def test_a_published_version_never_changes(severity):
    version = severity.playbook.current

    with pytest.raises(TypeError, match="never changes"):
        version.save()


def test_settings_of_people_teams_and_services_stay_possible(responder, service):
    calendar = Calendar.objects.filter(pk=service.team.calendar_id)

    refused_by_database(calendar, opens_at="18:00")
    refused_by_database(Profile.objects.all(), digest_hour=24)
    refused_by_database(Service.objects.all(), tier=4)


def test_every_rule_is_said_in_a_sentence():
    silent = [
        constraint.name
        for model in (*Incident._meta.apps.get_models(),)
        if model._meta.app_label in {"incidents", "postmortems"}
        for constraint in model._meta.constraints
        if not str(constraint.violation_error_message).endswith(".")
        or constraint.name in str(constraint.violation_error_message)
    ]

    assert silent == []


def test_a_person_reads_the_sentence_of_the_rule(incident):
    incident.users_percent, incident.users_affected = 10, 10

    with pytest.raises(ValidationError, match="as a number or per cent, not both"):
        incident.full_clean()
