"""Writing a message: chosen and filled in for you, seen by you before it leaves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.models import Binding, Contact, Message, Notification

ADDRESSES = ["ada@customer.example", "bela@customer.example"]
ANSWER = "Cards are refused"


@pytest.fixture
def customers(team):
    routes = [{"medium": "email", "address": each} for each in ADDRESSES]
    contact = Contact.objects.create(name="All customers", kind="list", routes=routes)
    Binding.objects.create(
        team=team, kind="audience", code="customers", contact=contact
    )
    return contact


class Writer:
    """Somebody at the page, with what its form holds."""

    def __init__(self, browser, incident):
        self.browser, self.incident = browser, incident
        self.address = reverse("admin:incidents_incident_message", args=[incident.pk])
        self.fields = {}

    def open(self, **asked):
        self.shown = self.browser.get(self.address, asked)
        form = self.shown.context["form"]
        self.fields = {each.name: each.value() or "" for each in form}
        self.address = self.shown.context["page"].url
        return self.shown.text

    def press(self, action, script=False, **typed):
        headers = {"HX-Request": "true"} if script else {}
        posted = {**self.fields, **typed, "action": action}
        self.shown = self.browser.post(self.address, posted, headers=headers)
        return self.shown.text


@pytest.fixture
def writer(client_of, incident, responder):
    return Writer(client_of(responder), incident)


@pytest.mark.parametrize(
    ("verbs", "asked", "name"),
    [
        ([], {}, "Incident declared"),
        ([], {"audience": "customers"}, "First word to customers"),
        (["mitigate"], {"template": "update"}, "Update to the team"),
        (["resolve"], {}, "Incident resolved"),
        (["resolve"], {"audience": "customers"}, "Good news to customers"),
        ([], {"audience": "company"}, "In your own words"),
        ([], {"template": "none", "audience": "customers"}, "In your own words"),
        ([], {"template": "gone"}, "Incident declared"),
    ],
)
def test_it_offers_what_has_just_happened(
    writer, incident, lead, at_noon, verbs, asked, name
):
    for verb in verbs:
        getattr(incident, verb)(by=lead, at=at_noon)

    assert f'<h2 id="message-write">{name}</h2>' in writer.open(**asked)


def test_what_was_said_once_makes_room_for_the_next(writer):
    writer.open()
    writer.press("copied")

    assert "Update to the team</h2>" in writer.open(audience="team")


def test_it_is_filled_from_the_record_and_marks_what_is_missing(writer):
    writer.open()

    assert "P1 Critical: Checkout fails" in writer.fields["body"]
    assert "Impact: ‹who is affected, and how›" in writer.fields["body"]


def test_answers_stand_in_the_preview_while_they_are_typed(writer, customers):
    writer.open(audience="customers")

    read = writer.press("look", script=True, ask_0=ANSWER)

    assert f"What you may notice: {ANSWER}" in read
    assert "<html" not in read


def test_without_scripts_the_answers_are_put_into_the_text(writer):
    writer.open(audience="customers")

    writer.press("look", ask_0=ANSWER, subject="My own", next_in="20 min")

    form = writer.shown.context["form"]
    assert f"What you may notice: {ANSWER}" in form["body"].value()
    assert form["subject"].value() == "My own"
    assert form["next_in"].value() == "20 min"


def test_who_is_on_the_list_is_seen_before_it_leaves(writer, customers):
    page = writer.open(audience="customers")

    assert "<strong>All customers</strong>: 2 addresses" in page
    assert all(each in page for each in ADDRESSES)


def test_without_a_list_it_leads_to_where_one_is_bound(writer, team):
    page = writer.open(audience="customers")

    assert "so nothing can be sent from here" in page
    assert reverse("admin:incidents_team_bindings", args=[team.pk]) in page
    assert 'value="send"' not in page


def test_what_is_sent_is_what_was_read(writer, customers, incident):
    writer.open(audience="customers")
    typed = {"ask_0": ANSWER, "gaps": "1", "next_in": "45 min"}
    read = writer.press("look", script=True, **typed)

    writer.press("send", **typed)

    assert writer.shown.status_code == 302
    body = Message.objects.get().body
    assert "will write again at 2026-11-21 13:45 CET" in body
    assert "will write again at 2026-11-21 13:45 CET" in read
    due = incident.deadlines.unended().get(audience="customers").due_at
    assert due == incident.declared_at + timedelta(minutes=45)


def test_a_text_of_ones_own_keeps_up_with_the_time_it_promises(writer, time_machine):
    writer.open(template="update", audience="team")
    fields = writer.fields
    promised = re.search(r"Next update: (.*)", fields["body"])[1]
    time_machine.shift(timedelta(minutes=5))

    writer.press("copied", body=fields["body"].replace("Known", "We know"))

    sent = Message.objects.get().body
    later = promised.replace(":00", ":05").replace(":30", ":35")
    assert "We know" in sent
    assert f"Next update: {later}" in sent


def test_gaps_are_asked_about_once_more_and_nothing_typed_is_lost(writer, customers):
    writer.open(audience="customers")
    mine = "We lost ‹how many› orders."

    page = writer.press("send", body=mine, subject="Sorry")

    assert "still contains ‹how many›. Send it anyway?" in page
    assert mine in page
    assert not Message.objects.exists()

    writer.press("send", body=mine, subject="Sorry", gaps="1")

    assert Message.objects.get().body == mine


def test_pressed_twice_it_goes_out_once(writer, customers):
    writer.open(template="none", audience="customers")

    for _press in range(2):
        writer.press("send", body="We are on it.")

    assert Notification.objects.filter(carries__isnull=False).count() == 2


def test_the_timeline_and_the_card_say_how_far_it_has_come(
    client_of, writer, customers, incident, viewer
):
    writer.open(template="none", audience="customers")
    writer.press("send", subject="Sorry", body="We are on it.")
    rows = Notification.objects.filter(carries__isnull=False)
    rows.filter(address=ADDRESSES[0]).update(state="sent", sent_at=incident.declared_at)
    rows.filter(address=ADDRESSES[1]).update(state="failed", error="550 No such user")

    page = client_of(viewer).get(incident.get_absolute_url()).text
    sent = reverse(
        "admin:incidents_incident_sent", args=[incident.pk, Message.objects.get().pk]
    )
    delivery = client_of(viewer).get(sent).text

    assert page.count("sent 1/2") == 2
    assert f'<span class="late">1 failed</span> <a href="{sent}">see</a>' in page
    assert "550 No such user" in delivery


def test_the_address_of_a_person_is_kept_back(
    client_of, writer, customers, manager, incident
):
    Contact.objects.update(kind="person")

    for_responder = writer.open(audience="customers")
    for_manager = Writer(client_of(manager), incident).open(audience="customers")

    assert ADDRESSES[0] not in for_responder
    assert ADDRESSES[0] in for_manager


def test_who_only_reads_cannot_write(client_of, viewer, incident, customers):
    address = reverse("admin:incidents_incident_message", args=[incident.pk])

    answer = client_of(viewer).post(address, {"action": "send", "body": "Hello"})

    assert answer.status_code == 302
    assert not Message.objects.exists()


@pytest.mark.parametrize("typed", [{"body": ""}, {"body": "x" * 9_501}])
def test_what_cannot_be_sent_comes_back_with_the_reason(writer, customers, typed):
    writer.open(template="none", audience="customers")

    page = writer.press("send", **typed)

    assert writer.shown.status_code == 422
    assert 'class="errorlist"' in page
