from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from incidents.models import ImpactInterval
from postmortems.figures import affected, facts, times

BERLIN = ZoneInfo("Europe/Berlin")


def figure(figures, label):
    return next(each for each in figures if each.label == label)


def interval(noon, start, end):
    return ImpactInterval(
        started_at=noon + timedelta(minutes=start),
        ended_at=None if end is None else noon + timedelta(minutes=end),
    )


def test_times_are_said_with_the_moment_in_the_teams_zone(resolved, at_noon):
    said = times(resolved, BERLIN, at_noon)

    assert figure(said, "Duration").value == "50 min"
    assert figure(said, "Duration").note == "of impact, from 21 Nov 2026, 12:00 CET"
    assert figure(said, "To detect").value == "5 min"
    assert figure(said, "To detect").note == "Detected 12:05"
    assert figure(said, "To resolve").value == "1 h"


def test_a_moment_on_another_day_names_its_day(incident, lead, at_noon):
    yesterday = at_noon - timedelta(days=1)
    incident.record_milestone("started", when=yesterday, by=lead, at=at_noon)
    incident.record_milestone("mitigated", when=at_noon, by=lead, at=at_noon)

    said = figure(times(incident, BERLIN, at_noon), "To mitigate")

    assert said.value == "1 day"
    assert said.note == "Mitigated 21 Nov 2026, 13:00"


def test_what_cannot_be_known_says_why(incident, lead, at_noon):
    incident.record_milestone(
        "acknowledged", unknown_because="no pager", by=lead, at=at_noon
    )

    said = times(incident, BERLIN, at_noon)

    assert figure(said, "To acknowledge").note == "not known: no pager"
    assert figure(said, "To detect").note == "not recorded"


def test_the_reason_of_several_is_said_once(incident, lead, at_noon):
    for name in ("detected", "acknowledged"):
        incident.record_milestone(name, unknown_because="no log", by=lead, at=at_noon)

    said = times(incident, BERLIN, at_noon)

    notes = [each.note for each in said]
    assert notes.count("not known: no log") == notes.count("not known") == 1
    assert figure(said, "To mitigate").note == "not recorded"


def test_impact_that_overlaps_counts_once(noon):
    intervals = [interval(noon, 30, 50), interval(noon, 0, 40), interval(noon, 60, 70)]

    assert affected(intervals, noon) == timedelta(minutes=60)


def test_impact_that_goes_on_counts_until_now(noon):
    now = noon + timedelta(minutes=15)

    assert affected([interval(noon, 0, None)], now) == timedelta(minutes=15)


def test_facts_are_given_as_people_write_them(incident, service):
    incident.users_affected = 12_345
    incident.revenue_lost, incident.revenue_currency = Decimal("1200000"), "EUR"

    said = facts(incident, [service])

    assert figure(said, "Users affected").value == "12,345"
    assert figure(said, "Revenue lost").value == "1,200,000 EUR"
    assert figure(said, "Services").value == "Checkout"
    assert figure(said, "Data loss").value == "not recorded"
    incident.users_affected, incident.users_percent = None, Decimal("3.50")
    assert figure(facts(incident, []), "Users affected").value == "3.5 % of users"
