"""The page of an action item: its rule, its moves, what was said, where it is from."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.choices import DueSource, Priority
from incidents.item_page import dated_by
from incidents.models import ActionItem
from incidents.playbooks.schema import PlaybookDocument, plain

LATER = date(2026, 12, 17)


def step(item, verb):
    return reverse("admin:incidents_actionitem_do", args=[item.pk, verb])


def add_item_to(incident):
    return reverse("admin:incidents_incident_do", args=[incident.pk, "add_item"])


def test_the_rule_that_set_the_date_is_named_beside_it(client_of, lead, item):
    page = client_of(lead).get(item.get_absolute_url())

    assert page.context["page"].rule == "P2: within 2 weeks, by Default v1"
    assert "P2: within 2 weeks, by Default v1" in page.text


def test_a_rule_that_says_another_day_by_now_is_not_named(item):
    parts = plain(item.playbook)
    for rule in parts["action_items"]["priorities"]:
        rule["due"] = "5 weeks"

    item.playbook = PlaybookDocument.model_validate(parts)

    assert dated_by(item) == "Set by the playbook"


def test_a_date_set_by_hand_says_so_and_every_move_is_shown(
    client_of, lead, responder, item, at_noon
):
    item.move_due_date(date(2026, 12, 10), by=lead, at=at_noon, reason="Sick")
    item.move_due_date(LATER, by=responder, at=at_noon, reason="<b>Vendor</b>")

    shown = client_of(lead).get(item.get_absolute_url())

    page = shown.context["page"]
    moves = [(m.move.was, m.move.to, m.move.why, m.author) for m in page.moves]
    assert page.rule == "Set by hand"
    assert moves == [
        (date(2026, 12, 5), date(2026, 12, 10), "Sick", "Lead"),
        (date(2026, 12, 10), LATER, "<b>Vendor</b>", "Responder"),
    ]
    assert [m.move.days for m in page.moves] == ["+5 days", "+7 days"]
    assert "2 times, 12 days later in all" in shown.text
    assert "&lt;b&gt;Vendor" in shown.text


def test_another_priority_offers_its_date_and_one_button_takes_it(
    client_of, lead, item, at_noon
):
    item.amend({"priority": (Priority.P2, Priority.P0)}, by=lead, at=at_noon)
    browser = client_of(lead)

    page = browser.get(item.get_absolute_url())
    seen = dict(page.context["follow_rule"].witnesses())
    browser.post(step(item, "follow_rule"), seen)

    assert "Its priority now asks for <strong>23 Nov 2026</strong>" in page.text
    item.refresh_from_db()
    assert (item.due_on, item.due_source) == (date(2026, 11, 23), DueSource.RULE)
    assert "now asks for" not in browser.get(item.get_absolute_url()).text


def test_no_date_is_offered_where_a_person_set_it(client_of, lead, item, at_noon):
    item.move_due_date(LATER, by=lead, at=at_noon, reason="Vendor")
    item.amend({"priority": (Priority.P2, Priority.P0)}, by=lead, at=at_noon)

    assert "now asks for" not in client_of(lead).get(item.get_absolute_url()).text


def test_an_offer_that_is_over_is_told(client_of, lead, item, at_noon):
    item.amend({"priority": (Priority.P2, Priority.P0)}, by=lead, at=at_noon)
    page = client_of(lead).get(item.get_absolute_url())
    seen = dict(page.context["follow_rule"].witnesses())
    item.amend({"priority": (Priority.P0, Priority.P1)}, by=lead, at=at_noon)

    answer = client_of(lead).post(step(item, "follow_rule"), seen)

    assert answer.status_code == 422
    assert "The rule offers 2026-11-28 now" in answer.text


@pytest.mark.parametrize("seen", [{}, {"seen-%s": ""}, {"seen-%s": "soon"}])
def test_an_offer_is_not_taken_by_who_was_not_shown_it(
    client_of, lead, item, at_noon, seen
):
    item.amend({"priority": (Priority.P2, Priority.P0)}, by=lead, at=at_noon)
    posted = {name % item.pk: value for name, value in seen.items()}

    answer = client_of(lead).post(step(item, "follow_rule"), posted)

    item.refresh_from_db()
    assert (answer.status_code, item.due_on) == (422, date(2026, 12, 5))
    assert "The rule offers 2026-11-23 now" in answer.text


def test_comments_stand_among_the_events_without_the_title(client_of, lead, item):
    browser = client_of(lead)
    item.amend({"title": (item.title, "Renamed")}, by=lead, at=item.created_at)

    browser.post(step(item, "comment"), {"text": "Waits for <i>them</i>"})

    shown = browser.get(item.get_absolute_url())
    first = shown.context["page"].events[0]
    assert (first.text, first.is_comment) == ("Waits for <i>them</i>", True)
    assert "Waits for &lt;i&gt;them" in shown.text


def test_completing_asks_how_we_know_and_shows_the_answer(client_of, lead, item):
    browser = client_of(lead)
    assert "How do we know it worked?" in browser.get(item.get_absolute_url()).text

    browser.post(step(item, "complete"), {"evidence": "The drill took 4 min."})

    item.refresh_from_db()
    assert item.evidence == "The drill took 4 min."
    assert "The drill took 4 min." in browser.get(item.get_absolute_url()).text


def test_an_item_is_snoozed_and_woken_from_its_page(client_of, lead, item):
    browser = client_of(lead)

    given = {"until": "2026-11-30", "reason": "Waits for the vendor"}
    browser.post(step(item, "snooze"), given)

    page = browser.get(item.get_absolute_url())
    assert "until 30 Nov 2026: Waits for the vendor" in page.text
    assert {"snooze", "wake"} & {each.verb for each in page.context["steps"]} == {
        "wake"
    }
    browser.post(step(item, "wake"))
    item.refresh_from_db()
    assert item.snoozed_until is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"until": "2027-11-30", "reason": "Later"}, "at most 30 days from now"),
        ({"until": "soon", "reason": "Later"}, "Enter a valid date"),
        ({"until": "2026-11-30", "reason": ""}, "This field is required"),
    ],
)
def test_a_snooze_that_cannot_be_names_its_field(client_of, lead, item, given, said):
    answer = client_of(lead).post(step(item, "snooze"), given)

    assert answer.status_code == 422
    assert said in answer.text


def test_the_ticket_is_shown_by_its_key(client_of, viewer, lead, item, at_noon):
    url = "https://acme.atlassian.net/browse/OPS-12"
    item.amend({"ticket": ("", url)}, by=lead, at=at_noon)

    page = client_of(viewer).get(item.get_absolute_url())

    assert f'href="{url}" rel="noreferrer noopener">OPS-12</a>' in page.text


def test_an_item_raised_from_an_entry_keeps_and_shows_it(
    client_of, lead, incident, at_noon
):
    entry = incident.note("The restore took <9 h>", by=lead, at=at_noon)
    browser = client_of(lead)
    timeline = browser.get(incident.get_absolute_url())
    address = f"{add_item_to(incident)}?raised_from={entry.pk}"
    assert address in timeline.text

    form = browser.get(address).context["form"]
    given = {"title": "Test the restore", "raised_from": entry.pk}
    browser.post(add_item_to(incident), given)

    item = ActionItem.objects.get()
    assert form["details"].value() == "The restore took <9 h>"
    assert item.raised_from == entry
    page = browser.get(item.get_absolute_url())
    assert "The restore took &lt;9 h&gt;" in page.text
    assert reverse("admin:incidents_timelineevent_change", args=[entry.pk]) in page.text


def test_an_entry_of_another_incident_is_refused(
    client_of, lead, incident, severity, team, at_noon
):
    other = type(incident).declare(
        title="Other", severity=severity, team=team, by=lead, at=at_noon
    )
    entry = other.note("Elsewhere", by=lead, at=at_noon)

    for key in (entry.pk, "x", "9" * 30):
        given = {"title": "Test the restore", "raised_from": key}
        answer = client_of(lead).post(add_item_to(incident), given)

        assert answer.status_code == 422
        assert "That entry is of another incident." in answer.text


def test_who_sees_only_the_item_is_not_shown_the_entry(
    client_of, lead, outsider, administrator, incident, at_noon
):
    entry = incident.note("Xylophone", by=lead, at=at_noon)
    item = incident.add_item(
        title="Rotate", by=lead, at=at_noon, owner=outsider, raised_from=entry
    )
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")

    page = client_of(outsider).get(item.get_absolute_url())

    assert page.status_code == 200
    assert "Xylophone" not in page.text


def test_an_item_of_no_incident_is_raised_for_a_team(client_of, responder, team):
    browser = client_of(responder)
    address = reverse("admin:incidents_actionitem_for_team")
    assert address in browser.get(reverse("admin:incidents_actionitem_add")).text
    form = browser.get(address).context["form"]
    assert form["team"].value() == team.pk

    given = {"title": "Learn it", "priority": 1, "kind": "process", "horizon": "long"}
    answer = browser.post(address, given | {"team": team.pk})

    item = ActionItem.objects.get()
    assert answer.url == item.get_absolute_url()
    assert (item.incident, item.team, item.horizon) == (None, team, "long")
    assert item.due_source == DueSource.RULE
    assert "Platform, of no incident" in browser.get(item.get_absolute_url()).text


def test_viewers_raise_nothing_for_a_team(client_of, viewer):
    address = reverse("admin:incidents_actionitem_for_team")

    assert client_of(viewer).get(address).status_code == 404


def test_the_page_costs_the_same_however_much_happened(client_of, lead, item, at_noon):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(item.get_absolute_url())
        return len(queries)

    browser = client_of(lead)
    item.comment("One", by=lead, at=at_noon)
    few = cost()
    for number in range(20):
        item.comment(f"Comment {number}", by=lead, at=at_noon)

    assert cost() == few
