"""Several write-ups in an archive, given to the page."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from incidents.models import Incident

from .test_command import TEXT
from .test_page import PAGE, shown


def packed(**texts):
    """Give an archive with a file of each name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.md", text)
    return SimpleUploadedFile("wiki.zip", content.getvalue())


@pytest.fixture
def post(client_of, responder, team, at_noon):
    browser = client_of(responder)

    def post(press="look", **typed):
        return browser.post(reverse(PAGE), {"team": team.pk, press: "1", **typed})

    return post


def test_each_of_an_archive_is_shown_then_imported_by_itself(post):
    bad = "# Without a day\n\nIt broke.\n"
    looked = post(file=packed(orders=TEXT, bad=bad, **{"deep/up": TEXT + "\nUp.\n"}))
    assert not Incident.objects.exists()

    made = post("import", packed=looked.context["archive"].packed, name="wiki.zip")
    again = post("import", packed=looked.context["archive"].packed, name="wiki.zip")

    assert "Nothing is stored yet." in shown(looked)
    assert shown(looked).count("can be imported</span>") == 2
    assert "give the date" in shown(looked)
    assert shown(made).count(">imported</span>") == 2
    assert shown(again).count(">known already</span>") == 2
    assert Incident.objects.count() == 2


def test_what_is_chosen_for_all_counts_where_one_says_nothing(post):
    files = packed(
        orders=TEXT, other="# Other\n\n## Timeline\n\n- 14:02 UTC It broke\n"
    )

    post("import", file=files, day="2026-09-01")

    days = {f"{each.started_at:%Y-%m-%d}" for each in Incident.objects.all()}
    assert days == {"2026-10-02", "2026-09-01"}


def test_a_wrong_choice_keeps_the_archive(post):
    answer = post("import", file=packed(orders=TEXT), zone="Mars/Phobos")

    assert answer.status_code == 422
    assert "is not a time zone" in shown(answer)
    assert answer.context["archive"].packed in answer.content.decode()
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (packed(**{f"n{n}": "x" for n in range(21)}), "has 21 write-ups"),
        (packed(a="x" * 600_000, b="y" * 600_000), "more than 1 MiB of text"),
        (packed(), "has no file that ends in"),
        (SimpleUploadedFile("a.zip", b"PK\x03\x04broken"), "cannot be opened"),
        (SimpleUploadedFile("a.docx", b"PK\x03\x04word"), "a zip or docx file"),
    ],
)
def test_an_archive_that_is_too_much_or_none_is_refused(post, file, sentence):
    file.seek(0)

    answer = post("import", file=file)

    assert answer.status_code == 422
    assert sentence in shown(answer)


def test_neither_a_bomb_nor_a_path_gets_anywhere(post):
    files = packed(bomb="x" * 9_000_000, orders=TEXT, **{"../../up": TEXT + "Up"})

    answer = post("import", file=files)

    ended = {each.name: str(each.ended) for each in answer.context["outcomes"]}
    assert ended == {"bomb.md": "refused", "orders.md": "imported"}


def test_what_a_page_brings_back_changed_is_refused(post):
    answer = post("import", packed="not an archive", name="wiki.zip")

    assert answer.status_code == 422
    assert not Incident.objects.exists()
