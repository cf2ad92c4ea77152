"""Setting a calendar: country, own days off, sprints, and what it would mean."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.forms.calendar_fields import country_choices
from incidents.models import Calendar
from incidents.working_time import known_countries

ADD = "admin:incidents_calendar_add"
PREVIEW = "admin:incidents_calendar_preview"


def written(**fields):
    return {
        "name": "Hamburg",
        "zone": "Europe/Berlin",
        "opens_at": "09:00",
        "closes_at": "17:00",
        "weekdays": ["0", "1", "2", "3", "4"],
        "country": "DE-HH",
        "days_off": "2026-12-28\r\n\r\n 2026-12-24 \r\n2026-12-28\r\n",
        "sprint_weeks": "3",
        "sprint_anchor": "2026-11-02",
    } | fields


@pytest.fixture
def calendar(db):
    return Calendar.objects.create(
        name="Hamburg", zone="Europe/Berlin", days_off=["2026-12-24"], country="DE"
    )


@pytest.fixture
def browser(client_of, administrator):
    return client_of(administrator)


def edit(calendar):
    return reverse("admin:incidents_calendar_change", args=[calendar.pk])


def seen(calendar):
    """What a page made now hides beside its fields."""
    shown = {
        "name": calendar.name,
        "country": calendar.country,
        "days_off": "\n".join(calendar.days_off),
        "opens_at": "09:00:00",
        "closes_at": "17:00:00",
        "zone": calendar.zone,
        "weekdays": ["0", "1", "2", "3", "4"],
        "sprint_weeks": "2",
        "sprint_anchor": "2026-01-05",
    }
    return {f"initial-{name}": value for name, value in shown.items()}


def test_a_calendar_is_made_with_country_days_and_sprints(browser):
    answer = browser.post(reverse(ADD), written())

    calendar = Calendar.objects.get(name="Hamburg")
    assert answer.status_code == 302
    assert calendar.country == "DE-HH"
    assert calendar.days_off == ["2026-12-24", "2026-12-28"]
    assert calendar.working_time().sprint_weeks == 3
    assert f"{calendar.sprint_anchor}" == "2026-11-02"


def test_only_what_was_changed_is_written(browser, calendar):
    shown = seen(calendar)
    Calendar.objects.filter(pk=calendar.pk).update(country="DE-BE")
    same = {"country": "DE", "sprint_weeks": "2", "sprint_anchor": "2026-01-05"}

    browser.post(edit(calendar), shown | written(days_off="2026-12-31", **same))

    calendar.refresh_from_db()
    assert (calendar.country, calendar.days_off) == ("DE-BE", ["2026-12-31"])


def test_days_off_changed_by_both_are_refused(browser, calendar):
    shown = seen(calendar)
    Calendar.objects.filter(pk=calendar.pk).update(
        days_off=["2026-12-24", "2026-12-30"]
    )

    answer = browser.post(edit(calendar), shown | written(days_off="2026-12-31"))

    assert "now is: 2026-12-24, 2026-12-30" in answer.text


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("2026-12-24\n24.12.2026", "Line 2: “24.12.2026” is no date like 2026-12-24."),
        ("\n\n2026-02-30", "Line 3: “2026-02-30” is no date"),
        ("20261224", "Line 1: “20261224” is no date"),
        ("2026-W52-4", "Line 1: “2026-W52-4” is no date"),
        ("x" * 5_000, "Line 1: “" + "x" * 40 + "” is no date"),
        ("2026-12-24\n" * 401, "Write at most 400 days"),
        ("\0", "Line 1: “"),
    ],
)
def test_a_wrong_day_is_named_with_its_line(lines, sentence, browser):
    answer = browser.post(reverse(ADD), written(days_off=lines))

    assert sentence in answer.text
    assert not Calendar.objects.filter(name="Hamburg").exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"weekdays": []}, "Choose at least one working day."),
        ({"opens_at": "17:00", "closes_at": "09:00"}, "must end after they begin"),
        ({"country": "XX"}, "Select a valid choice"),
        ({"sprint_weeks": "13"}, "Select a valid choice"),
        ({"sprint_anchor": "soon"}, "Enter a valid date"),
        ({"zone": "Mars/Base"}, "Select a valid choice"),
    ],
)
def test_a_calendar_that_cannot_count_is_refused(fields, sentence, browser):
    answer = browser.post(reverse(ADD), written(**fields))

    assert sentence in answer.text
    assert "The days appear once all fields can be read" in answer.text
    assert not Calendar.objects.filter(name="Hamburg").exists()


def test_days_off_that_leave_no_work_for_a_year_are_refused(browser, at_noon):
    mondays = "\n".join(f"{day}" for day in days_from(at_noon.date(), 70))

    answer = browser.post(reverse(ADD), written(weekdays=["0"], days_off=mondays))

    assert "nobody would work for more than a year" in answer.text


def days_from(first, weeks):
    monday = first + timedelta(days=-first.weekday())
    return [monday + timedelta(weeks=n) for n in range(weeks)]


def test_the_page_says_what_the_calendar_means(client_of, viewer, calendar, at_noon):
    page = client_of(viewer).get(edit(calendar))

    for text in (
        "Hamburg: Mon–Fri 09:00–17:00, Europe/Berlin, holidays of DE, 1 own day off",
        "Thu 24 Dec 2026, own day off",
        "Fri 25 Dec 2026, Christmas Day",
        "begins Mon 23 Nov 2026",
        "from now: due Mon 23 Nov 2026, 10:00 CET",
        "from now: due Mon 23 Nov 2026, 17:00 CET",
    ):
        assert text in page.text


def test_the_preview_follows_what_is_written(browser, at_noon):
    unnamed = written(name="", country="US-NY", zone="America/New_York", days_off="")

    answer = browser.post(reverse(PREVIEW), unnamed)

    assert "Thu 26 Nov 2026, Thanksgiving Day" in answer.text
    assert "begins Mon 23 Nov 2026" in answer.text
    assert "<html" not in answer.text
    assert not Calendar.objects.filter(country="US-NY").exists()


def test_the_preview_is_for_those_who_make_calendars(client_of, viewer):
    assert client_of(viewer).post(reverse(PREVIEW), written()).status_code == 403


def test_a_new_calendar_begins_as_the_built_in_one(browser, at_noon):
    page = browser.get(reverse(ADD))

    assert "built-in calendar: Mon–Fri 09:00–17:00, UTC" in page.text


def test_every_country_is_offered_by_name():
    offered, names = set(), {}
    for value, label in country_choices():
        members = label if isinstance(label, list) else [(value, label)]
        names |= dict(members)
        offered |= {code for code, _name in members}

    assert offered == known_countries() | {""}
    assert names["DE"] == "Germany"
    assert names["DE-BE"] == "Germany: Berlin"
    assert names["CD"] == "DR Congo"
    assert names["IM"] == "Isle of Man"
    assert names["HM"] == "Heard Island and McDonald Islands"
