from __future__ import annotations

from importlib import import_module
from random import Random

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from postmortems.indexing import index, index_missing, words_of
from postmortems.models import PostMortem, SearchEntry
from postmortems.search import folded, terms_of
from tests.postmortems.conftest import published_as


@pytest.fixture
def shelf(severity, team, lead, manager, at_noon) -> dict[str, PostMortem]:
    """Three published post-mortems of incidents of different words."""
    texts = {
        "Checkout fails": "The cache was empty. pg_dump 9.2 ran, written in C++.",
        "Mail is late": "The queue of the mail server was full: retries failed.",
        "Gebühren doppelt": "A Zürich café charged twice; 決済が失敗した nightly.",
    }
    return {
        title: published_as(title, text, severity, team, lead, manager, at_noon)
        for title, text in texts.items()
    }


FOUND = [
    ("cache", {"Checkout fails"}),
    ("caches emptied", {"Checkout fails"}),
    ("checkout", {"Checkout fails"}),
    ("was queue", {"Mail is late"}),
    ("retry", {"Mail is late"}),
    ("mail ser", {"Mail is late"}),
    ("ser mail", set()),
    ('"mail server"', {"Mail is late"}),
    ('"server mail"', set()),
    ("“mail server” full", {"Mail is late"}),
    ('"mail ser', set()),
    ("pg_dump 9.2", {"Checkout fails"}),
    ("pg_dump 9.3", set()),
    ("C++", {"Checkout fails"}),
    ("C#", set()),
    ("gebuhren", {"Gebühren doppelt"}),
    ("GEBÜHREN", {"Gebühren doppelt"}),
    ("zürich cafe", {"Gebühren doppelt"}),
    ("決済", {"Gebühren doppelt"}),
    ("失敗", {"Gebühren doppelt"}),
    ("INC-", {"Checkout fails", "Mail is late", "Gebühren doppelt"}),
    ("in", {"Checkout fails", "Mail is late", "Gebühren doppelt"}),
    ("++ -- **", set()),
    ("", {"Checkout fails", "Mail is late", "Gebühren doppelt"}),
]


def titles(typed: str) -> set[str]:
    return {row.title for row in SearchEntry.objects.matching(typed)}


def test_words_find_what_says_them_on_either_database(shelf):
    assert {typed: titles(typed) for typed, _ in FOUND} == dict(FOUND)


def test_a_whole_reference_finds_its_incident_alone(shelf):
    reference = shelf["Mail is late"].incident.reference

    assert titles(reference) == titles(f'"{reference.lower()}"') == {"Mail is late"}


def test_postmortems_are_found_by_what_was_published(shelf):
    found = PostMortem.objects.matching("cache")

    assert list(found) == [shelf["Checkout fails"]]


def test_what_a_title_says_comes_before_what_a_text_says(
    severity, team, lead, manager, at_noon
):
    who = (severity, team, lead, manager, at_noon)
    published_as("Nothing", "A cache among other words. " * 3, *who)
    published_as("The cache is cold", "Other words, a good many of them.", *who)

    found = SearchEntry.objects.matching("cache").order_by("-rank")

    assert [row.title for row in found] == ["The cache is cold", "Nothing"]


HOSTILE = [
    "'", '"', '""', '"a', "a OR", "NEAR(", "a AND NOT", "*", "a*", "^a", "heads:a",
    "{heads}: a", "a & !", "a:*B", "<->", "(((", "\\", "\\'", "%", "_", "a\0b", "-a",
    "a <2> b", "'; DROP TABLE x; --", "\ud7ff\ufffe", "²½", "x" * 3_000, "a " * 900,
    "“„”", "AND", "NOT", "̈", "ɐ" * 600,
]  # fmt: skip


SIGNS = "\"“”'*()+-:^{}[]<>&|!\\/%_#~,.;?=@$ \t\nabzäß0９決ाﬁǅ\u0301\u200d\U0001f525"


def test_nothing_typed_is_an_error(shelf):
    random = Random(7)  # noqa: S311 - the same signs each time
    made = ["".join(random.choices(SIGNS, k=random.randint(1, 25))) for _ in range(300)]
    for typed in [*HOSTILE, *made]:
        assert len(SearchEntry.objects.matching(typed).order_by("-rank")) <= 3, typed


@given(st.text(max_size=60))
def test_folding_keeps_every_place(text):
    assert len(folded(text)) == len(text)
    assert all(word.strip() for term in terms_of(text) for word in term.words)


def test_a_correction_is_found_by_its_new_words_once_it_is_out(
    shelf, lead, manager, at_noon
):
    paper = shelf["Checkout fails"]
    section = paper.sections.get(key="summary")
    paper.reopen(by=manager, at=at_noon, reason="It was the index")
    paper.write({"summary": (section.body, "The index.")}, by=lead, at=at_noon)
    assert (titles("cache"), titles("index")) == ({"Checkout fails"}, set())

    paper.publish(by=manager, at=at_noon)

    assert (titles("cache"), titles("index")) == (set(), {"Checkout fails"})
    assert SearchEntry.objects.count() == 3


def test_what_was_published_before_is_indexed_later(shelf):
    SearchEntry.objects.all().delete()
    assert titles("cache") == set()

    assert (index_missing(), index_missing()) == (3, 0)
    assert titles("cache") == {"Checkout fails"}


def test_a_text_of_any_size_is_indexed(shelf):
    latest = shelf["Mail is late"].latest()
    part = latest.snapshot.parts[0]
    many = " ".join(f"word{number:x}字{number}" for number in range(60_000))
    longer = part.model_copy(update={"body": f"{'the start ' * 30_000} {many}"})
    latest.snapshot = latest.snapshot.model_copy(update={"parts": (longer,)})

    index(latest)

    assert titles("word00字0") == set()
    assert titles("start word7字7") == {"Mail is late"}


def test_words_beyond_the_first_stay_findable():
    words = words_of(["again " * 50_000, "once"]).split()

    assert (words[-1], words.count("again")) == ("once", 33_333)


@pytest.mark.django_db(transaction=True)
def test_the_index_can_be_taken_out_and_put_back():
    search = import_module("postmortems.migrations.0005_search")
    with connection.schema_editor() as editor:
        search.drop_index(apps, editor)
    try:
        left = connection.introspection.table_names()
    finally:
        with connection.schema_editor() as editor:
            search.make_index(apps, editor)

    assert not [name for name in left if "words" in name]
    assert titles("anything") == set()
