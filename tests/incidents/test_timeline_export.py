"""The whole timeline as a file: CSV and text."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import TimelineEvent


@pytest.fixture
def browser(client_of, lead):
    lead.profile.zone = "Europe/Berlin"
    lead.profile.save()
    return client_of(lead)


def download(browser, incident, name: str) -> str:
    answer = browser.get(
        reverse(f"admin:incidents_incident_{name}", args=[incident.pk])
    )
    content = answer.content if not answer.streaming else b"".join(answer)
    return content.decode()


def rows(browser, incident) -> list[dict[str, str]]:
    text = download(browser, incident, "csv").removeprefix("\ufeff")
    return list(csv.DictReader(StringIO(text, newline="")))


def test_the_table_has_every_entry_oldest_first(browser, incident, lead, noon):
    early = noon - timedelta(hours=1)
    incident.note("It began", by=lead, at=early, kind="detection")

    first, second = rows(browser, incident)

    assert (first["happened"], first["zone"]) == ("2026-11-21 12:00:00", "CET")
    assert first["happened utc"] == "2026-11-21 11:00:00"
    assert first["written utc"] == "2026-11-21 12:00:00"
    assert (first["kind"], first["author"], first["text"]) == (
        *("Detection", "Lead", "It began"),
    )
    assert second["kind"] == "Status"


@pytest.mark.parametrize("text", ['=HYPERLINK("x")', "+1", "@SUM(A1)", "\t-1", "＝1"])
def test_no_cell_is_a_formula(browser, incident, lead, noon, text):
    incident.note(f"x\n{text}", by=lead, at=noon)
    entry = incident.timeline.get(verb="")
    TimelineEvent.objects.filter(pk=entry.pk).update(text=text)

    assert rows(browser, incident)[-1]["text"] == f"'{text}"


def test_the_text_names_its_zone_and_keeps_lines_together(
    browser, incident, lead, noon
):
    incident.note("First line\nsecond line", by=lead, at=noon - timedelta(hours=1))

    text = download(browser, incident, "text")

    assert text.startswith(
        "INC-20261121-001 Checkout fails\nTimes are in Europe/Berlin."
    )
    assert (
        "\n2026-11-21 12:00 CET  Note, Lead\n    First line\n    second line\n"
        "    Written 2026-11-21 13:00 CET\n"
    ) in text


def test_what_was_struck_and_corrected_says_so_in_both(browser, incident, lead, noon):
    entry = incident.note("The cache", by=lead, at=noon)
    entry.correct(by=lead, was={"text": "The cache"}, text="The queue")
    incident.strike(entry, because="Another cluster", by=lead, at=noon)

    [row] = [row for row in rows(browser, incident) if row["text"] == "The queue"]
    text = download(browser, incident, "text")

    struck = "Struck out by Lead, 2026-11-21 13:00 CET: Another cluster"
    assert row["struck out"] == struck
    assert row["corrected"] == "Corrected by Lead, 2026-11-21 13:00 CET"
    assert f"    The queue\n    {row['corrected']}\n    {struck}\n" in text


def test_a_long_log_costs_as_many_queries_as_a_short_one(browser, incident, noon):
    def asked(name: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            download(browser, incident, name)
        return len(queries)

    before = asked("csv"), asked("text")
    TimelineEvent.objects.bulk_create(
        TimelineEvent(incident=incident, at=noon, kind="note", text="Seen")
        for _number in range(1_200)
    )

    assert (asked("csv"), asked("text")) == before
    assert len(rows(browser, incident)) == 1_201


def test_who_may_not_see_the_incident_gets_neither(
    client_of, outsider, incident, manager, noon
):
    incident.restrict(True, by=manager, at=noon, reason="Ours")

    for name in ("csv", "text"):
        address = reverse(f"admin:incidents_incident_{name}", args=[incident.pk])
        assert client_of(outsider).get(address).status_code == 404
