from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Incident
from postmortems.choices import FactorCategory
from postmortems.indexing import plain
from postmortems.models import Finding
from postmortems.search import terms_of
from postmortems.snippets import marked, snippet
from tests.postmortems.conftest import published_as

LIBRARY = "admin:postmortems_searchentry_changelist"


@pytest.fixture
def publish(severity, team, lead, manager, at_noon):
    """Publish post-mortems by title and summary."""

    def publish(title, text="Nothing in particular.", **about):
        who = {"severity": severity, "team": team, **about}
        return published_as(title, text, lead=lead, manager=manager, at=at_noon, **who)

    return publish


@pytest.fixture
def library(client_of, viewer):
    """Open the library as somebody who only reads."""
    browser = client_of(viewer)
    return lambda **asked: browser.get(reverse(LIBRARY), asked)


def titles(answer) -> list[str]:
    found = re.findall(r"<h2><a href=[^>]*>(.*?)</a></h2>", answer.text, re.S)
    return [re.sub(r"</?mark>", "", title) for title in found]


def test_the_library_lists_what_is_published_newest_first(
    library, publish, postmortem, time_machine, at_noon
):
    publish("Older")
    time_machine.move_to(at_noon + timedelta(hours=1), tick=False)
    newer = publish("Newer")
    newer.publications.model.objects.filter(postmortem=newer).update(
        published_at=at_noon + timedelta(hours=1)
    )

    answer = library()

    assert titles(answer) == ["Newer", "Older"]
    assert "2 published post-mortems" in answer.text
    assert postmortem.incident.title not in answer.text


def test_words_are_looked_for_and_marked(library, publish):
    publish("Mail is late", "Nothing of it. " * 20 + "The <b>cache</b> was cold.")
    publish("Checkout fails", "The database was full.")

    answer = library(q="caches")

    assert titles(answer) == ["Mail is late"]
    assert "The &lt;b&gt;<mark>cache</mark>&lt;/b&gt; was cold." in answer.text
    assert "1 published post-mortem" in answer.text


def test_the_best_match_comes_first_unless_the_newest_is_asked_for(library, publish):
    publish("The cache is cold", "The cache, the cache, the cache.")
    publish("Mail is late", "A cache among many other words. " * 3)

    by_rank, by_day = library(q="cache"), library(q="cache", o="newest")

    assert titles(by_rank) == ["The cache is cold", "Mail is late"]
    assert titles(by_day) == ["Mail is late", "The cache is cold"]


def narrowed(library, **asked) -> list[str]:
    answer = library(**asked)
    assert "errornote" not in answer.text
    return titles(answer)


def test_it_narrows_by_what_the_record_says(library, publish, service, other_team):
    publish("Elsewhere", team=other_team)
    incident = publish("Here").incident
    incident.services.add(service)
    Incident.objects.filter(pk=incident.pk).update(
        cause_category="database", started_at=incident.declared_at - timedelta(days=9)
    )

    assert narrowed(library, service=service.pk) == ["Here"]
    assert narrowed(library, cause="database") == ["Here"]
    assert narrowed(library, team=other_team.pk) == ["Elsewhere"]
    assert len(narrowed(library, severity=incident.severity_id)) == 2
    assert narrowed(library, until="2026-11-15") == ["Here"]
    assert narrowed(library, since="2026-11-15") == ["Elsewhere"]


def test_it_narrows_by_the_factors_people_named(library, publish):
    publish("Elsewhere")
    here = publish("Here")
    line = Finding.objects.filter(section__postmortem=here).first()
    Finding.objects.filter(pk=line.pk).update(category=FactorCategory.CAPACITY)

    answer = library(cause="factor-capacity")

    assert titles(answer) == ["Here"]
    assert "Load or capacity (1)" in answer.text


def test_what_cannot_be_narrowed_by_is_said(library, publish):
    publish("Here")

    answer = library(severity="999", since="yesterday")

    assert answer.text.count("was not applied") == 2


def test_choices_count_what_the_reader_may_see(
    library, publish, service, manager, other_team, at_noon
):
    for title, team in (("Here", None), ("Hidden", None), ("Elsewhere", other_team)):
        paper = publish(title, f"{title} cache", **({"team": team} if team else {}))
        paper.incident.services.add(service)
    hidden = Incident.objects.get(title="Hidden")
    hidden.restrict(True, by=manager, at=at_noon, reason="Personal")

    answer = library(q="cache")

    assert set(titles(answer)) == {"Here", "Elsewhere"}
    assert "Checkout (2)" in answer.text
    assert "Platform (1)" in answer.text
    assert "Hidden" not in answer.text
    assert hidden.reference not in answer.text


def test_choices_count_what_was_searched_for(library, publish, service, other_team):
    here = publish("Here", "The cache.")
    here.incident.services.add(service)
    there = publish("There", "The queue.", team=other_team)
    there.incident.services.add(service)
    for paper in (here, there):
        line = Finding.objects.filter(section__postmortem=paper).first()
        Finding.objects.filter(pk=line.pk).update(category=FactorCategory.CAPACITY)

    answer = library(q="cache", team=other_team.pk)

    assert "Checkout (1)" in answer.text
    assert "Load or capacity (1)" in answer.text
    # What is chosen stays a choice, though nothing that was found has it.
    assert "Platform (1)" in answer.text
    assert f"{other_team.name} (0)" in answer.text
    assert "was not applied" not in answer.text
    assert "Load or capacity (2)" in library().text


def test_a_correction_is_said_while_its_earlier_text_is_found(
    library, publish, manager, at_noon
):
    paper = publish("Here", "The cache.")
    paper.reopen(by=manager, at=at_noon, reason="A figure was wrong")

    answer = library(q="cache")

    assert "a correction is being written" in answer.text


EMPTY = {
    "": "Nothing is published yet",
    "zebra": "No published post-mortem says all of “zebra”",
    "++": "“++” has no word that can be looked for",
    "<i>": "No published post-mortem says all of “&lt;i&gt;”",
}


@pytest.mark.parametrize("typed", EMPTY)
def test_an_empty_library_says_what_to_do(library, typed):
    answer = library(q=typed)

    assert answer.status_code == 200
    assert EMPTY[typed] in answer.text


def test_the_library_asks_as_little_for_a_full_page(library, publish, service):
    def asked(**words) -> int:
        library(**words)
        with CaptureQueriesContext(connection) as queries:
            library(**words)
        return len(queries)

    publish("Title 0", "The cache.").incident.services.add(service)
    few = asked(), asked(q="cache")
    for number in range(1, 4):
        publish(f"Title {number}", "The cache.").incident.services.add(service)

    assert (asked(), asked(q="cache")) == few
    assert max(few) <= 16


def test_who_may_not_read_post_mortems_has_no_library(client_of, viewer, publish):
    publish("Here")
    viewer.groups.first().permissions.remove(
        Permission.objects.get(codename="view_postmortem")
    )

    page = client_of(viewer).get(reverse("admin:index"))
    answer = client_of(viewer).get(reverse(LIBRARY))

    assert reverse(LIBRARY) not in page.text
    assert answer.status_code == 403


def test_the_sidebar_leads_to_the_library(client_of, viewer):
    page = client_of(viewer).get(reverse("admin:index"))

    assert f'href="{reverse(LIBRARY)}"' in page.text
    assert "<h2>Learn</h2>" in page.text


MARKED = [
    ("It retried twice", "retry", "It <mark>retried</mark> twice"),
    ("Two stops", "stopped", "Two <mark>stops</mark>"),
    ("Gebühr & more", "gebuhr", "<mark>Gebühr</mark> &amp; more"),
    ("INC-2026-001 it", "INC-2026-001", "<mark>INC-2026-001</mark> it"),
    ("pg_dump ran", '"pg dump"', "<mark>pg_dump</mark> ran"),
    ("The cache", "the cache", "The <mark>cache</mark>"),
    ("Checkouts", "check", "<mark>Checkouts</mark>"),
    ("決済が失敗した", "失敗", "決済が<mark>失敗</mark>した"),
    ("nothing", "cache", "nothing"),
]


@pytest.mark.parametrize(("text", "typed", "shown"), MARKED)
def test_found_words_are_marked(text, typed, shown):
    assert marked(text, terms_of(typed)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Read `case-sensitively`, and **so**.", "Read case-sensitively, and so."),
        ("| Code | Result |\n|:---|---:|\n| SAVE10 | no |", "Code Result SAVE10 no"),
        ("- [x] reproduced\n- [ ] told\n* [ ]", "reproduced told"),
        ("```python\nx = a * b\n```\n~5 min, ~~no~~", "x = a * b ~5 min, no"),
        ("> ## Head\n> - one\n\n---\npg_dump[^1]", "Head one pg_dump"),
        ("Head\n====\n2*3 \\*is\\* **a**b [on](x)", "Head 2*3 *is* ab on"),
    ],
)
def test_markdown_is_shown_as_words(text, shown):
    assert plain(text) == shown


def test_a_snippet_shows_where_most_words_stand_together():
    text = "cache first. " + "words " * 99 + "a cold cache failed " + "words " * 99

    shown = snippet(text, terms_of("cold cache failing"))

    assert "a <mark>cold</mark> <mark>cache</mark> <mark>failed</mark> words" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 300


def test_words_far_apart_get_a_piece_each():
    text = "The cache. " + "words " * 99 + "The queue."

    shown = snippet(text, terms_of("cache queue"))

    assert shown.startswith("The <mark>cache</mark>.")
    assert shown.endswith("The <mark>queue</mark>.")
