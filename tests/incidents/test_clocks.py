"""The clocks of a severity, from the document alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidents.clocks import Clock, Moments, calendar_of, clocks_of, next_update
from incidents.playbooks.presets import preset
from incidents.playbooks.schema import PlaybookDocument
from incidents.targets import Target
from incidents.working_time import BUILT_IN, WorkingTime
from tests.clockwork import level, playbook

# A Friday, half past four.
DECLARED = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def clock(document: PlaybookDocument, key: str, code: str = "S1") -> Clock:
    clocks = clocks_of(document, code, tracking="declared")
    return next(each for each in clocks if each.key == key)


def minutes(moment: datetime | None) -> float | None:
    return moment and (moment - DECLARED) / MINUTE


def due(found: Clock, **known: datetime) -> float | None:
    flags = {"hot": known.pop("hot")} if "hot" in known else {}
    moments = Moments(declared=DECLARED, flags=flags, **known)
    return minutes(found.dates(moments, BUILT_IN).due_at)


def later(number: float) -> datetime:
    return DECLARED + number * MINUTE


def rung(**timing: str) -> dict[str, object]:
    words = {"code": "boss", "label": "Boss", "severities": ["S1"], "tells": ["lead"]}
    return {**words, **timing}


HOT = [{"code": "hot", "name": "Hot"}]


def with_rung(**timing):
    return clock(playbook(level(), ladder=[rung(**timing)], flags=HOT), "rung:boss")


def test_clocks_come_in_the_order_people_read_them():
    keys = [each.key for each in clocks_of(preset("phases"), "P0", tracking="declared")]

    assert keys[:2] == ["respond", "update:status_page"]
    assert [key for key in keys if key.startswith("rung")] == [
        "rung:l1-p0",
        "rung:l2-p0",
        "rung:l3-p0",
        "rung:l3-major-outage",
        "rung:l3-security",
        "rung:l3-data-loss",
    ]
    assert keys[-3:] == ["report", "draft", "review"]


def test_an_unknown_severity_promises_nothing():
    assert clocks_of(preset("phases"), "P9", tracking="declared") == ()


@pytest.mark.parametrize(
    ("timing", "known", "expected"),
    [
        ({}, {}, 0),
        ({"after": "30 min"}, {}, 30),
        ({"after": "30 min", "from": "acknowledged"}, {}, None),
        (
            {"after": "30 min", "from": "acknowledged"},
            {"acknowledged": later(7)},
            37,
        ),
        ({"after": "30 min", "from": "acknowledged"}, {"acknowledged": later(-9)}, 30),
        ({"condition": "hot"}, {}, None),
        ({"condition": "hot"}, {"hot": later(12)}, 12),
        ({"condition": "hot"}, {"hot": later(-12)}, 0),
        ({"condition": "hot", "after": "30 min"}, {"hot": later(12)}, 30),
        ({"condition": "hot", "after": "30 min"}, {"hot": later(45)}, 45),
    ],
)
def test_a_rung_is_due_by_delay_condition_or_the_later_of_both(timing, known, expected):
    assert due(with_rung(**timing), **known) == expected


@pytest.mark.parametrize(
    ("more", "known", "expected"),
    [
        ({}, {}, 30),
        ({"first": "10 min"}, {}, 10),
        ({"condition": "hot"}, {}, None),
        ({"condition": "hot"}, {"hot": later(20)}, 50),
        ({"condition": "hot"}, {"hot": later(-20)}, 30),
        ({}, {"reopened": later(90)}, 120),
        ({"condition": "hot"}, {"hot": later(20), "reopened": later(90)}, 120),
        ({"condition": "hot"}, {"hot": later(95), "reopened": later(90)}, 125),
        ({"from": "acknowledged"}, {"acknowledged": later(5)}, 35),
    ],
)
def test_an_update_runs_from_the_latest_of_what_starts_it(more, known, expected):
    promised = {"audience": "team", "every": "30 min", **more}
    document = playbook(level(updates=[promised]), flags=HOT)

    assert due(clock(document, "update:team"), **known) == expected


def test_what_each_update_states_has_no_time_of_its_own():
    update = clock(preset("matrix"), "update:team", "P1")

    dates = update.dates(Moments(declared=DECLARED), BUILT_IN)

    assert (dates.starts_at, dates.due_at) == (DECLARED, None)


def test_an_update_may_state_its_next():
    update = clock(preset("matrix"), "update:team", "P1")

    following = next_update(update, "team", Target.parse("20 min"))

    assert minutes(following.dates_from(later(5), BUILT_IN).due_at) == 25


def test_people_have_a_minute_of_grace_and_rungs_have_none():
    respond = clock(preset("cadence"), "respond", "P0")
    dates = respond.dates(Moments(declared=DECLARED), BUILT_IN)
    assert (minutes(dates.due_at), minutes(dates.late_at)) == (0, 1)

    reached = with_rung().dates(Moments(declared=DECLARED), BUILT_IN)
    assert (minutes(reached.due_at), minutes(reached.late_at)) == (0, 0)


@pytest.mark.parametrize(
    ("code", "severity", "key", "expected"),
    [
        ("command", "SEV-3", "respond", datetime(2026, 3, 9, 9, 30, tzinfo=UTC)),
        ("command", "SEV-3", "resolve", datetime(2026, 3, 7, 16, 30, tzinfo=UTC)),
        ("phases", "P3", "respond", datetime(2026, 3, 16, 17, tzinfo=UTC)),
        ("oncall", "P4", "respond", datetime(2026, 3, 9, 17, tzinfo=UTC)),
    ],
)
def test_working_time_counts_across_the_weekend(code, severity, key, expected):
    found = clock(preset(code), key, severity)

    assert found.dates(Moments(declared=DECLARED), BUILT_IN).due_at == expected


def test_what_follows_counts_from_the_resolution():
    found = clock(preset("phases"), "follow_up:within-a-month", "P0")
    assert due(found) is None

    resolved = datetime(2026, 1, 31, 10, tzinfo=UTC)
    dates = found.dates(Moments(declared=resolved, resolved=resolved), BUILT_IN)
    assert dates.due_at == datetime(2026, 2, 28, 10, tzinfo=UTC)


def test_a_draft_waits_until_a_post_mortem_is_required():
    draft = clock(preset("matrix"), "draft", "P2")
    known = {"declared": DECLARED, "resolved": later(60)}

    assert draft.dates(Moments(**known), BUILT_IN).due_at is None
    required = Moments(**known, postmortem_required=True)
    assert minutes(draft.dates(required, BUILT_IN).due_at) == 60 + 48 * 60


def test_a_ticket_has_targets_and_a_record_has_what_follows():
    document, found = preset("phases"), {}
    for name, how in {
        "declared": {"tracking": "declared"},
        "ticket": {"tracking": "ticket"},
        "record": {"tracking": "declared", "is_record": True},
    }.items():
        found[name] = {each.kind for each in clocks_of(document, "P0", **how)}

    owed = {"report", "draft", "review"}
    assert found["ticket"] == {"respond"} | owed
    assert found["record"] == {"follow_up"} | owed
    assert found["declared"] == {"respond", "update", "rung", "follow_up"} | owed


def test_the_playbooks_own_calendar_counts_before_the_teams():
    team = WorkingTime(name="Berlin", zone="Europe/Berlin")
    own = playbook(level(), calendar={"zone": "Asia/Tokyo"})

    assert calendar_of(own, team).zone == "Asia/Tokyo"
    assert calendar_of(playbook(), team) == team
    assert calendar_of(playbook(), None) == BUILT_IN
