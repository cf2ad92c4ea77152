from __future__ import annotations

import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from incidents.models import Incident, Notification
from postmortems.drafting import snapshot_of
from postmortems.markdown_out import markdown_of
from postmortems.models import PostMortem
from tests.postmortems.markdown_in.writing import write
from tests.whole import FULL

from .test_command import TEXT

PAGE = "admin:postmortems_postmortem_import"


@pytest.fixture
def post(client_of, responder, team, at_noon):
    """Post to the page as a responder: what is left out is as the page has it."""

    def post(press="look", person=responder, **typed):
        values = {"text": TEXT, "team": team.pk, press: "1", **typed}
        return client_of(person).post(reverse(PAGE), values)

    return post


def shown(answer):
    return " ".join(answer.content.decode().split())


def test_looking_shows_what_it_becomes_and_stores_nothing(post):
    answer = post()

    page = shown(answer)
    assert answer.status_code == 200
    for words in (
        "<h1>Orders stood still</h1>",
        "2026-10-02 16:02 CEST",
        "Rolled out version 7",
        "Watch the queue",
        "Odds and ends",
        "not recognised",
    ):
        assert words in page
    assert not Incident.objects.exists()


def test_importing_makes_a_record_of_which_nobody_is_told(post):
    answer = post("import")

    made = PostMortem.objects.get()
    assert answer.headers["Location"] == made.get_absolute_url()
    assert made.incident.is_record
    assert made.source_name == "pasted text"
    assert made.incident.reference == "INC-20261002-001"
    assert not made.incident.deadlines.filter(ended_at=None).exists()
    assert not Notification.objects.exists()


def test_a_file_is_read_and_its_text_can_be_mended(post):
    file = SimpleUploadedFile("orders.md", TEXT.encode("cp1252") + b"\n\xfc\x00ber\n")

    page = shown(post(file=file, text=""))

    assert "read as Windows-1252" in page
    assert 'name="name" value="orders.md"' in page
    assert "über" in page
    assert "## Odds and ends" in page


def test_the_meaning_of_a_section_may_be_chosen(post):
    looked = post()
    field = looked.context["form"].asked[0]

    post("import", **{field.name: "lessons"})

    section = PostMortem.objects.get().sections.get(title="Odds and ends")
    assert (section.key, section.body) == ("lessons", "Nothing fits here.")


def test_a_section_said_to_be_the_timeline_has_its_entries_read(post):
    text = TEXT.replace("## Timeline (UTC)", "## Diary of the day")
    field = post(text=text).context["form"].asked[0]
    assert field.label == "Diary of the day"

    post("import", text=text, zone="UTC", **{field.name: "timeline"})

    entries = Incident.objects.get().timeline.filter(verb="").chronological()
    assert [f"{each.at:%H:%M} {each.text}" for each in entries] == [
        "14:02 Rolled out version 7",
        "14:32 Rolled back",
    ]


def test_without_a_day_the_page_asks_for_it_and_keeps_the_text(post):
    text = TEXT.replace("Date: 2026-10-02\n", "")

    answer = post("import", text=text)

    assert answer.status_code == 422
    assert "give the date" in shown(answer)
    assert "Nothing fits here." in shown(answer)
    assert "<time>15:02:00</time>" in shown(answer)
    assert "none was found in it: give it under “Date”" in shown(answer)
    parts = answer.context["preview"].parts
    assert not any("Date" in part.excerpt for part in parts)
    assert "is taken, as given" not in shown(answer)
    assert not Incident.objects.exists()
    assert post("import", text=text, day="2026-10-02").status_code == 302


def test_the_same_text_comes_once_whatever_its_line_ends(post):
    post("import")

    answer = post("import", text=TEXT.replace("\n", "\r\n"))

    assert answer.status_code == 422
    assert "It was imported already" in shown(answer)
    assert PostMortem.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": ""}, "Choose a file, or paste a text."),
        ({"text": " \n#\n"}, "There is no word in it"),
        ({"text": "a " * 600_000}, "longer than 1 MiB"),
        ({"text": "---\ndebrief: 1\n---\nbroken"}, "Download it again"),
        ({"day": "2030-01-01"}, "lies in the future"),
        ({"day": "0001-01-01"}, "before 1970"),
        ({"zone": "Nowhere/At all"}, "is not a time zone"),
        ({"team": "9999"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_imported_is_said_and_nothing_lost(post, typed, sentence):
    answer = post("import", **typed)

    assert answer.status_code == 422
    assert sentence in shown(answer)
    assert not Incident.objects.exists()


def test_who_may_not_import_finds_no_page_and_no_link(client_of, viewer, post):
    page = client_of(viewer).get(reverse("admin:postmortems_postmortem_changelist"))

    assert reverse(PAGE) not in page.content.decode()
    assert post(person=viewer).status_code == 403
    assert not Incident.objects.exists()


def test_list_and_sidebar_lead_to_it(client_of, responder):
    page = client_of(responder).get(reverse("admin:postmortems_postmortem_changelist"))

    assert page.content.decode().count(f'href="{reverse(PAGE)}"') == 2


def test_only_who_may_publish_and_restrict_is_asked(post, manager):
    assert {"publishes", "restricted"} & set(post().context["form"].fields) == set()

    post("import", person=manager, publishes="on", restricted="on")

    made = PostMortem.objects.get()
    assert (made.version, made.incident.restricted) == (1, True)


def mangled(number):
    """Give a write-up with pieces cut out, doubled and strewn with odd signs."""
    dice = random.Random(number)  # noqa: S311 - the same texts every time
    text = write(number)[0]
    for _ in range(6):
        start = dice.randrange(len(text))
        piece = text[start : start + dice.randrange(200)]
        odd = dice.choice(
            ["\0", "\r\n", "\ufeff", "|", "---\n", "# ", "\ud800", "\x85"]
        )
        place = dice.randrange(len(text))
        text = text[:place] + odd + piece + text[place:]
    return text.encode(dice.choice(["utf-8", "utf-16", "cp1252"]), "replace")


@pytest.mark.parametrize("number", range(200 if FULL else 12))
def test_no_text_brings_the_page_down(post, number):
    file = SimpleUploadedFile("mangled.md", mangled(number))

    answer = post("import", file=file, text="", day="2026-10-02")

    assert answer.status_code in {302, 422}


def test_our_own_markdown_is_known_as_such(post, written, manager):
    text = markdown_of(snapshot_of(written))
    Incident.objects.filter(pk=written.incident_id).update(reference="X-1")

    looked = post(text=text)
    post("import", text=text)

    made = PostMortem.objects.exclude(pk=written.pk).get()
    assert "from Debrief" in shown(looked)
    assert made.incident.reference == "INC-20261121-001"
    assert list(made.sections.shown().values_list("key", "body")) == list(
        written.sections.shown().values_list("key", "body")
    )


@pytest.mark.parametrize(
    "front",
    [
        "date: 2026-13-45",
        "debrief: 1\ndate: 2026-13-45",
        "debrief: 1\nx: " + "[" * 5_000,
        "debrief: 1\n" + "a: [1, 2]\n" * 20_000,
        "x: &a [1]\ny: *a",
    ],
)
def test_front_matter_brings_nothing_down(post, front):
    body = "# Orders\n\nDate: 2026-10-02\n\nThey stood still.\n"

    answer = post("import", text=f"---\n{front}\n---\n\n{body}")

    assert answer.status_code in {302, 422}


def test_a_paste_beyond_what_is_read_is_answered_on_the_page(post):
    answer = post(text="word\n" * 800_000)

    page = shown(answer)
    assert answer.status_code == 413
    assert "longer than 1 MiB. Split it" in page
    assert 'name="text"' in page


def test_the_page_takes_nothing_that_another_site_sends(responder, team, at_noon):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(responder)

    answer = browser.post(reverse(PAGE), {"text": TEXT, "team": team.pk, "import": "1"})

    assert answer.status_code == 403
    assert not Incident.objects.exists()
