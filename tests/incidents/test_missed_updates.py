"""Who is reminded of an update, before it is due and once missed; nothing new."""

from __future__ import annotations

import pytest
from django.urls import reverse

from incidents.changes import Refused
from incidents.models import Notification
from incidents.targets import Target
from tests.clockwork import level, playbook

IN_20 = Target.parse("20 min")


def promising(every="30 min", **more):
    return playbook(level(updates=[{"audience": "team", "every": every, **more}]))


def mails() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind="update_due").order_by("pk")
    return [(row.address, row.subject) for row in rows]


def test_a_missed_update_reminds_the_lead_once(story):
    story.begin(promising())

    for minutes in (31, 32, 60):
        story.at(minutes)

    assert mails() == [
        (story.person.email, "Update to the team missed: Checkout fails")
    ]
    assert story.events("miss_deadline") == [
        "Missed: Update to the team. Reminded: Lead (holds Lead)."
    ]
    letter = Notification.objects.get()
    assert "do/post_update/?audience=team" in letter.text
    assert letter.incident == story.incident


def test_who_keeps_the_communications_hears_of_it_first(story, responder):
    story.begin(promising())
    story.do("assign_role", "communications", responder)

    story.at(31)

    assert [address for address, _subject in mails()] == [responder.email]


def test_without_holders_the_team_hears_of_it(story, manager):
    story.begin(promising())
    story.person.is_active = False
    story.person.save()

    story.at(31)

    assert [address for address, _subject in mails()] == [manager.email]


def test_who_has_no_address_is_passed_over(story, responder, manager):
    story.begin(promising())
    story.do("assign_role", "communications", responder)
    for person in (responder, story.person):
        person.email = ""
        person.save()

    story.at(31)

    assert [address for address, _subject in mails()] == [manager.email]
    [said] = story.events("miss_deadline")
    assert said.endswith("Reminded: Manager (answers for the team).")


def test_where_nobody_has_an_address_nobody_is_said_to_be_reminded(story):
    story.begin(promising())
    story.person.email = ""
    story.person.save()

    story.at(31)

    assert mails() == []
    assert story.events("miss_deadline") == ["Missed: Update to the team"]


def test_each_miss_has_its_own_reminder(story):
    story.begin(promising())
    story.at(31)
    story.do("post_update", "team", "On it.", after=40)

    story.at(71)

    assert len(mails()) == 2


def two_paces():
    quick, slow = (
        [{"audience": "team", "every": every}] for every in ("15 min", "1 h")
    )
    return playbook(level("S1", updates=quick), level("S2", updates=slow))


def test_what_a_raised_severity_makes_late_is_reminded_of_once(story):
    story.begin(two_paces(), "S2")
    story.do("change_severity", story.severity("S1"), after=20)

    for minutes in (21, 22, 60.5):
        story.at(minutes)

    assert len(mails()) == 1
    assert len(story.events("miss_deadline")) == 1
    assert story.state("update:team:1") == "late"


def test_after_an_undone_severity_the_real_miss_is_told_too(story):
    story.begin(two_paces(), "S2")
    story.do("change_severity", story.severity("S1"), after=20)
    story.at(21)
    story.do("undo", after=21.5)
    assert (story.state("update:team:1"), story.due("update:team:1")) == ("open", 60)

    story.do("change_severity", story.severity("S1"), after=22)
    story.at(23)
    assert len(mails()) == 1, "the same miss is told once"

    story.do("undo", after=23.5)
    story.at(61)
    assert len(mails()) == 2


def test_a_nudge_comes_once_before_it_is_due(story):
    story.begin(promising("1 h", nudge="30 min"))

    story.at(29)
    assert mails() == []
    for minutes in (30, 31, 45):
        story.at(minutes)

    [(address, subject)] = mails()
    assert (address, subject) == (
        story.person.email,
        "Update to the team soon due: Checkout fails",
    )
    assert story.events("miss_deadline") == []


def test_what_is_sent_in_time_needs_no_nudge_and_the_next_has_its_own(story):
    story.begin(promising("1 h", nudge="30 min"))
    story.do("post_update", "team", "On it.", after=20)

    story.at(45)
    assert mails() == []

    story.at(50)
    assert len(mails()) == 1


def test_nothing_new_counts_where_the_playbook_says_nothing_else(story):
    story.begin(promising())

    story.do("nothing_new", "team", after=10)

    assert story.state("update:team:1") == "met"
    assert story.due("update:team:2") == 40
    assert story.events("post_update") == ["Update to the team: Nothing new."]


def test_nothing_new_may_leave_the_promise_open(story, client_of):
    story.begin(promising(nothing_new_counts=False))
    args = [story.incident.pk, "nothing_new"]
    address = reverse("admin:incidents_incident_do", args=args)

    story.at(10)
    answer = client_of(story.person).post(address, {"audience": "team"}, follow=True)

    assert "does not take it for an update" in answer.text
    assert story.states() == {"update:team:1": "open"}
    assert story.events("post_update") == ["Update to the team: Nothing new."]


def test_nothing_new_repeats_what_the_last_update_stated(story):
    story.begin(promising("stated in each update", first="15 min"))
    with pytest.raises(Refused, match="in how many minutes"):
        story.do("nothing_new", "team", after=1)
    story.do("post_update", "team", "On it.", after=2, next_in=IN_20)

    story.do("nothing_new", "team", after=12)

    assert story.due("update:team:3") == 32


def test_several_audiences_stand_side_by_side_each_with_its_press(story, client_of):
    clocks = [{"audience": each, "every": "30 min"} for each in ("team", "customers")]
    story.begin(playbook(level(updates=clocks)))

    page = client_of(story.person).get(story.incident.get_absolute_url()).text

    for audience in ("team", "customers"):
        assert f'<input type="hidden" name="audience" value="{audience}">' in page
