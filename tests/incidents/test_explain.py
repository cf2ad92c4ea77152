from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from incidents.choices import BoundKind, ContactKind
from incidents.explain import CannotExplain, explain
from incidents.models import Binding, Calendar, Contact, Counter, Team
from incidents.playbooks.presets import preset
from incidents.playbooks.schema import PlaybookDocument, plain

# A Friday, half an hour before the built-in calendar closes.
FRIDAY = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def explained(name, severity=None, at=FRIDAY, **more):
    return explain(preset(name), severity=severity, at=at, **more)["computed"]


def row(computed, kind):
    (found,) = [each for each in computed["deadlines"] if each["kind"] == kind]
    return found


def changed(document, **parts):
    return PlaybookDocument.model_validate({**plain(document), **parts})


@pytest.mark.parametrize(
    ("name", "severity", "kind", "due"),
    [
        ("command", "SEV-3", "respond", "2026-03-09T09:30:00Z"),
        ("command", "SEV-3", "resolve", "2026-03-07T16:30:00Z"),
        ("phases", "P3", "respond", "2026-03-16T17:00:00Z"),
    ],
)
def test_targets_are_dated_by_the_calendar_or_the_clock(name, severity, kind, due):
    assert row(explained(name, severity), kind)["due_at"] == due


def test_it_holds_the_whole_document_and_the_number_of_its_version():
    document = preset("command")

    found = explain(document, severity=None, at=FRIDAY, version=3)

    assert list(found) == ["playbook", "version", "computed"]
    assert found["playbook"] == plain(document)
    assert found["version"] == 3


def test_without_a_severity_the_worst_is_explained():
    computed = explained("command")

    assert computed["severity"] == "SEV-1"
    assert computed["declared_at"] == "2026-03-06T16:30:00Z"


def test_a_row_says_its_rule_its_start_and_its_calendar():
    found = row(explained("command", "SEV-3"), "respond")

    assert found["rule"] == "1 h in business hours"
    assert (found["from"], found["until"]) == ("declared", "resolved")
    assert found["calendar"] == "built-in calendar"
    assert found["condition"] is None


def test_what_waits_for_the_resolution_has_no_date_but_its_start():
    found = row(explained("command", "SEV-1"), "draft")

    assert found["due_at"] is None
    assert found["from"] == "resolved"
    assert found["condition"] == "postmortem_required"


def test_a_rung_is_a_deadline_and_a_row_of_the_ladder():
    computed = explained("oncall", "P1")
    rungs = [each for each in computed["deadlines"] if each["kind"] == "rung"]

    assert [each["key"] for each in computed["ladder"]] == [e["key"] for e in rungs]
    assert [each["order"] for each in computed["ladder"]] == list(range(1, 12))


def test_a_rung_without_its_condition_has_no_date():
    ladder = {each["key"]: each for each in explained("oncall", "P1")["ladder"]}

    outage = ladder["rung:full-outage"]

    assert (outage["condition"], outage["due_at"]) == ("full_outage", None)
    assert outage["condition_name"] == "Full outage"
    assert outage["tells"] == ["engineering-lead", "cto"]


def test_a_rung_says_who_is_told_how_and_until_when():
    ladder = {each["key"]: each for each in explained("oncall", "P2")["ladder"]}

    lead = ladder["rung:engineering-lead"]

    assert lead["due_at"] == "2026-03-06T16:45:00Z"
    assert (lead["medium"], lead["names"]) == ("phone or chat", ["Engineering lead"])
    assert (lead["from"], lead["until"]) == ("declared", "acknowledged")


def test_a_ticket_has_its_targets_and_no_ladder_or_channel():
    computed = explained("phases", "P3")

    assert {each["kind"] for each in computed["deadlines"]} == {
        "respond",
        "report",
        "draft",
        "review",
    }
    assert (computed["ladder"], computed["channel"]) == ([], None)
    assert (computed["tracking"], computed["channel_kind"]) == ("ticket", "ticket")


def test_phases_without_a_known_start_or_a_window_have_no_times():
    found = {each["code"]: each for each in explained("cadence", "P0")["phases"]}

    triage, review = found["triage"], found["review"]
    assert triage["starts_at"] == "2026-03-06T16:30:00Z"
    assert triage["ends_at"] == "2026-03-06T16:35:00Z"
    assert found["mitigation"]["window"] == "by_severity"
    assert found["mitigation"]["ends_at"] is None
    assert (review["ends_at"], review["from"]) == (None, "resolved")


def test_the_post_mortem_says_what_would_change_the_verdict():
    found = explained("matrix", "P2")["postmortem"]

    assert found["required"] is False
    assert "30 min" in found["reason"]
    assert "payments" in found["reason"]
    assert (found["draft_due"], found["draft_rule"]) == (None, "48 h")


def test_action_items_count_from_the_declaration():
    assert explained("command", "SEV-2")["action_items"] == {
        "P0": "2026-03-08T16:30:00Z",
        "P1": "2026-03-13T16:30:00Z",
        "P2": "2026-03-20T16:30:00Z",
        "P3": "2026-04-06T16:30:00Z",
    }


def test_the_calendar_of_the_team_counts_before_the_built_in_one():
    calendar = Calendar.objects.create(
        name="Berlin", zone="Europe/Berlin", closes_at=time(18), country="DE"
    )
    team = Team.objects.create(name="Platform", calendar=calendar)

    computed = explained("command", "SEV-3", team=team)

    assert row(computed, "respond")["due_at"] == "2026-03-09T08:30:00Z"
    assert row(computed, "respond")["calendar"] == "Berlin"
    assert computed["calendar"]["whose"] == "team"
    assert "holidays of DE" in computed["calendar"]["sentence"]


def test_the_calendar_of_the_playbook_counts_before_that_of_the_team(team):
    document = changed(preset("command"), calendar={"zone": "Asia/Tokyo"})

    found = explain(document, severity="SEV-3", at=FRIDAY, team=team)["computed"]

    assert row(found, "respond")["due_at"] == "2026-03-09T01:00:00Z"
    assert (found["calendar"]["whose"], found["calendar"]["zone"]) == (
        "playbook",
        "Asia/Tokyo",
    )


def test_the_reference_is_the_one_that_would_come_and_takes_none(team):
    Counter.next("INC-2026-03-06-")

    before = explained("command", team=team)["reference"]
    after = explained("command", team=team)["reference"]

    assert before == after == "INC-2026-03-06-002"


@pytest.mark.parametrize(
    ("name", "severity", "channel", "kind"),
    [
        ("oncall", "P3", "#incident-response", "shared"),
        ("phases", "P0", "#incident-20260306", "own"),
        ("phases", "P1", None, "ticket"),
        ("matrix", "P1", "#inc-2026-03-06-brief-description", "own"),
        ("cadence", "P0", "#incident-2026-03-06-16-30", "own"),
        ("cadence", "P1", "#incident-P1-brief-description", "own"),
        ("command", "SEV-1", None, "thread"),
    ],
)
def test_the_channel_follows_the_severity(name, severity, channel, kind):
    computed = explained(name, severity)

    assert (computed["channel"], computed["channel_kind"]) == (channel, kind)


def test_what_the_team_has_not_bound_is_listed(team):
    contact = Contact.objects.create(name="Lead", kind=ContactKind.PERSON)
    Binding.objects.create(
        team=team, kind=BoundKind.ROLE, code="primary", contact=contact
    )

    found = explained("oncall", team=team)["unbound"]

    codes = [each["code"] for each in found if each["kind"] == "role"]
    assert codes == ["investigator", "secondary", "engineering-lead", "cto"]
    assert explained("oncall")["unbound"] is None


def test_it_takes_as_many_queries_whatever_the_playbook_holds(
    team, django_assert_num_queries
):
    with django_assert_num_queries(2):  # the counter of the day, and the bindings
        explained("cadence", team=team)


def test_an_unknown_severity_is_answered_with_the_nearest():
    with pytest.raises(CannotExplain, match=r"“SEV3”.+ Did you mean “SEV-3”"):
        explained("command", "SEV3")


def test_a_time_no_calendar_reaches_is_refused_in_a_sentence():
    with pytest.raises(CannotExplain, match="9999-12-31 is too far away"):
        explained("command", "SEV-1", at=datetime(9999, 12, 31, tzinfo=UTC))


def test_a_calendar_that_never_works_is_refused_in_a_sentence():
    document = changed(preset("command"), calendar={"weekdays": []})

    with pytest.raises(CannotExplain, match="no working day"):
        explain(document, severity="SEV-3", at=FRIDAY)


def test_what_is_like_nothing_known_is_answered_with_all_there_are():
    with pytest.raises(CannotExplain, match="Known here: SEV-1, SEV-2, SEV-3"):
        explained("command", "zzz")
