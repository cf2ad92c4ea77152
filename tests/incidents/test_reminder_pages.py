from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.choices import Priority
from incidents.models import ActionItem

PAGE = reverse("admin:incidents_notification_coming")
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def noon():
    return FRIDAY


@pytest.fixture
def item(incident, lead, responder, at_noon):
    return incident.add_item(
        title="Test the <restore>",
        by=lead,
        at=at_noon,
        owner=responder,
        due_on=date(2026, 11, 17),
        priority=Priority.P2,
    )


def ask(client_of, user, **asked):
    return client_of(user).get(PAGE, asked)


def names(page, part):
    return [shown.digest.person for shown in page.context[part]]


def test_who_sees_only_their_own_is_told_of_nobody_else(
    client_of, administrator, lead, item
):
    own, all_of_them = (
        ask(client_of, reader, day="2026-11-19", time="00:00").content.decode()
        for reader in (lead, administrator)
    )
    assert "No digest of yours is due at that moment." in own
    assert "Nobody’s digest" not in own
    assert "Nobody’s digest is due at that moment." in all_of_them


def test_an_item_leads_to_who_is_reminded_of_it(client_of, responder, item):
    html = client_of(responder).get(item.get_absolute_url()).content.decode()

    assert f'href="{PAGE}?item={item.pk}"' in html


def test_administrators_see_everybody_s_mail_and_others_their_own(
    client_of, administrator, responder, lead, item
):
    assert names(ask(client_of, administrator), "told") == [responder]
    assert names(ask(client_of, responder), "told") == [responder]
    assert names(ask(client_of, lead), "told") == []
    # What is asked in the address does not open somebody else's.
    peeking = ask(client_of, lead, person=responder.pk)
    assert names(peeking, "told") == names(peeking, "coming") == []


def test_any_moment_can_be_asked_about(client_of, administrator, responder, item):
    page = ask(client_of, administrator, day="2026-11-21", time="10:00")

    assert names(page, "told") == []
    [shown] = page.context["coming"]
    assert (shown.name, shown.digest.at.isoformat()) == (
        "Responder",
        "2026-11-23T09:00:00+00:00",
    )
    assert "Test the &lt;restore&gt;" in page.text


def test_under_a_digest_that_is_due_nothing_is_said_not_to_come(
    client_of, responder, lead, item
):
    due, idle = ask(client_of, responder), ask(client_of, lead)

    assert "once the digests above are made" in due.text
    assert "No digest is due within the next ten days" in idle.text
    assert "No digest is due" not in due.text


def test_each_line_leads_to_why(client_of, administrator, responder, item):
    page = ask(client_of, administrator)
    [(line, address)] = page.context["told"][0].lines

    told = client_of(administrator).get(PAGE + address)

    assert line.item == item
    [answer] = told.context["answers"]
    assert answer.name == "Responder"
    assert answer.sentences[0].startswith("Reminded: the digest of Fri 20 Nov 2026")
    assert answer.sentences[0] in told.text


def test_without_a_person_everybody_concerned_is_answered(
    client_of, administrator, responder, lead, team, item
):
    ActionItem.objects.filter(pk=item.pk).update(priority=Priority.P0)

    page = ask(client_of, administrator, item=item.pk)

    assert {each.name for each in page.context["answers"]} == {"Responder", "Lead"}


def test_somebody_else_s_reasons_are_not_given(client_of, lead, responder, item):
    page = ask(client_of, lead, item=item.pk, person=responder.pk)

    assert [each.name for each in page.context["answers"]] == ["Lead"]


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"day": "soon"}, "day", "Enter a valid date."),
        ({"day": "9999-12-31"}, "day", "Choose a day nearer to the present."),
        ({"time": "25:00"}, "time", "Enter a valid time."),
        ({"item": "0"}, "item", "greater than or equal to 1"),
        ({"item": "99999999"}, "item", "There is no action item 99999999"),
        ({"person": "0"}, "person", "Select a valid choice"),
    ],
)
def test_what_cannot_be_asked_gets_a_sentence_at_its_field(
    client_of, administrator, item, asked, field, sentence
):
    page = ask(client_of, administrator, **asked)

    assert page.status_code == 200
    assert sentence in page.context["form"].errors[field][0]


def test_an_item_that_is_not_theirs_to_see_is_not_there(
    client_of, incident, manager, outsider, item
):
    incident.restrict(True, by=manager, at=FRIDAY, reason="Security")

    page = ask(client_of, outsider, item=item.pk)

    assert list(page.context["form"].errors) == ["item"]
    assert "restore" not in page.text


def test_the_page_takes_as_many_queries_for_few_as_for_many(
    client_of, administrator, incident, lead, at_noon
):
    browser, queries = client_of(administrator), []
    for people in (2, 43):
        owners = User.objects.bulk_create(
            User(username=f"{people}-{number}@debrief.example", first_name="Owner")
            for number in range(people)
        )
        ActionItem.objects.bulk_create(
            ActionItem(
                incident=incident,
                title="Late",
                owner=owner,
                due_on=FRIDAY.date() - number * timedelta(days=1),
                created_at=FRIDAY,
            )
            for owner in owners
            for number in range(11)
        )
        with CaptureQueriesContext(connection) as captured:
            page = browser.get(PAGE)
        queries.append(len(captured))

    assert queries[0] == queries[1]
    assert "and 1 more" in page.text
    assert page.context["more_told"] == 5
