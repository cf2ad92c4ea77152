from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidents.choices import BoundKind, ContactKind
from incidents.messages import facts_of, fill
from incidents.models import Binding, Contact, Incident, Playbook
from incidents.playbooks.presets import preset
from incidents.playbooks.schema import MessageTemplate
from incidents.targets import Target


def declared(name, code, team, lead, at, **known):
    playbook = Playbook.objects.create(slug=name, name=name)
    playbook.publish(preset(name), by=None, at=at)
    severity = playbook.severities.get(code=code)
    return Incident.declare(
        title="Checkout fails", severity=severity, team=team, by=lead, at=at, **known
    )


def template(body, **more):
    given = {"code": "update", "name": "Update", "moment": "update", "audience": "team"}
    return MessageTemplate(**{**given, **more}, body=body)


def test_what_is_known_is_said(incident, lead, service, noon):
    amended = {
        "users_affected": (None, 1200),
        "data_loss": ("", "suspected"),
        "features_affected": ("", "Cards\nVouchers"),
        "impact_trend": ("", "worse"),
    }
    incident.services.add(service)
    incident.amend(amended, by=lead, at=noon)
    incident.refresh_from_db()

    facts = facts_of(incident, lead, noon + timedelta(minutes=47), "team")

    assert facts["impact"] == "1,200 users; Cards, Vouchers; getting worse"
    assert (facts["services"], facts["data_loss"]) == ("Checkout", "Suspected")
    assert (facts["severity"], facts["elapsed"]) == ("P1", "47 min")
    assert (facts["lead"], facts["sender"]) == ("Lead", "Lead")
    assert facts["link"].endswith(f"/incidents/incident/{incident.pk}/change/")


def test_what_is_not_known_is_absent(incident, lead, noon):
    facts = facts_of(incident, lead, noon, "team")

    absent = {"users", "resolved", "duration", "started", "revenue", "status_page"}
    assert absent.isdisjoint(facts)
    assert "" not in facts.values()


def test_times_are_those_of_the_team_unless_a_zone_is_asked(incident, lead, noon):
    ours = facts_of(incident, lead, noon, "team")
    utc = facts_of(incident, lead, noon, "team", zone=UTC)

    assert ours["declared"] == "2026-11-21 13:00 CET"
    assert utc["declared"] == "2026-11-21 12:00 UTC"


def test_an_update_promises_the_next_one_from_now(incident, lead, noon):
    later = noon + timedelta(minutes=20)

    facts = facts_of(incident, lead, later, "team", zone=UTC)

    assert facts["next_update"] == "2026-11-21 12:50 UTC"
    assert facts["next_update_in"] == "30 min"


def test_what_is_no_update_names_the_one_that_is_due(incident, lead, noon):
    later = noon + timedelta(minutes=20)

    facts = facts_of(incident, lead, later, "team", zone=UTC, is_update=False)

    assert facts["next_update"] == "2026-11-21 12:30 UTC"
    assert facts["next_update_in"] == "10 min"


def test_where_each_update_states_the_next_its_sender_says_it(team, lead, at_noon):
    incident = declared("matrix", "P1", team, lead, at_noon)
    stated = Target.parse("20 min")

    silent = facts_of(incident, lead, at_noon, "team")
    said = facts_of(incident, lead, at_noon, "team", next_in=stated)

    assert "next_update_in" not in silent
    assert said["next_update_in"] == "20 min"


def test_what_the_sender_states_is_said_to_whom_nothing_is_promised(
    team, lead, at_noon
):
    incident = declared("matrix", "P1", team, lead, at_noon)
    stated = Target.parse("20 min")

    facts = facts_of(incident, lead, at_noon, "social_media", next_in=stated)

    assert facts["next_update_in"] == "20 min"


def test_nothing_is_promised_once_it_is_resolved(incident, lead, noon, time_machine):
    later = noon + timedelta(hours=1)
    time_machine.move_to(later, tick=False)
    incident.resolve(by=lead, at=later)
    incident.refresh_from_db()

    facts = facts_of(incident, lead, later, "team")

    assert "next_update" not in facts
    assert facts["duration"] == "1 h"
    assert facts["review"].startswith("by 2026-11-28")


def test_milestones_entries_and_items_are_a_line_each(incident, lead, item, noon):
    incident.note("Rolled back", by=lead, at=noon, kind="action")
    incident.record_milestone("detected", by=lead, at=noon, when=noon)
    incident.refresh_from_db()

    facts = facts_of(incident, lead, noon, "team", zone=UTC)

    assert facts["timeline"].splitlines() == [
        "2026-11-21 12:00 UTC: Declared",
        "2026-11-21 12:00 UTC: Detected",
    ]
    assert facts["entries"] == "2026-11-21 12:00 UTC: Rolled back"
    assert facts["items"].startswith("- Test the restore (Responder, due 2026-")


def test_the_address_of_the_status_page_is_that_of_its_contact(incident, lead, noon):
    contact = Contact.objects.create(
        name="Status page",
        kind=ContactKind.CHANNEL,
        routes=[{"medium": "url", "address": "https://status.example.com"}],
    )
    Binding.objects.create(
        team=incident.team,
        kind=BoundKind.AUDIENCE,
        code="status_page",
        contact=contact,
    )

    facts = facts_of(incident, lead, noon, "status_page")

    assert facts["status_page"] == "https://status.example.com"


def test_a_message_is_filled_with_who_holds_which_role(team, lead, responder, at_noon):
    incident = declared("command", "SEV-1", team, lead, at_noon)
    incident.assign_role("ops", responder, by=lead, at=at_noon)
    message = template("{role:commander}, {role:ops}, {role:dev}: {ask:why}")

    body = fill(message, incident, lead, at_noon, answers={"why": "A deployment"})[1]

    assert body == "Lead, Responder, ‹nobody is Development engineer yet›: A deployment"


def test_a_title_with_braces_stays_as_it_was_written(team, lead, at_noon, severity):
    title = "{sender} {now + 15 min} {0.__class__}"
    incident = Incident.declare(
        title=title, severity=severity, team=team, by=lead, at=at_noon
    )

    body = fill(template("{title}"), incident, lead, at_noon)[1]

    assert body == title


def test_a_subject_is_one_line_in_the_zone_of_its_template(incident, lead, noon):
    incident.amend({"features_affected": ("", "Cards\nVouchers")}, by=lead, at=noon)
    incident.refresh_from_db()
    message = template("{now}", subject="{features} {title}")

    subject, body = fill(
        message.model_copy(update={"zone": "Asia/Tokyo"}), incident, lead, noon
    )

    assert subject == "Cards, Vouchers Checkout fails"
    assert body == "2026-11-21 21:00 JST"


@pytest.mark.parametrize("entries", [1, 40])
def test_facts_take_as_many_queries_however_long_it_runs(
    incident, lead, noon, entries, django_assert_num_queries
):
    for number in range(entries):
        incident.note(f"Entry {number}", by=lead, at=noon)
        incident.add_item(title=f"Item {number}", by=lead, at=noon, owner=lead)
    fresh = Incident.objects.get(pk=incident.pk)

    with django_assert_num_queries(12):
        facts = facts_of(fresh, lead, noon, "team", zone=ZoneInfo("UTC"))

    assert len(facts["items"].splitlines()) == entries
    assert len(facts["entries"].splitlines()) == min(entries, 5)
