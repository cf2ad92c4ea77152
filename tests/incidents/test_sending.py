"""A message goes to the list of its audience, once each, and restarts its clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.changes import Refused
from incidents.delivery import deliver_due
from incidents.models import Binding, Contact, Message, Notification
from incidents.sending import Draft, addresses_of
from incidents.targets import Target
from tests.clockwork import level, playbook

WORDS = "We are looking into it."
CUSTOMERS = ("ada@customer.example", "bela@customer.example")
CLOCK = {"audience": "customers", "every": "30 min"}
HAND_OVER = {
    "code": "handover",
    "name": "Handing over",
    "moment": "handover",
    "audience": "customers",
    "body": "Over to you.",
}


def routes(*addresses):
    return [{"medium": "email", "address": each} for each in addresses]


@pytest.fixture
def customers(team):
    contact = Contact.objects.create(
        name="Customers", kind="list", routes=routes(*CUSTOMERS)
    )
    Binding.objects.create(
        team=team, kind="audience", code="customers", contact=contact
    )
    return contact


@pytest.fixture
def begun(story):
    def begin(**known):
        story.begin(playbook(level(updates=[CLOCK]), messages=[HAND_OVER]), **known)
        return story

    return begin


def draft(**named):
    return Draft(**{"audience": "customers", "body": WORDS, **named})


def refused(incident, verb, *given, **named):
    with pytest.raises(Refused) as caught:
        getattr(incident, verb)(*given, **named)
    return [blocker.code for blocker in caught.value.blockers]


def states():
    rows = Notification.objects.filter(carries__isnull=False)
    return dict(rows.values_list("address", "state"))


def test_each_address_gets_one_mail_and_the_clock_starts_anew(begun, customers, inbox):
    story = begun()

    story.do("send_message", draft(subject="Trouble with cards"), after=10)

    deliver_due(now=story.at(10))
    assert sorted(letter["To"] for letter in inbox.letters) == sorted(CUSTOMERS)
    assert {letter["Subject"] for letter in inbox.letters} == {"Trouble with cards"}
    assert story.state("update:customers:1") == "met"
    assert story.due("update:customers:2") == 40
    assert story.events("send_message") == [
        f"Sent to customers: Trouble with cards\n\n{WORDS}"
    ]


def test_open_pages_hear_of_the_delivery(begun, customers, inbox):
    story = begun()
    story.do("send_message", draft())
    story.incident.refresh_from_db()
    before = story.incident.revision

    deliver_due(now=story.at(0))

    story.incident.refresh_from_db()
    assert story.incident.revision > before


def test_customers_read_no_address_of_ours(begun, customers, inbox, settings):
    story = begun()

    story.do("send_message", draft())

    deliver_due(now=story.at(0))
    assert settings.SITE_URL not in inbox.letters[0].as_string()
    assert "Debrief" not in inbox.letters[0].get_body(["html"]).get_content()


def test_the_next_update_comes_when_the_message_says(begun, customers):
    story = begun()

    story.do("send_message", draft(next_in=Target.parse("45 min")), after=10)

    assert story.due("update:customers:2") == 55


def test_handing_over_promises_no_update(begun, customers):
    story = begun()

    story.do("send_message", draft(template="handover"), after=10)

    assert story.state("update:customers:1") == "open"


def test_pressed_twice_it_goes_out_once(begun, customers):
    story = begun()

    for _press in range(2):
        story.do("send_message", draft(nonce="a"), after=10)

    assert Message.objects.count() == 1
    assert Notification.objects.filter(carries__isnull=False).count() == 2
    assert len(story.events("send_message")) == 1


def test_words_put_right_on_the_page_before_are_another_message(begun, customers):
    story = begun()
    story.do("send_message", draft(nonce="a"), after=10)

    story.do("send_message", draft(nonce="a", body="In Spain only."), after=11)

    assert Message.objects.count() == 2


def test_posted_by_hand_it_counts_and_sends_nothing(begun):
    story = begun()

    story.do("record_copied", draft(body="Posted ‹what›"), after=10)

    assert story.due("update:customers:2") == 40
    assert Message.objects.get().route == "copied"
    assert not Notification.objects.filter(carries__isnull=False).exists()


def test_a_list_names_everybody_once_and_its_person_first(customers, responder):
    customers.user = responder
    twice = ("ada@customer.example", "ADA@customer.example", responder.email)
    customers.routes = routes(*twice)
    customers.routes += [{"medium": "phone", "address": "+49 30 555"}]

    assert addresses_of(customers) == [responder.email, "ada@customer.example"]


def test_without_a_list_it_says_what_to_do(begun, lead, at_noon):
    incident = begun().incident

    with pytest.raises(Refused, match="Nobody is on the list for customers: bind"):
        incident.send_message(draft(), by=lead, at=at_noon)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"audience": "mars"}, "audience"),
        ({"body": " \r\n"}, "text"),
        ({"body": "x" * 9_501}, "max_length"),
        ({"subject": "x" * 201}, "max_length"),
        ({"template": "gone"}, "template"),
        ({"body": "It began ‹when it started›."}, "gaps"),
    ],
)
def test_what_is_wrong_with_it_is_said(begun, customers, lead, at_noon, wrong, code):
    incident = begun().incident

    assert refused(incident, "send_message", draft(**wrong), by=lead, at=at_noon) == [
        code
    ]


def test_where_each_update_says_the_next_one_it_has_to(story, customers):
    stated = {"audience": "customers", "every": "stated in each update"}
    story.begin(playbook(level(updates=[stated])))
    now = {"by": story.person, "at": story.at(1)}

    assert refused(story.incident, "send_message", draft(), **now) == ["next_in"]


def test_doubts_are_asked_once_more_and_name_the_list(begun, customers, manager):
    story = begun()
    story.incident.restrict(True, by=manager, at=story.at(0), reason="Security")
    doubtful = draft(body="Lost: ‹how much›")

    with pytest.raises(Refused, match="2 addresses of “Customers” anyway"):
        story.do("send_message", doubtful, after=1)
    story.do("send_message", doubtful, sure={"gaps", "restricted"}, after=1)

    assert len(states()) == 2


def test_a_drill_writes_down_whom_it_would_have_told(begun, customers, responder):
    customers.routes += routes(responder.email)
    customers.save()
    story = begun(is_drill=True)

    story.do("send_message", draft(subject="Trouble"), after=1)

    assert states() == dict.fromkeys(CUSTOMERS, "suppressed") | {
        responder.email: "queued"
    }
    mail = Notification.objects.get(address=responder.email)
    assert mail.subject == "DRILL: Trouble"
    assert mail.text.startswith("DRILL: this is an exercise")


def test_a_chat_has_one_post_that_does_not_show_its_address(begun, customers, inbox):
    customers.hook_kind = "slack"
    customers.hook_address = "https://hooks.slack.com/services/T0/B0/secret"
    customers.save()
    story = begun()

    story.do("send_message", draft())

    post = Notification.objects.get(medium="chat")
    assert (post.contact, post.address) == (customers, "Slack (hooks.slack.com)")
    assert deliver_due(now=story.at(1)).total == 2


def test_the_last_word_may_come_after_closing(begun, customers):
    story = begun()
    story.do("resolve")
    story.do("close", reason="false_alarm", after=1)

    story.do("send_message", draft(), after=60)

    assert len(states()) == 2


def test_two_thousand_addresses_cost_no_more_queries_than_two(
    begun, customers, lead, django_assert_max_num_queries
):
    customers.routes = routes(*(f"c{n}@customer.example" for n in range(2_000)))
    customers.save()
    story = begun()
    at = story.at(1) + timedelta(seconds=1)
    story.clock.move_to(at, tick=False)

    with django_assert_max_num_queries(90):
        story.incident.send_message(draft(), by=lead, at=at)

    assert len(states()) == 2_000


def test_an_update_goes_to_the_list_of_whom_it_is_for(
    begun, customers, client_of, responder, at_noon
):
    incident = begun().incident
    browser = client_of(responder)
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "post_update"])
    posted = {"audience": "customers", "text": WORDS}

    offered = browser.get(incident.get_absolute_url()).text
    for _press in range(2):
        browser.post(address, posted)

    assert "Customers: 2 addresses</option>" in offered
    assert "Stakeholders: noted here</option>" in offered
    assert states() == dict.fromkeys(CUSTOMERS, "queued")
    assert incident.timeline.filter(verb="send_message").count() == 1


@pytest.mark.parametrize(
    "posted", [{"audience": "team"}, {"audience": "customers", "at": "11:30"}]
)
def test_without_a_list_or_of_an_earlier_time_it_is_noted(
    begun, customers, client_of, responder, at_noon, posted
):
    incident = begun().incident
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "post_update"])

    client_of(responder).post(address, {"text": WORDS, **posted})

    assert not states()
    assert incident.timeline.filter(verb="post_update").count() == 1


def test_nothing_new_of_a_restricted_incident_is_asked_about_too(
    begun, customers, client_of, lead, manager, at_noon
):
    incident = begun().incident
    incident.restrict(True, by=manager, at=at_noon, reason="Security")
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "nothing_new"])

    asked = client_of(lead).post(address, {"audience": "customers"}).text
    assert not states()
    client_of(lead).post(address, {"audience": "customers", "restricted": "on"})

    assert "2 addresses of “Customers” anyway?" in asked
    assert states() == dict.fromkeys(CUSTOMERS, "queued")
