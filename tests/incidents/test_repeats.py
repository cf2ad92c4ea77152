"""A press too many: the second one of the same step adds nothing, and says so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from PIL import Image

from incidents.models import TimelineEvent
from incidents.repeats import WINDOW, AlreadyThere

ITEM = {"title": "Warm the cache"}
ENTRY = {"text": "The cache is cold"}


@pytest.fixture
def do(incident, lead, client_of):
    def do(verb, *, by=lead, **posted) -> str:
        address = reverse("admin:incidents_incident_do", args=[incident.pk, verb])
        return client_of(by).post(address, posted, follow=True).text

    return do


def entries(incident) -> int:
    return incident.timeline.filter(verb="").count()


def image(colour) -> SimpleUploadedFile:
    kept = BytesIO()
    Image.effect_noise((40, 40), colour).save(kept, "PNG")
    return SimpleUploadedFile("a.png", kept.getvalue(), "image/png")


def test_an_entry_that_is_sent_twice_is_written_once(do, incident):
    first, second = do("note", **ENTRY), do("note", **ENTRY)

    assert entries(incident) == 1
    assert "That entry is there already" not in first
    assert "That entry is there already: it was not written twice." in second


def test_an_item_that_is_sent_twice_is_added_once(do, incident):
    first, second = do("add_item", **ITEM), do("add_item", **ITEM)

    assert incident.items.count() == 1
    assert "The action item is added." in first
    assert "That action item is there already: it was not added twice." in second
    assert "The action item is added." not in second


@pytest.mark.parametrize(
    "other", [{"text": "It is warm"}, {"kind": "decision"}, {"at": "10:05"}]
)
def test_an_entry_that_differs_is_another(do, incident, other):
    do("note", **ENTRY)
    do("note", **ENTRY | other)

    assert entries(incident) == 2


def test_the_same_words_with_another_image_are_another_entry(do, incident):
    first, other = image(50), image(90)
    for sent in (first, first, other):
        sent.seek(0)
        do("note", **ENTRY, images=sent)
    do("note", **ENTRY)

    assert entries(incident) == 3


def test_an_item_that_differs_is_another(do, incident):
    do("add_item", **ITEM)
    do("add_item", **ITEM, priority="0")

    assert incident.items.count() == 2


def test_others_may_say_the_same_and_so_may_who_means_it(
    do, incident, responder, noon, time_machine
):
    for verb, said in (("note", ENTRY), ("add_item", ITEM)):
        do(verb, **said)
        do(verb, by=responder, **said)
    time_machine.move_to(noon + WINDOW + timedelta(seconds=1), tick=False)
    for verb, said in (("note", ENTRY), ("add_item", ITEM)):
        do(verb, **said)

    assert (entries(incident), incident.items.count()) == (3, 3)


def test_what_was_taken_back_is_written_anew(do, incident):
    for verb, said in (("note", ENTRY), ("add_item", ITEM)):
        do(verb, **said)
        do("undo")
        do(verb, **said)

    standing = TimelineEvent.objects.standing().filter(verb="", incident=incident)
    assert standing.count() == 1
    assert incident.items.pending().count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "step",
    [
        lambda row, **who: row.note("The cache is cold", once=True, **who),
        lambda row, **who: row.add_item(title="Warm the cache", once=True, **who),
    ],
)
def test_of_two_at_once_one_is_told(incident, lead, at_noon, step):
    barrier = Barrier(2)

    def press(_number) -> bool:
        try:
            barrier.wait(timeout=10)
            step(type(incident).objects.get(pk=incident.pk), by=lead, at=at_noon)
        except AlreadyThere:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        won = sorted(pool.map(press, range(2)))

    assert won == [False, True]
    assert entries(incident) + incident.items.count() == 1
