"""References and channels by the playbook's patterns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from incidents.explain import explain
from incidents.models import Incident
from incidents.patterns import (
    LONGEST_CHANNEL,
    channel_name,
    coming_reference,
    is_numbered,
    next_channel,
    next_reference,
    slug_of,
    values_at,
)
from incidents.playbooks.presets import preset
from tests.clockwork import level, playbook, publish

MORNING = datetime(2026, 3, 6, 9, 5, tzinfo=UTC)
OWN = "#inc-{YYYY}-{MM}-{DD}-{slug}"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Checkout fails for EU cards!", "checkout-fails-for-eu-cards"),
        ("Über­lastung: Größe überschritten", "uberlastung-grosse-uberschritten"),
        ("Платежи не проходят", "platezhi-ne-prokhodyat"),
        ("決済が失敗する", "juejigashibaisuru"),
        ("  --  ", ""),
    ],
)
def test_a_title_is_written_in_latin_letters(title, slug):
    assert slug_of(title) == slug


@given(st.text(max_size=300))
def test_a_slug_has_letters_figures_and_single_hyphens(title):
    slug = slug_of(title)

    assert all(each.isalnum() and each.isascii() for each in slug.split("-") if each)
    assert slug == slug.lower().strip("-")
    assert "--" not in slug


@given(st.text(max_size=300))
def test_a_channel_fits_with_its_number(title):
    name = channel_name(OWN, values_at(MORNING, title=title))

    assert len(f"{name}-9999") <= LONGEST_CHANNEL
    assert name.startswith("#inc-2026-03-06-")
    assert not name.endswith("-")


def test_a_channel_may_name_severity_and_minute():
    values = values_at(MORNING, severity="P1", title="Login slow")

    assert channel_name("#incident-{severity}-{slug}", values) == (
        "#incident-P1-login-slow"
    )
    assert channel_name("#i-{YYYY}{MM}{DD}-{HH}-{mm}", values) == "#i-20260306-09-05"


def test_a_pattern_needs_one_number_to_be_unique():
    assert is_numbered("INC-{YYYY}-{NNN}")
    assert not is_numbered("INC-{YYYY}")
    assert not is_numbered("{NNN}-{NNN}")


@pytest.mark.django_db
def test_the_number_restarts_each_day():
    pattern = "INC-{YYYY}-{MM}-{DD}-{NNN}"
    days = [MORNING, MORNING, MORNING + timedelta(days=1)]

    assert coming_reference(pattern, MORNING) == "INC-2026-03-06-001"
    assert [next_reference(pattern, day) for day in days] == [
        "INC-2026-03-06-001",
        "INC-2026-03-06-002",
        "INC-2026-03-07-001",
    ]


@pytest.mark.django_db
def test_the_number_goes_on_where_the_pattern_has_no_day():
    days = [MORNING, MORNING + timedelta(days=30)]

    assert [next_reference("{NNN}/X", day) for day in days] == ["001/X", "002/X"]


@pytest.mark.django_db
def test_a_pattern_without_a_number_gets_one():
    given = [next_reference("INC-{YYYY}", MORNING) for _again in range(2)]

    assert given == ["INC-2026-001", "INC-2026-002"]


def test_a_reference_that_another_pattern_led_to_is_skipped(incident):
    incident.reference = "INC-2026-1001"
    incident.save()

    assert next_reference("INC-{YYYY}-1{NNN}", incident.declared_at) == "INC-2026-1002"


def test_the_second_channel_of_a_name_is_told_apart(story):
    names = []
    for _again in range(3):
        story.begin(preset("phases"), "P0")
        names.append(story.incident.channel)

    assert names == [
        "#incident-20261121",
        "#incident-20261121-2",
        "#incident-20261121-3",
    ]


def test_a_name_that_ends_in_a_number_is_not_given_twice(story):
    values = [values_at(MORNING, title=title) for title in ("a", "a 2", "a")]
    names = []
    for each in values:
        story.begin(playbook(level()))
        name = next_channel("#{slug}", each)
        story.incident.channel, story.incident.has_own_channel = name, True
        story.incident.save()
        names.append(name)

    assert names == ["#a", "#a-2", "#a-3"]


@pytest.mark.parametrize(
    ("code", "severity", "channel"),
    [
        ("oncall", "P1", "#incident-response"),
        ("phases", "P0", "#incident-20261121"),
        ("phases", "P1", ""),
        ("matrix", "P1", "#inc-2026-11-21-checkout-fails"),
        ("matrix", "P4", ""),
        ("cadence", "P0", "#incident-2026-11-21-13-00"),
        ("cadence", "P1", "#incident-P1-checkout-fails"),
        ("command", "SEV-1", ""),
        ("default", "P1", "#inc-2026-11-21-checkout-fails"),
    ],
)
def test_the_channel_follows_the_playbook_and_the_severity(
    story, code, severity, channel
):
    story.begin(preset(code), severity)

    assert story.incident.channel == channel


def test_a_severity_takes_the_first_channel_that_is_its(story):
    channels = [
        {"kind": "thread", "severities": ["S1"]},
        {"kind": "own", "pattern": OWN},
    ]
    document = playbook(record={"channels": channels})

    story.begin(document)
    explained = explain(document, severity="S1", at=MORNING)["computed"]

    assert story.incident.channel == ""
    assert (explained["channel"], explained["channel_kind"]) == (None, "thread")


def test_a_raised_severity_gets_its_channel_and_keeps_it(story):
    story.begin(preset("phases"), "P1")

    story.do("change_severity", story.severity("P0"), after=5)
    story.do("change_severity", story.severity("P1"), after=6)

    assert story.incident.channel == "#incident-20261121"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_names_are_unique_when_many_are_declared_at_once(team, lead, at_noon):
    publish(preset("phases"), at_noon)
    number, barrier = 6, Barrier(6)

    def declare(n):
        try:
            book = publish(preset("phases"), at_noon).playbook
            barrier.wait(timeout=10)
            return Incident.declare(
                title="Down",
                severity=book.severities.get(code="P0"),
                team=team,
                by=lead,
                at=at_noon,
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        made = list(pool.map(declare, range(number)))

    assert len({each.reference for each in made}) == number
    assert sorted(each.channel for each in made) == [
        "#incident-20261121",
        *(f"#incident-20261121-{n}" for n in range(2, number + 1)),
    ]
