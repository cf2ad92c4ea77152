"""Several write, ask, approve and publish in the same moment: nothing is done twice."""

from __future__ import annotations

from functools import partial

import pytest

from incidents.models import Notification
from postmortems.forms import WriteForm
from postmortems.models import Draft, PostMortem, Publication, Report
from postmortems.reports import request_report
from postmortems.reviewing import ask
from tests.incidents.test_two_at_once import at_once, one_won

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SAVES = 30


def copy_of(postmortem) -> PostMortem:
    return PostMortem.objects.get(pk=postmortem.pk)


def test_what_is_typed_in_many_windows_is_kept(written, lead, responder, at_noon):
    """Two people, four windows each, all in the same section and one of their own."""

    def type_in(window, person):
        mine = f"text-{window}"
        for number in range(SAVES):
            shared = {"text-summary": ("", f"{window}: {number}")}
            own = {} if number % 3 else {mine: ("", f"{number}")}
            gone = {mine: ("", "")} if number % 3 == 1 else {}
            Draft.keep(written, {**shared, **own, **gone}, by=person, at=at_noon)

    people = [lead, responder]
    results = at_once(*(partial(type_in, n, people[n % 2]) for n in range(8)))

    assert results == [None] * 8
    for number, person in enumerate(people):
        kept = Draft.objects.get(person=person).texts
        window, last = kept.pop("text-summary")[1].split(": ")
        assert (int(window) % 2, int(last)) == (number, SAVES - 1)
        assert kept == {}


def test_what_comes_and_goes_in_two_windows_stops_neither(written, lead, at_noon):
    def type_and_take_back(name):
        for _number in range(SAVES):
            Draft.keep(written, {name: ("", "x")}, by=lead, at=at_noon)
            Draft.keep(written, {name: ("", "")}, by=lead, at=at_noon)

    names = [f"text-{number}" for number in range(4)]
    results = at_once(*(partial(type_and_take_back, name) for name in names))

    assert results == [None] * 4
    assert not Draft.objects.exists()


def test_typing_here_saving_and_discarding_there_wait_for_nobody(
    written, lead, at_noon
):
    def type_in():
        for number in range(SAVES):
            Draft.keep(written, {"text-a": ("", f"{number}")}, by=lead, at=at_noon)

    def save():
        for number in range(SAVES):
            row = copy_of(written)
            body = row.sections.get(key="summary").body
            sent = {"seen-text-summary": body, "text-summary": f"{number}"}
            form = WriteForm(sent, postmortem=row)
            assert form.is_valid()
            form.save(by=lead, at=at_noon)

    def discard():
        for _number in range(SAVES):
            written.drafts.filter(person=lead).delete()

    assert at_once(type_in, type_in, save, save, discard) == [None] * 5


def test_nobody_saves_over_what_another_saved(written, lead, responder, at_noon):
    body = written.sections.get(key="summary").body

    def save(person):
        text = f"By {person}"
        copy_of(written).write({"summary": (body, text)}, by=person, at=at_noon)

    results = at_once(partial(save, lead), partial(save, responder))

    assert one_won(results)
    winner = [lead, responder][results.index(None)]
    assert written.sections.get(key="summary").body == f"By {winner}"


def test_who_is_asked_three_times_at_once_gets_one_mail(
    written, lead, responder, manager, at_noon
):
    people = [responder, manager]
    press = partial(ask, written, people, by=lead, at=at_noon)

    results = at_once(press, press, press)

    assert results.count(None) == 1
    assert Notification.objects.filter(kind="review").count() == len(people)
    events = written.incident.timeline.filter(text__startswith="Review of the post")
    assert events.count() == 1


def test_published_by_two_in_the_same_moment_it_is_one_version(
    written, manager, responder, lead, at_noon
):
    written.approve(by=responder, at=at_noon)

    def press(person):
        copy_of(written).publish(by=person, at=at_noon)

    results = at_once(*(partial(press, each) for each in (lead, manager, manager)))

    assert results.count(None) == 1
    assert {str(each) for each in results if each} == {"It is published already."}
    assert [each.number for each in Publication.objects.all()] == [1]
    said = written.incident.timeline.filter(text__contains="published, version")
    assert said.count() == 1


@pytest.mark.parametrize("step", ["approve", "publish"])
def test_agreed_to_is_what_was_read_or_nothing(written, lead, manager, at_noon, step):
    read = written.text_digest()
    body = written.sections.get(key="summary").body

    def agree():
        verb = getattr(copy_of(written), step)
        verb(by=manager, at=at_noon, seen=read)

    def edit():
        copy_of(written).write({"summary": (body, "Changed.")}, by=lead, at=at_noon)

    agreed, edited = at_once(agree, edit)

    after = copy_of(written)
    assert agreed is None or "changed while you read it" in str(agreed)
    approvals = [each.approved_digest for each in after.approvals()]
    assert approvals == ([read] if agreed is None else [])
    # What was published before the edit came is not edited any more.
    assert (edited is None) == (after.text_digest() != read)


def test_two_presses_make_one_pdf(written, lead, responder, at_noon):
    def press(person):
        request_report(copy_of(written), by=person, at=at_noon)

    assert at_once(*(partial(press, each) for each in (lead, responder))) == [None] * 2

    assert Report.objects.count() == 1
