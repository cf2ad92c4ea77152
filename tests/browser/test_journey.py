"""The whole main job by hand: at a desk, at a telephone, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from incidents.choices import ItemStatus, PostMortemState, Status
from incidents.models import Incident
from postmortems.reports import render_waiting
from tests.browser.hand import Hand
from tests.whole import by_hand

pytestmark = pytest.mark.browser
TITLE = "Checkout fails for cards issued in the EU"


@by_hand
@pytest.mark.parametrize("width", [1440, 390])
def test_a_lead_does_the_whole_job(open_window, lead, manager, severity, width):
    hand, other = Hand(open_window(width=width)), Hand(open_window(manager))

    hand.log_in(lead)
    hand.declare(TITLE)
    hand.write_entry("Declines are all 3-D Secure")
    hand.press("Acknowledge")
    hand.press("Mitigated now")
    hand.press("Resolved now")
    hand.add_item("Alert on declined cards")
    hand.complete_item("Alert on declined cards")
    incident = Incident.objects.get()
    hand.page.goto(incident.get_absolute_url())
    hand.write_postmortem("It was **the second processor**.")
    hand.ask_for_review(manager)
    other.approve(hand.page.url)
    hand.publish()
    hand.ask_for_pdf()
    render_waiting()
    pdf = hand.download_pdf()
    hand.log_out()

    incident.refresh_from_db()
    assert incident.status == Status.RESOLVED
    assert incident.postmortem_state == PostMortemState.PUBLISHED
    assert incident.items.get().status == ItemStatus.DONE
    assert pdf.startswith(b"%PDF-")


def test_a_refused_step_gives_every_reason(open_window, incident, lead):
    page = open_window(lead)
    page.goto(incident.get_absolute_url())
    hand = Hand(page)

    hand.press("Resolved now")
    page.get_by_role("link", name="Close …").click()
    hand.press("Close the incident")

    refused = page.get_by_role("alert")
    expect(refused.locator("li")).not_to_have_count(1)
    expect(refused).to_contain_text("When it was detected is missing.")
    incident.refresh_from_db()
    assert incident.closed_at is None


def test_what_is_missing_is_mended_where_it_is_listed(open_window, incident, lead):
    page = open_window(lead)
    page.goto(incident.get_absolute_url())
    line = page.locator(".missing li", has_text="When it was detected is missing.")

    page.get_by_text("things are missing to close it later").click()
    line.get_by_placeholder("not known, because …").fill("nobody wrote it down")
    line.get_by_role("button", name="Save").click()

    expect(page.locator("#record")).to_contain_text("not known: nobody wrote it down")
    expect(line).to_have_count(0)
    expect(page.locator(".missing li").first).to_be_visible()


@by_hand
def test_it_works_without_javascript(open_window, lead, manager, severity):
    hand = Hand(open_window(java_script_enabled=False))

    hand.log_in(lead)
    hand.declare(TITLE)
    hand.page.get_by_label("What happened?").fill("Rolled back")
    hand.press("Write")
    hand.press("Resolved now")
    hand.add_item("Alert on declined cards")
    hand.write_postmortem("It was the second processor.")
    hand.ask_for_review(manager)
    hand.ask_for_pdf()
    render_waiting()
    hand.page.get_by_role("link", name="Look again").click()

    download = hand.page.get_by_role("link", name=re.compile("^Download"))
    expect(download).to_be_visible()
    incident = Incident.objects.get()
    assert incident.status == Status.RESOLVED
    assert incident.timeline.filter(text="Rolled back").exists()


def test_older_entries_come_where_they_belong(open_window, incident, lead, noon):
    for number in range(60):
        incident.note(f"Entry {number}", by=lead, at=noon)
    page = open_window(lead)
    page.goto(incident.get_absolute_url())

    page.get_by_role("link", name="Older entries").click()

    expect(page.locator("#region-axis .line-entry")).to_have_count(60)
    expect(page).to_have_url(re.compile(r"/change/$"))


def test_a_second_press_on_a_stale_page_is_told(open_window, incident, lead, noon):
    page = open_window(lead)
    page.goto(incident.get_absolute_url())
    incident.acknowledge(by=lead, at=noon)

    Hand(page).press("Acknowledge")

    expect(page.get_by_role("alert")).to_contain_text("It is already acknowledged.")
