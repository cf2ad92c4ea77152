"""What files look like that people bring: encodings, separators, headings, cells."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

import pytest
from django.contrib.auth.models import User

from incidents.item_csv import csv_of
from incidents.item_import.columns import FIELDS, field_of, letters
from incidents.item_import.days import Order, Unfit, read_day
from incidents.item_import.decoding import BrokenFile, decode
from incidents.item_import.reading import read
from incidents.models import ActionItem

PLAIN = "title,owner\nPrüfe die Sicherung – „jetzt“,\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-32", ""),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_any_common_encoding_is_read_and_a_guess_is_said(encoding, said):
    text, assumed = decode(PLAIN.encode(encoding))

    assert text == PLAIN
    assert said in assumed
    assert bool(said) == bool(assumed)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04" + b"x" * 50, "This is a .xlsx file"),
        (b"%PDF-1.7", "This is a .pdf file"),
        (b"title\nfine\n\x81\xff", "Line 3"),
        ("title\nab".encode("utf-16") + b"x", "Line 2"),
    ],
)
def test_what_is_no_text_says_so_and_where(content, told):
    with pytest.raises(BrokenFile, match=told):
        decode(content)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end_is_found(separator, end):
    line = separator.join(["Title", "Owner", "Due date"])
    row = separator.join(['"a""b; c,\n|\td"', "x", "y"])

    table = read(f"{line}{end}{row}{end}")

    assert table.rows[0].cells == ['a"b; c,\n|\td', "x", "y"]


def test_rows_are_numbered_as_a_spreadsheet_does():
    table = read('sep=;\n\ntitle;details\n\nA;"two\nlines"\n;\nB;\n')

    assert table.first == 3
    assert [(row.number, row.cells[0]) for row in table.rows] == [(5, "A"), (7, "B")]


def test_what_was_neutralised_is_taken_back():
    [row] = read("title,details\n'=1+1,'- a list\n").rows

    assert row.cells == ["=1+1", "- a list"]


@pytest.mark.parametrize(
    ("text", "row", "told"),
    [
        ("", 0, "holds no row"),
        ("\n ,\n", 0, "holds no row"),
        ("title\n", 0, "no row to import"),
        ('title\nA\n"B\nC\n', 3, "none closes it"),
        ('title\n"A"b\n', 2, "quotation marks do not fit"),
        (f"title\n{'x' * 200_000}\n", 2, "131,072 characters"),
        (",".join("x" * 101), 1, "101 columns"),
        ("title\n" + "A\n" * 10_001, 10_002, "More than 10,000 rows"),
    ],
)
def test_what_cannot_be_taken_apart_names_its_row(text, row, told):
    with pytest.raises(BrokenFile) as broken:
        read(text)

    assert told in broken.value.sentence
    assert broken.value.row == row


@pytest.mark.parametrize(
    "heading", ["Due Date", "due_date", " DUE-DATE: ", "ｄｕｅ date"]
)
def test_headings_are_known_in_any_dress(heading):
    assert field_of(heading) == "due"


def test_every_synonym_finds_its_field():
    assert all(field_of(word) == name for word, name in FIELDS.items())


def test_columns_have_the_letters_of_a_spreadsheet():
    assert [letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize(
    "text",
    [
        *("2026-12-31", "2026/12/31", "2026-12-31T09:00:00Z", "31.12.2026"),
        *("31. 12. 2026", "12/31/2026", "31/12/2026", "31-12-2026 10:00"),
        *("31 Dec 2026", "31 December 2026", "31-Dec-2026", "31/Dec/26 12:00 AM"),
        *("Dec 31, 2026", "December 31st, 2026"),
    ],
)
def test_days_are_read_as_people_write_them(text):
    assert read_day(text, Order()) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("03/04/2026", "2026-03-04 or 2026-04-03"),
        ("31.02.2026", "no such day"),
        ("1/1/1026", "2000 to 2100"),
        ("tomorrow", "no day that can be read"),
        ("46022", "no day that can be read"),
        ("T" * 130_000, "no day that can be read"),
    ],
)
def test_a_day_that_may_be_another_is_refused(text, told):
    with pytest.raises(Unfit, match=told):
        read_day(text, Order.of([text]))


def test_a_column_that_proves_its_order_is_read_by_it():
    month_first, day_first = Order.of(["12/31/2026"]), Order.of(["x", "31/12/2026"])

    assert read_day("03/04/2026", month_first) == date(2026, 3, 4)
    assert read_day("03/04/2026", day_first) == date(2026, 4, 3)
    assert "month first, as 12/31/2026 shows" in month_first.note
    assert "day first" in day_first.note


def test_a_column_that_proves_both_orders_is_read_by_none():
    order = Order.of(["12/31/2026", "31/12/2026"])

    with pytest.raises(Unfit, match="has both orders"):
        read_day("03/04/2026", order)
    assert order.note == ""


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"title": "", "details": "Why"}, "The title is empty"),
        ({"title": "x" * 201}, "201 characters, and at most 200"),
        ({"title": "a\x00b"}, "no text"),
        ({"priority": "P7"}, "no priority: write P0"),
        ({"owner": "Nobody Known"}, "nobody called Nobody Known"),
        ({"owner": "Sam Twin"}, "More than one person is called Sam Twin"),
        ({"incident": "INC-0"}, "no incident INC-0 that you can see"),
        ({"link": "OPS-12"}, "no web address"),
        ({"link": "javascript:alert(1)"}, "with https:// or http://"),
        ({"kind": "magic"}, "no kind"),
        ({"horizon": "never"}, "no horizon"),
        ({"status": "perhaps"}, "no status"),
        ({"due": "soon"}, "no day"),
    ],
)
def test_a_cell_that_does_not_fit_is_named_with_its_remedy(checked, cells, told):
    for number in range(2):
        User.objects.create_user(f"sam{number}", first_name="Sam", last_name="Twin")
    row = {"title": "Fine", **cells}

    file = checked(written([list(row), list(row.values())]))

    [problem] = file.problems
    assert (problem["row"], problem["column"]) == (2, next(iter(cells)))
    assert told in problem["sentence"]


@pytest.mark.parametrize(
    "written_as", ["{email}", "{upper}", "Responder", "Rae <{email}>", " responder  "]
)
def test_an_owner_is_an_address_or_a_full_name(imported, responder, written_as):
    email = responder.email
    name = written_as.format(email=email, upper=email.upper())

    imported(written([["title", "owner"], ["Fine", name]]))

    assert ActionItem.objects.get().owner == responder


def test_of_two_columns_of_the_owner_the_address_counts(imported, responder):
    rows = [["Name", "Assignee", "Assignee Email"], ["Fine", "?", responder.email]]

    file = imported(written(rows))

    assert ActionItem.objects.get().owner == responder
    assert "Assignee" in file.notes[0]


def test_columns_of_one_meaning_are_refused_by_name(checked):
    file = checked("Title,Due,Summary,Deadline\nA,,B,\n")

    assert [problem["column"] for problem in file.problems] == ["Summary", "Deadline"]
    assert "A and C both mean the title" in file.problems[0]["sentence"]


def test_a_file_without_a_title_says_which_column_is_missing(checked):
    file = checked("What to fix,Owner\nA,\n")

    assert "Name it “title” or “summary”" in file.problems[0]["sentence"]


def test_unknown_columns_are_named_and_left(checked):
    file = checked("title,Votes,,Sprint\nA,3,,7\n")

    assert file.state == "checked"
    assert "Votes, column C, Sprint" in file.notes[0]


@pytest.mark.parametrize(
    ("row", "remedy"),
    [("A", "1 cell, "), ("A,B", "Give it as many"), ("A,B,C,D", "quotation marks")],
)
def test_a_row_of_another_length_is_refused(checked, row, remedy):
    file = checked(f"title,owner,details\nFine,,\n{row}\n")

    [problem] = file.problems
    assert problem["row"] == 3
    assert "the headings are 3" in problem["sentence"]
    assert remedy in problem["sentence"]


def test_what_was_taken_out_as_csv_comes_back_as_it_was(
    imported, item, responder, lead, at_noon
):
    item.amend({"title": (item.title, "=SUM(1)")}, by=lead, at=at_noon)
    item.amend({"details": ("", '- one\n- two; "three"')}, by=lead, at=at_noon)
    taken = "".join(csv_of([item]))
    item.drop(by=lead, at=at_noon, reason="It comes back")

    imported(taken)

    back = ActionItem.objects.exclude(pk=item.pk).get()
    for name in ("title", "details", "owner", "due_on", "priority", "incident", "kind"):
        assert getattr(back, name) == getattr(item, name), name


def written(rows) -> str:
    file = StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue()
