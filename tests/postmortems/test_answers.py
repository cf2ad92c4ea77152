"""What the record answers to the fields of the presets, in their words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidents.choices import Milestone
from incidents.playbooks.presets import PRESETS, preset
from postmortems.rendering.answers import answers, is_asked_for
from postmortems.snapshot import (
    Badge,
    Fact,
    Gathering,
    Item,
    Moment,
    Reference,
    Role,
    Snapshot,
    Span,
)

BERLIN = ZoneInfo("Europe/Berlin")
FACTS = ["users", "services", "revenue", "data_loss", "data_loss_details"]
FACTS += ["reputation", "features", "transactions", "detection_source"]
FACTS += ["cause_category"]


@pytest.fixture
def full(noon) -> Snapshot:
    """A record in which everything is known; each milestone is 5 min later."""
    at = {name: noon + timedelta(minutes=5 * n) for n, name in enumerate(Milestone)}
    return Snapshot(
        reference="INC-7",
        title="Checkout fails",
        taken_at=noon + timedelta(days=1),
        zone="Europe/Berlin",
        severity=Badge(text="P1"),
        status=Badge(text="Resolved"),
        author="Ann Author",
        lead="Leo Lead",
        team="Platform",
        services=("Checkout", "Search"),
        moments=tuple(Moment(name=each, label=each, at=at[each]) for each in Milestone),
        impact=(Span(start=noon, end=noon + timedelta(minutes=90)),),
        facts=tuple(Fact(key=key, label=key, value=f"the {key}") for key in FACTS),
        people=(Role(role="Incident commander", person="Cora Commander"),),
        items=(Item(id=1, title="Mend", ticket="https://jira.example/OPS-1"),),
        references=(
            Reference(label="#inc-7"),
            Reference(label="Load", url="https://grafana.example/d/1"),
        ),
        meeting=Gathering(
            starts_at=noon, attendees=("Ann", "Leo"), follow_up_on=date(2026, 12, 1)
        ),
    )


def value(snapshot, field):
    [answer] = answers([field], snapshot, BERLIN)
    return answer.value


def fields_of_presets():
    def of(parts):
        for part in parts:
            yield from part.fields
            yield from of(part.sections)

    for code in PRESETS:
        yield from of(preset(code).postmortem.sections)


def test_every_field_of_every_preset_is_answered_where_the_record_can(full):
    fields = sorted(set(fields_of_presets()))

    told = answers(fields, full, BERLIN)

    assert len(fields) > 40
    assert [each.label for each in told if not each.is_known] == []
    for field, answer in zip(fields, told, strict=True):
        assert field.startswith(answer.label)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("Duration as HH:MM", "01:30"),
        ("Duration in hours and minutes", "1 h 30 min"),
        ("Minutes of downtime", "90 min"),
        ("Total duration", "55 min"),
        (
            "Duration, from start to end and in all",
            "21 Nov 2026, 13:00 – 14:30 CET, 1 h 30 min",
        ),
        ("Incident commander", "Cora Commander"),
        ("Incident lead", "Leo Lead"),
        ("Data lost, yes or no, with details", "the data_loss. the data_loss_details"),
        ("First detected, and how", "21 Nov 2026, 13:05 CET, the detection_source"),
        ("Root cause identified", "21 Nov 2026, 13:30 CET"),
        ("Resolution confirmed", "21 Nov 2026, 14:00 CET"),
        ("Date and time", "21 Nov 2026, 13:00 CET, 60 min"),
        ("Channel of the incident", "#inc-7"),
        ("Monitoring dashboards", "Load https://grafana.example/d/1"),
        ("Services affected", "Checkout, Search"),
    ],
)
def test_an_answer_takes_the_form_that_is_asked_for(field, said, full):
    assert value(full, field) == said


def test_what_the_record_has_not_is_said_in_the_words_of_the_field(noon):
    empty = Snapshot(reference="INC-1", title="", taken_at=noon)

    told = answers(["Revenue lost, if any", "The weather"], empty, BERLIN)

    assert [(each.label, each.value) for each in told] == [
        ("Revenue lost", "not recorded"),
        ("The weather", "not recorded"),
    ]
    assert not any(each.is_known for each in told)


def test_a_milestone_that_cannot_be_known_says_why(noon):
    lost = Moment(name="detected", label="Detected", unknown="no pager")
    snapshot = Snapshot(reference="INC-1", title="", taken_at=noon, moments=(lost,))

    assert value(snapshot, "First alert") == "not known: no pager"


def test_an_incident_that_runs_has_no_end_yet(full, noon):
    running = full.model_copy(update={"impact": (Span(start=noon),)})

    assert value(running, "End") == "not recorded"
    assert "still running" in value(running, "Duration, from start to end")


def test_times_are_told_in_the_zone_of_the_part(full):
    [answer] = answers(["Detected"], full, ZoneInfo("UTC"))

    assert answer.value == "21 Nov 2026, 12:05 UTC"


def test_a_reference_that_a_field_shows_is_not_listed_again():
    fields = ("Channel of the incident", "Monitoring dashboards")

    assert is_asked_for("#inc-7", "", fields)
    assert is_asked_for("Load", "https://grafana.example/d/1", fields)
    assert not is_asked_for("INC-3", "", fields)
    assert not is_asked_for("#inc-7", "", ("Monitoring dashboards",))


def test_a_moment_is_not_taken_for_another(full):
    moved = datetime(2026, 1, 1, tzinfo=BERLIN)
    moments = [
        each.model_copy(update={"at": moved}) if each.name == "fix_deployed" else each
        for each in full.moments
    ]
    changed = full.model_copy(update={"moments": tuple(moments)})

    assert value(changed, "Fix deployed").startswith("1 Jan 2026")
    assert value(changed, "Mitigation started") == value(full, "Mitigation started")


def test_what_is_known_of_neither_is_said_once(full):
    why = "the alert went unlogged"
    moments = (Moment(name="detected", label="Detected", unknown=why),)
    facts = (
        Fact(key="detection_source", label="Noticed by", value=f"not known: {why}"),
    )
    bare = full.model_copy(update={"moments": moments, "facts": facts})

    [answer] = answers(["First detected, and how"], bare, BERLIN)

    assert answer.value == f"not known: {why}"
