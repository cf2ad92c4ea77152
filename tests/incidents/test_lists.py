"""The incident list: what it shows, what it can be asked, what it never gives away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.choices import CloseReason, Status
from incidents.deadlines import mark_passed
from incidents.models import Incident, Service

LIST = reverse("admin:incidents_incident_changelist")
CANARY = "Xylophone"


def references(response):
    return [line.reference for line in response.context["cl"].lines]


@pytest.fixture
def declare(at_noon, severity, team, lead):
    def declare(title="Search is slow", **known):
        known = {"severity": severity, "team": team, "by": lead, "at": at_noon} | known
        return Incident.declare(title=title, **known)

    return declare


@pytest.fixture
def hidden(declare, administrator, at_noon):
    incident = declare(f"{CANARY} leaked")
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    return incident


def test_a_line_says_what_people_ask(client_of, lead, incident, item, service):
    incident.services.add(service)

    page = client_of(lead).get(LIST)

    line = page.context["cl"].lines[0]
    assert (line.reference, line.title) == (incident.reference, "Checkout fails")
    assert (line.severity, line.severity_badge) == ("P1 Critical", "red")
    assert (line.status, line.lead, line.services) == ("Open", "Lead", "Checkout")
    assert (line.took, line.open_items) == ("under a minute", 1)
    assert line.postmortem == "Not begun"


def test_a_closed_incident_says_as_what(client_of, lead, incident, at_noon):
    incident.close(by=lead, at=at_noon, reason=CloseReason.FALSE_ALARM)

    page = client_of(lead).get(LIST)

    assert "Closed: false alarm" in page.text


def test_a_running_incident_has_an_age(client_of, lead, incident, time_machine):
    time_machine.shift(timedelta(minutes=47))

    page = client_of(lead).get(LIST)

    assert page.context["cl"].lines[0].took == "47 min"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("running=1", ["slow", "drill"]),
        ("status=resolved", ["over"]),
        ("status=closed", ["alarm"]),
        ("drill=only", ["drill"]),
        ("drill=no&running=1", ["slow"]),
        ("postmortem=due", ["over"]),
        ("postmortem=none&status=closed", ["alarm"]),
        ("since=2026-11-21&until=2026-11-21&status=closed", ["alarm"]),
        ("until=2026-11-20", []),
        ("q=SLOW", ["slow"]),
        ("q=INC-20261121-001", ["slow"]),
    ],
)
def test_filters_and_search(query, found, client_of, lead, declare, at_noon):
    made = {"slow": declare(), "over": declare("Over"), "alarm": declare("Alarm")}
    made["drill"] = declare("Exercise", is_drill=True)
    made["over"].resolve(by=lead, at=at_noon)
    made["alarm"].close(by=lead, at=at_noon, reason=CloseReason.FALSE_ALARM)

    page = client_of(lead).get(f"{LIST}?{query}")

    assert set(references(page)) == {made[name].reference for name in found}


def test_mine_are_those_i_hold_a_role_in(client_of, responder, incident, lead, at_noon):
    browser = client_of(responder)

    before = references(browser.get(f"{LIST}?mine=1"))
    incident.assign_role("scribe", responder, by=lead, at=at_noon)
    after = references(browser.get(f"{LIST}?mine=1"))

    assert (before, after) == ([], [incident.reference])


def test_my_team_and_severity_and_service(
    client_of, responder, outsider, incident, service, severity
):
    incident.services.add(service)
    other = Service.objects.create(name="Search")

    def asked(person, query):
        return references(client_of(person).get(f"{LIST}?{query}"))

    assert asked(responder, "my_team=1") == [incident.reference]
    assert asked(outsider, "my_team=1") == []
    assert asked(outsider, f"severity={severity.pk}") == [incident.reference]
    assert asked(outsider, f"service={service.pk}") == [incident.reference]
    assert asked(outsider, f"service={other.pk}") == []


def test_newest_first_and_sorted_by_a_head(client_of, lead, declare, at_noon):
    first = declare("Alpha", at=at_noon - timedelta(days=1))
    second = declare("Beta")

    browser = client_of(lead)

    assert references(browser.get(LIST)) == [second.reference, first.reference]
    by_title = browser.get(f"{LIST}?o=title&running=1")
    assert references(by_title) == [first.reference, second.reference]
    assert 'aria-sort="ascending"' in by_title.text
    assert "?o=-title&amp;running=1" in by_title.text
    assert references(browser.get(f"{LIST}?o=-title")) == references(browser.get(LIST))


def test_pages_keep_filters_and_order(client_of, lead, declare):
    for number in range(51):
        declare(f"Incident {number:02}")

    page = client_of(lead).get(f"{LIST}?running=1&o=title&p=2")

    assert len(page.context["cl"].lines) == 1
    assert page.context["cl"].lines[0].title == "Incident 50"
    assert "?o=title&amp;p=1&amp;running=1" in page.text
    assert "51 incidents" in page.text


@pytest.mark.parametrize("number", ["0", "-3", "999", "nonsense"])
def test_a_page_that_is_not_there_shows_the_nearest(number, client_of, lead, incident):
    page = client_of(lead).get(f"{LIST}?p={number}&running=1")

    assert references(page) == [incident.reference]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("severity=999", "Severity"),
        ("severity=%27", "Severity"),
        ("status=broken", "Status"),
        ("since=yesterday", "Declared from"),
        ("until=0000-00-00", "Declared to"),
        ("service=9999999999999999999999", "Service"),
    ],
)
def test_a_bad_value_names_its_field(query, field, client_of, lead, incident):
    page = client_of(lead).get(f"{LIST}?{query}")

    assert page.status_code == 200
    assert f"“{field}” was not applied" in page.text


@pytest.mark.parametrize("text", ["%00", "%F0%9F%94%A5", "a" * 500, "%25_", "%27)"])
def test_search_survives_any_text(text, client_of, lead, incident):
    assert client_of(lead).get(f"{LIST}?q={text}").status_code == 200


def test_the_restricted_are_absent_everywhere(client_of, outsider, hidden, incident):
    browser = client_of(outsider)

    for query in ("", f"?q={CANARY}", f"?q={hidden.reference}", "?running=1&o=title"):
        page = browser.get(LIST + query)
        assert CANARY not in page.text.replace(f'value="{CANARY}"', "")
        assert hidden.reference not in references(page)


@pytest.mark.parametrize(
    "lookup",
    [
        "title__startswith=X",
        "items__title__startswith=X",
        "timeline__text__contains=X",
        "lead__password__startswith=md5",
        "duplicate_of__title__startswith=X",
        "restricted__exact=1",
        "_facets=True",
    ],
)
def test_no_other_lookup_reaches_the_query(
    lookup, client_of, outsider, hidden, incident
):
    page = client_of(outsider).get(f"{LIST}?{lookup}")

    assert references(page) == [incident.reference]
    assert lookup.partition("=")[0] not in page.text


def test_each_line_says_what_is_due_or_the_longest_late(
    client_of, lead, declare, time_machine, at_noon
):
    declare("Just begun")
    declare("Long late", at=at_noon - timedelta(hours=1))

    lines = client_of(lead).get(LIST).context["cl"].lines

    assert [(line.title, line.due, line.due_when) for line in lines] == [
        ("Just begun", "Respond", "in 15 min"),
        ("Long late", "Respond", "late by 45 min"),
    ]
    assert ["late" in line.due_css for line in lines] == [False, True]


def test_what_asks_for_nothing_has_no_due(client_of, lead, incident, at_noon):
    incident.close(by=lead, at=at_noon, reason=CloseReason.FALSE_ALARM)

    assert client_of(lead).get(LIST).context["cl"].lines[0].due == ""


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("due=missed", {"late"}),
        ("due=soon", {"late", "fresh"}),
        ("due=now", {"late", "fresh"}),
        ("due=now&running=1&tracking=declared", {"late", "fresh"}),
        ("tracking=ticket", {"ticket"}),
        ("tracking=ticket&due=now", set()),
    ],
)
def test_what_is_missed_or_due_soon(
    query, found, client_of, lead, declare, at_noon, severity
):
    lowest = severity.playbook.severities.get(code="P4")
    made = {"late": declare(at=at_noon - timedelta(minutes=20)), "fresh": declare()}
    made["ticket"] = declare(severity=lowest)
    made["over"] = declare()
    made["over"].resolve(by=lead, at=at_noon)
    mark_passed(at_noon)

    page = client_of(lead).get(f"{LIST}?{query}")

    assert set(references(page)) == {made[name].reference for name in found}


def test_what_was_missed_and_done_is_not_asked_for(client_of, lead, declare, at_noon):
    late = declare(at=at_noon - timedelta(minutes=20))
    mark_passed(at_noon)
    late.acknowledge(by=lead, at=at_noon)

    assert references(client_of(lead).get(f"{LIST}?due=missed")) == []


def test_a_list_costs_eleven_queries_whatever_its_length(
    client_of, lead, declare, service
):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(LIST)
        return len(queries)

    browser = client_of(lead)
    declare(services=[service]).add_item(title="Fix", by=lead, at=declare().declared_at)
    few = cost()
    for _ in range(20):
        declare(services=[service])

    assert cost() == few <= 11


def test_steps_on_several_are_verbs_with_a_result_each(
    client_of, lead, declare, at_noon
):
    running, over = declare("Running"), declare("Over")
    over.resolve(by=lead, at=at_noon)
    chosen = {"action": "resolve_selected", "index": 0}

    answer = client_of(lead).post(
        LIST, chosen | {"_selected_action": [running.pk, over.pk]}
    )

    running.refresh_from_db()
    assert running.status == Status.RESOLVED
    assert running.timeline.filter(verb="resolve").count() == 1
    said = sorted(str(each) for each in get_messages(answer.wsgi_request))
    assert said == sorted(
        [
            f"{running.reference}: resolved",
            f"{over.reference}: It is already resolved.",
        ]
    )


def test_who_may_not_work_has_no_steps(client_of, viewer, incident):
    browser = client_of(viewer)

    page = browser.get(LIST)
    chosen = {"action": "resolve_selected", "index": 0, "_selected_action": incident.pk}
    browser.post(LIST, chosen)

    assert "_selected_action" not in page.text
    incident.refresh_from_db()
    assert incident.status == Status.OPEN


def test_steps_reach_nothing_that_is_hidden(client_of, outsider, hidden):
    chosen = {"action": "resolve_selected", "index": 0, "_selected_action": hidden.pk}

    client_of(outsider).post(LIST, chosen)

    hidden.refresh_from_db()
    assert hidden.status == Status.OPEN


def test_a_selection_of_nonsense_is_refused(client_of, lead, incident):
    chosen = {"action": "resolve_selected", "index": 0, "_selected_action": "abc"}

    assert client_of(lead).post(LIST, chosen).status_code == 400
