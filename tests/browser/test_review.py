"""A weekly review by hand: at a desk, at a telephone, by keyboard, as axe judges it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from incidents import reviews
from incidents.choices import ItemStatus
from incidents.models import ActionItem, Incident, Review, ReviewDecision
from tests.browser.judging import TOO_WIDE, findings
from tests.whole import by_hand, one_in

pytestmark = pytest.mark.browser
PAGE = reverse("admin:incidents_review")


@pytest.fixture
def late_items(severity, team, lead) -> list[ActionItem]:
    """Three items of a team that are late, the one that is latest first."""
    now = timezone.now()
    made = {"severity": severity, "team": team, "by": lead, "at": now}
    incident = Incident.declare(title="Checkout fails", **made)
    return [
        incident.add_item(
            title=title,
            by=lead,
            at=now,
            due_on=now.date() - timedelta(days=days),
            owner=lead,
        )
        for title, days in (("Restore it", 9), ("Watch it", 5), ("Write it down", 2))
    ]


@pytest.mark.parametrize("width", one_in(2, [390, 1440]))
def test_a_team_goes_through_its_items(open_window, lead, late_items, width):
    page = open_window(lead, width=width)
    page.goto(PAGE)
    page.get_by_role("button", name="Begin the review").click()

    expect(page.get_by_role("heading", name="Restore it")).to_be_visible()
    page.get_by_text("New date", exact=True).click()
    page.get_by_label("New due date").fill("2030-01-07")
    page.get_by_role("textbox", name="Why?").fill("The vendor delivers then")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("heading", name="Watch it")).to_be_visible()
    page.get_by_text("Done", exact=True).click()
    page.get_by_label("How do we know it worked?").fill("The alert fired in the drill")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.locator(".review-bar")).to_contain_text("2 of 3 decided.")
    assert page.evaluate(TOO_WIDE) <= 0
    page.get_by_role("textbox", name="Note").fill("The third one next week")
    page.get_by_role("button", name="End the review").click()

    expect(page.locator(".item-events")).to_contain_text("The vendor delivers then")
    restore, watch, _other = late_items
    restore.refresh_from_db()
    watch.refresh_from_db()
    assert (restore.moves, watch.status) == (1, ItemStatus.DONE)
    assert Review.objects.get().decisions.count() == 2


@by_hand
def test_a_decision_is_made_by_keyboard_alone(open_window, lead, team, late_items):
    reviews.begin(team, by=lead, at=timezone.now())
    page = open_window(lead)
    page.goto(PAGE)
    expect(page.get_by_role("heading", name="Restore it")).to_be_focused()

    for key in ("Tab", "Tab", "Tab", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_role("radio", name="Keep as it is")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("The fix is in review")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Watch it")).to_be_focused()
    assert ReviewDecision.objects.get().item == late_items[0]


def test_the_list_decides_in_its_rows(open_window, lead, responder, team, late_items):
    reviews.begin(team, by=lead, at=timezone.now())
    page = open_window(lead, width=390)
    page.goto(f"{PAGE}?view=list")
    row = page.locator("article", has_text="Write it down")

    row.locator("summary").click()
    row.locator(".choice").get_by_text("Owner").click()
    expect(row.get_by_role("textbox")).to_have_count(0)
    row.get_by_role("combobox").select_option(label="Responder")
    row.get_by_role("button", name="Record the decision").click()

    expect(page.locator("article")).to_have_count(2)
    late_items[2].refresh_from_db()
    assert late_items[2].owner == responder


@by_hand
def test_nothing_serious_is_found(open_window, lead, team, late_items):
    reviews.begin(team, by=lead, at=timezone.now())
    page = open_window(lead, bypass_csp=True)
    places = {
        "walk": PAGE,
        "list": f"{PAGE}?view=list",
        "my work": reverse("admin:my_work"),
        "settings": reverse("admin:auth_user_me"),
        "item": late_items[0].get_absolute_url(),
    }

    assert findings(page, places) == []
