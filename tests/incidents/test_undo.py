"""Taking the last step back: for two minutes, with everything it did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.changes import Refused
from incidents.choices import DeliveryState, Status
from incidents.models import Incident, Notification, RoleAssignment, Service
from incidents.outbox import queue
from incidents.undoing import offer_of
from tests.clockwork import level, playbook

SOON = timedelta(seconds=50)
TOO_LATE = timedelta(minutes=2, seconds=1)


def stored(incident):
    return Incident.objects.get(pk=incident.pk)


def last(incident):
    return incident.timeline.order_by("pk").last()


def test_a_mitigation_taken_back_goes_on_affecting_users(incident, lead, at_noon):
    incident.mitigate(by=lead, at=at_noon)
    undone = last(incident)

    incident.undo(by=lead, at=at_noon + SOON, seen=undone.pk)

    now = stored(incident)
    undone.refresh_from_db()
    assert (now.mitigated_at, now.impact_intervals.get().ended_at) == (None, None)
    assert (undone.struck_because, undone.struck_by) == ("Taken back", lead)
    assert not undone.in_postmortem
    assert last(incident).text == "Taken back: Mitigated: the impact has ended"
    assert (last(incident).verb, last(incident).author) == ("undo", lead)
    assert now.history.latest().history_user == lead


def test_two_minutes_later_it_stays(incident, lead, at_noon, time_machine):
    incident.mitigate(by=lead, at=at_noon)
    assert offer_of(incident, at_noon + timedelta(minutes=2))
    time_machine.move_to(at_noon + TOO_LATE, tick=False)

    with pytest.raises(Refused, match="can no longer be taken back"):
        incident.undo(by=lead, at=at_noon + TOO_LATE)

    assert offer_of(incident, at_noon + TOO_LATE) is None
    assert stored(incident).mitigated_at


def test_two_minutes_count_from_when_it_was_written_down(incident, lead, at_noon):
    incident.mitigate(by=lead, at=at_noon - timedelta(hours=1))

    incident.undo(by=lead, at=at_noon + SOON)

    assert stored(incident).mitigated_at is None


def test_what_was_seen_must_still_be_the_last_step(incident, lead, at_noon):
    incident.mitigate(by=lead, at=at_noon)
    seen = last(incident).pk
    incident.note("Users are back", by=lead, at=at_noon)

    with pytest.raises(Refused, match=r"“Users are back” came after it, by Lead"):
        incident.undo(by=lead, at=at_noon, seen=seen)

    assert stored(incident).mitigated_at


def test_two_presses_take_one_step_back(incident, lead, responder, at_noon):
    incident.acknowledge(by=lead, at=at_noon)
    incident.mitigate(by=lead, at=at_noon)
    seen = last(incident).pk
    incident.undo(by=responder, at=at_noon, seen=seen)

    with pytest.raises(Refused, match="struck out already, by Responder"):
        incident.undo(by=lead, at=at_noon, seen=seen)

    assert stored(incident).acknowledged_at


@pytest.mark.parametrize("verb", ["declare", "restrict", "undo"])
def test_some_steps_stay(incident, lead, manager, at_noon, verb):
    if verb == "restrict":
        incident.restrict(True, by=manager, at=at_noon, reason="Law")
    if verb == "undo":
        incident.acknowledge(by=lead, at=at_noon)
        incident.undo(by=lead, at=at_noon)

    with pytest.raises(Refused, match="There is nothing to take back"):
        incident.undo(by=manager, at=at_noon)


def test_an_entry_taken_back_is_struck(incident, responder, at_noon):
    entry = incident.note("Wrong incident", by=responder, at=at_noon)

    incident.undo(by=responder, at=at_noon)

    entry.refresh_from_db()
    assert (entry.struck_because, entry.text) == ("Taken back", "Wrong incident")


def test_an_item_taken_back_is_dropped(incident, lead, at_noon):
    item = incident.add_item(title="Test it", by=lead, at=at_noon)

    incident.undo(by=lead, at=at_noon)

    item.refresh_from_db()
    assert (item.status, item.dropped_because) == ("dropped", "Taken back")


def test_an_item_that_is_worked_on_stays(incident, lead, at_noon):
    item = incident.add_item(title="Test it", by=lead, at=at_noon)
    item.start(by=lead, at=at_noon)

    with pytest.raises(Refused, match="drop it on its page"):
        incident.undo(by=lead, at=at_noon)


def test_links_roles_and_services_come_back(incident, lead, responder, at_noon):
    billing = Service.objects.create(name="Billing", team=incident.team)
    roles = list(RoleAssignment.objects.values())
    incident.add_link(url="https://a.example", by=lead, at=at_noon)
    incident.undo(by=lead, at=at_noon)
    incident.assign_role("communications", responder, by=lead, at=at_noon)
    incident.undo(by=lead, at=at_noon)
    incident.amend({"services": (set(), {billing})}, by=lead, at=at_noon)
    incident.undo(by=lead, at=at_noon)

    assert not incident.links.exists()
    assert list(RoleAssignment.objects.values()) == roles
    assert not incident.services.exists()


BOSS = {"code": "boss", "label": "The boss", "severities": ["S1"], "tells": ["lead"]}


def test_what_came_due_meanwhile_fires_once(story):
    ladder = [BOSS | {"after": "10 min", "until": "mitigated"}]
    story.begin(playbook(ladder=ladder))
    story.do("mitigate", after=9)
    story.at(10)
    states = [story.state("rung:boss")]

    story.do("undo", after=10.5)
    states.append(story.state("rung:boss"))
    story.at(10.6)
    story.at(10.7)

    assert [*states, story.state("rung:boss")] == ["cancelled", "open", "reached"]
    assert len(story.events("reach_rung")) == 1


def test_a_rung_that_a_flag_reached_falls_back(story, responder):
    flags = [{"code": "outage", "name": "Outage"}]
    ladder = [BOSS | {"condition": "outage", "until": "mitigated", "media": ["phone"]}]
    story.begin(playbook(ladder=ladder, flags=flags), lead=responder)
    story.do("set_flag", "outage")
    story.at(0.5)
    mail = story.incident.notifications.get()

    story.do("undo", after=1)

    mail.refresh_from_db()
    assert story.state("rung:boss") == "waiting"
    assert not story.incident.calls.exists()
    assert mail.state == DeliveryState.SUPPRESSED


def test_whom_to_call_is_asked_anew_when_the_step_comes_again(story, responder):
    """They have had the mail; that they were to be called was taken back."""
    ladder = [BOSS | {"after": "10 min", "until": "mitigated", "media": ["phone"]}]
    story.begin(playbook(level(), level("S2"), ladder=ladder), "S2", lead=responder)
    story.do("change_severity", story.severity("S1"), after=12)
    story.at(12.2)
    story.incident.notifications.update(state="sent", sent_at=story.began)
    story.do("undo", after=13)
    assert not story.incident.calls.exists()

    story.do("change_severity", story.severity("S1"), after=13.5)
    story.at(14)

    assert story.incident.calls.get().person == responder
    assert story.incident.notifications.count() == 1


def test_what_was_missed_anyway_is_not_missed_twice(story):
    levels = level(respond="10 min"), level("S2", respond="9 min")
    story.begin(playbook(*levels))
    story.do("change_severity", story.severity("S2"), after=9.1)
    story.at(10.2)

    story.do("undo", after=10.5)
    story.at(11)

    assert story.state("respond") == "late"
    assert len(story.events("miss_deadline")) == 1


@pytest.fixture
def mails(incident, lead, responder, at_noon):
    """A status that two watchers heard of; one mail is sent, one waits."""
    for person in (responder, incident.team.lead or lead):
        incident.watchers.add(person)
    incident.change_status("mitigating", by=lead, at=at_noon)
    event = last(incident)
    row = Notification.objects.get(key=f"watch:{event.pk}:{responder.pk}")
    names = {"kind": "watch", "subject": "It moves", "text": "…", "incident": incident}
    key, to = f"watch:{event.pk}:0", "a@b.example"
    waiting = queue(key=key, address=to, now=at_noon, **names)
    Notification.objects.filter(pk=row.pk).update(state="sent", sent_at=at_noon)
    return row, waiting


def test_what_was_sent_is_named_and_what_waits_is_dropped(
    mails, incident, lead, at_noon
):
    sent, waiting = mails

    incident.undo(by=lead, at=at_noon + SOON)

    sent.refresh_from_db()
    waiting.refresh_from_db()
    assert "Sent meanwhile, to: Responder" in last(incident).text
    assert "1 message that still waited is not sent" in last(incident).text
    assert sent.state == DeliveryState.SENT
    assert waiting.state == DeliveryState.SUPPRESSED
    assert waiting.suppressed_because == "Taken back before it was sent"


def test_who_takes_it_back_reads_what_had_been_sent(mails, incident, client_of, lead):
    url = f"/admin/incidents/incident/{incident.pk}/do/undo/"

    page = client_of(lead).post(url, follow=True)

    [message] = page.context["messages"]
    assert "Sent meanwhile, to: Responder" in str(message)


def test_the_same_may_be_told_again(mails, incident, lead, at_noon):
    _sent, waiting = mails
    key = waiting.key
    incident.undo(by=lead, at=at_noon + SOON)

    names = {"kind": "watch", "subject": "Again", "text": "…", "address": "a@b.example"}
    again = queue(key=key, now=at_noon, **names)

    assert again.state == DeliveryState.QUEUED


def test_who_may_take_a_step_may_take_it_back(incident, client_of, lead, responder):
    url = f"/admin/incidents/incident/{incident.pk}/"
    client = client_of(lead)
    client.post(f"{url}do/close/", {"reason": "false_alarm"})
    seen = last(incident).pk
    refused = client_of(responder).post(f"{url}do/undo/", {"seen": seen})
    assert (refused.status_code, bool(stored(incident).closed_at)) == (302, True)

    page = client.get(f"{url}change/").content.decode()
    client.post(f"{url}do/undo/", {"seen": seen})

    assert "Undo: Closed as False alarm" in page
    assert stored(incident).closed_at is None
    assert stored(incident).status == Status.OPEN
    assert "Undo:" not in client.get(f"{url}change/").content.decode()


def test_a_press_too_late_says_what_came_after(incident, client_of, lead, at_noon):
    url = f"/admin/incidents/incident/{incident.pk}/do/undo/"
    incident.acknowledge(by=lead, at=at_noon)
    seen = last(incident).pk
    incident.mitigate(by=lead, at=at_noon)

    answer = client_of(lead).post(url, {"seen": seen})

    assert answer.status_code == 422
    assert "not the last step any more" in answer.content.decode()


def test_a_change_of_team_is_taken_back_by_who_may_change_it(
    incident, lead, team, other_team, at_noon
):
    """The team decides who sees a restricted incident."""
    incident.amend({"team": (team, other_team)}, by=lead, at=at_noon)

    with pytest.raises(Refused, match="nothing to take back"):
        incident.undo(by=lead, at=at_noon + SOON)
