from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from incidents.explain import explain
from incidents.playbooks.presets import preset
from incidents.playbooks.schema import PlaybookDocument, plain
from incidents.time_line import clock_of, ticks, waits

FRIDAY = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def explained(document, severity=None):
    return explain(document, severity=severity, at=FRIDAY)["computed"]


def with_update(**clock):
    """Give the playbook of five phases with a clock of its own for a P1."""
    content = plain(preset("phases"))
    content["flags"].append({"code": "noticed", "name": "Customers notice"})
    given = {"audience": "team", "every": "30 min"}
    content["severities"][1]["updates"] = [{**given, **clock}]
    return PlaybookDocument.model_validate(content)


def texts(document, severity):
    return [tick.text for tick in ticks(explained(document, severity))]


def test_what_is_due_comes_in_the_order_of_time():
    found = ticks(explained(preset("oncall"), "P1"))

    assert [tick.at for tick in found] == sorted(tick.at for tick in found)
    assert (found[0].offset, found[1].offset) == ("at once", "+5 min")


def test_a_reminder_stands_before_what_it_is_of():
    found = ticks(explained(preset("command"), "SEV-2"))

    (nudge,) = [tick for tick in found if tick.kind == "nudge"]
    assert (nudge.offset, nudge.text) == ("+30 min", "Reminder: Update to the team")


@pytest.mark.parametrize(
    ("clock", "text"),
    [
        ({}, "Update to the team, then every 30 min"),
        ({"every": "daily"}, "Update to the team, then daily"),
        ({"repeats": False}, "Update to the team, once"),
        ({"first": "5 min"}, "Update to the team, then every 30 min"),
    ],
)
def test_an_update_says_how_it_goes_on(clock, text):
    assert text in texts(with_update(**clock), "P1")


@pytest.mark.parametrize(
    ("clock", "when"),
    [
        ({"condition": "noticed"}, "30 min after “Customers notice” is set"),
        ({"from": "acknowledged"}, "30 min after it is acknowledged"),
        ({"every": "stated in each update"}, "when the update before it says"),
    ],
)
def test_what_has_no_time_says_what_it_waits_for(clock, when):
    found = waits(explained(with_update(**clock), "P1"))

    (update,) = [each for each in found if each.kind == "update"]
    assert update.when == when


def test_what_only_a_post_mortem_needs_says_so():
    found = {each.text: each.when for each in waits(explained(preset("matrix"), "P2"))}

    assert found["Post-mortem draft"] == "48 h after it is resolved, if one is required"


def test_a_rule_of_the_calendar_stands_beside_its_date():
    assert "Respond: 1 h in business hours" in texts(preset("command"), "SEV-3")


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        (datetime(2026, 3, 6, 17, 0, tzinfo=UTC), "UTC", "17:00 UTC"),
        (
            datetime(2026, 3, 6, 23, 30, tzinfo=UTC),
            "Europe/Berlin",
            "Sat 7 Mar 00:30 CET",
        ),
        (datetime(2027, 1, 4, 9, 0, tzinfo=UTC), "UTC", "Mon 4 Jan 2027 09:00 UTC"),
    ],
)
def test_a_time_of_another_day_names_it(at, zone, said):
    assert clock_of(at, FRIDAY, ZoneInfo(zone)) == said
