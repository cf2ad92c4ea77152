"""Action items as a file: what the list shows, safe to open, fit to read in again."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import ActionItem
from incidents.spreadsheet_cells import original
from tests.incidents.test_item_list import many

CSV = reverse("admin:incidents_actionitem_csv")


def file_of(answer):
    """Give the text of a file as a spreadsheet gets it."""
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def table(answer):
    return list(csv.DictReader(StringIO(file_of(answer), newline="")))


def test_a_file_has_what_an_import_takes_back(
    client_of, lead, responder, incident, at_noon
):
    incident.add_item(
        title="Test the restore",
        by=lead,
        at=at_noon,
        owner=responder,
        ticket="https://tickets.example/OPS-1",
        details="First,\nthe copy of March.",
        horizon="long",
    )

    answer = client_of(lead).get(CSV)

    assert table(answer) == [
        {
            "title": "Test the restore",
            "owner": "responder@debrief.example",
            "due": "2026-12-05",
            "priority": "P2",
            "incident": incident.reference,
            "link": "https://tickets.example/OPS-1",
            "kind": "prevent",
            "horizon": "long",
            "status": "open",
            "details": "First,\nthe copy of March.",
            "moves": "0",
            "slipped days": "0",
            "created": "2026-11-21",
        }
    ]
    assert answer["Content-Disposition"].endswith('"action-items-2026-11-21.csv"')
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_a_file_opens_in_spreadsheets_as_unicode(client_of, lead, item):
    content = b"".join(client_of(lead).get(CSV).streaming_content)

    assert content.startswith(b"\xef\xbb\xbftitle,owner,due,")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'=1", "＠x", " =1"]
)
def test_no_cell_runs_and_the_text_comes_back(text, client_of, lead, incident, at_noon):
    incident.add_item(title=f"x{text}", details=text, by=lead, at=at_noon)
    ActionItem.objects.update(title=text)

    [row] = table(client_of(lead).get(CSV))

    assert row["title"] == row["details"] == f"'{text}"
    assert original(row["title"]) == text


@pytest.mark.parametrize("sign", [";", "|", "\t", ", ", "\n", '"'])
def test_no_sign_that_may_part_cells_stands_outside_of_quotes(
    sign, client_of, lead, incident, at_noon
):
    text = f"Stop the queue{sign}=1+1"
    incident.add_item(title="Stop", details=text, by=lead, at=at_noon)
    answer = client_of(lead).get(CSV)
    _headings, _end, rows = file_of(answer).partition("\r\n")

    outside = re.sub(r'"(""|[^"])*"', "", rows)

    assert set(outside) == set(",\r\n")
    assert text in next(csv.reader(StringIO(rows, newline="")))


def test_a_file_holds_what_the_list_shows_on_all_its_pages(
    client_of, lead, responder, incident, at_noon
):
    mine = incident.add_item(title="Mine", by=lead, at=at_noon, owner=lead)
    many(mine, 55)
    incident.add_item(title="Theirs", by=lead, at=at_noon, owner=responder)
    done = incident.add_item(title="Done", by=lead, at=at_noon, owner=lead)
    done.complete(by=lead, at=at_noon)
    browser = client_of(lead)

    with CaptureQueriesContext(connection) as queries:
        rows = table(browser.get(f"{CSV}?mine=1&p=2&group=owner"))

    assert len(rows) == 55
    assert {row["owner"] for row in rows} == {lead.email}
    assert len(queries) <= 14


def test_a_file_holds_no_hidden_item_and_of_ones_own_the_reference_alone(
    client_of, administrator, outsider, lead, incident, at_noon
):
    incident.add_item(title="Tell the press", by=lead, at=at_noon)
    incident.add_item(title="Rotate", by=lead, at=at_noon, owner=outsider)
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")

    text = file_of(client_of(outsider).get(f"{CSV}?status=all"))

    assert "Tell the press" not in text
    assert incident.title not in text
    told = ("Rotate", "outsider@debrief.example", "2026-12-05", "P2")
    assert '","'.join((*told, incident.reference)) in text
