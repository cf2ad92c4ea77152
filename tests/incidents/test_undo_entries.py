"""Taking back what was done to one entry: a pin, or striking it out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.changes import Refused
from incidents.last_steps import LastStep, for_good
from incidents.models import Incident, TimelineEvent

SOON = timedelta(seconds=50)


@pytest.fixture
def entry(incident, lead, at_noon) -> TimelineEvent:
    return incident.note("The cache is cold", by=lead, at=at_noon)


def stored(entry):
    return TimelineEvent.objects.values().get(pk=entry.pk)


def last_step(incident):
    return LastStep.of(Incident.objects.get(pk=incident.pk))


def pin(incident, entry, by, at):
    incident.pin(entry, by=by, at=at)


def unpin(incident, entry, by, at):
    incident.unpin(entry, by=by, at=at)


def strike(incident, entry, by, at):
    incident.strike(entry, because="Another cluster", by=by, at=at)


SAID = {pin: "Pinned", unpin: "Unpinned", strike: "Struck out"}


@pytest.mark.parametrize("step", [pin, unpin, strike])
def test_a_step_on_an_entry_is_taken_back_by_an_event_of_its_own(
    incident, entry, lead, responder, at_noon, step
):
    if step is not pin:
        pin(incident, entry, lead, at_noon)
    was, written = stored(entry), incident.timeline.count()
    step(incident, entry, lead, at_noon)
    assert stored(entry) != was

    incident.undo(by=responder, at=at_noon + SOON)

    told = incident.timeline.order_by("pk").last()
    assert stored(entry) == was
    assert incident.timeline.count() == written + 1
    assert (told.verb, told.author, told.in_postmortem) == ("undo", responder, False)
    assert told.text == f"Taken back: {SAID[step]} “The cache is cold”"
    assert entry.history.latest().history_user == responder


def test_what_was_told_before_the_pin_stays(incident, lead, responder, at_noon):
    """Only the pin is taken back, not what the pinned event had caused."""
    incident.escalate(
        to=responder, tried="All", needed="You", call=True, by=lead, at=at_noon
    )
    asked = incident.timeline.get(verb="escalate")
    was = list(incident.notifications.values()), list(incident.calls.values())
    pin(incident, asked, lead, at_noon)

    incident.undo(by=lead, at=at_noon + SOON)

    asked.refresh_from_db()
    assert (asked.is_pinned, asked.struck_at) == (False, None)
    now = list(incident.notifications.values()), list(incident.calls.values())
    assert all(was)
    assert now == was


def test_the_button_names_the_step_it_was_drawn_for(
    incident, entry, client_of, lead, responder, at_noon
):
    """An entry is written, pinned and struck out: three steps, one entry."""
    url = f"/admin/incidents/incident/{incident.pk}/"
    pin(incident, entry, lead, at_noon)
    shown = client_of(responder).get(f"{url}change/").text
    seen = last_step(incident).key
    strike(incident, entry, lead, at_noon)

    for stale in (seen, str(entry.pk)):
        answer = client_of(responder).post(f"{url}do/undo/", {"seen": stale})
        assert answer.status_code == 422
        assert "struck out already, by Lead" in answer.text

    assert "Undo: Pinned “The cache is cold”" in shown
    assert stored(entry)["struck_at"]
    done = client_of(responder).post(
        f"{url}do/undo/", {"seen": last_step(incident).key}, follow=True
    )
    assert "Taken back: Struck out “The cache is cold”" in done.text
    assert stored(entry)["struck_at"] is None


def test_a_step_that_an_unpinning_followed_says_by_whom(
    incident, entry, lead, responder, at_noon
):
    pin(incident, entry, lead, at_noon)
    seen = last_step(incident).key
    unpin(incident, entry, responder, at_noon)

    with pytest.raises(Refused, match=r"Unpinned “The cache is cold”.*by Responder"):
        incident.undo(by=lead, at=at_noon, seen=seen)


def test_a_second_press_changes_nothing_and_takes_nothing_away(
    incident, entry, lead, at_noon
):
    pin(incident, entry, lead, at_noon)
    seen = last_step(incident)

    pin(incident, entry, lead, at_noon)

    assert last_step(incident) == seen


def test_what_is_for_good_is_not_offered(incident, entry, lead, at_noon):
    before = last_step(incident)
    with for_good():
        pin(incident, entry, lead, at_noon)

    assert last_step(incident) == before


def test_who_may_only_read_takes_no_strike_back(
    incident, entry, client_of, viewer, lead, at_noon
):
    strike(incident, entry, lead, at_noon)
    url = f"/admin/incidents/incident/{incident.pk}/do/undo/"

    client_of(viewer).post(url, {"seen": last_step(incident).key})

    assert stored(entry)["struck_at"]


@pytest.mark.parametrize("seen", ["-1", "x", "1-", "9" * 40, "1-2-3", "²"])
def test_a_made_up_step_is_refused(incident, entry, client_of, lead, seen):
    url = f"/admin/incidents/incident/{incident.pk}/do/undo/"

    answer = client_of(lead).post(url, {"seen": seen})

    assert answer.status_code == 422
    assert stored(entry)["struck_at"] is None
