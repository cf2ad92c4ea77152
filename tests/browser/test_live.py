"""A page that stays open: what others do comes to it, what one typed stays."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from incidents.models import TimelineEvent
from incidents.revisions import touch
from tests.browser.hand import Hand
from tests.browser.windows import log_in
from tests.whole import by_hand

pytestmark = pytest.mark.browser
# A page asks every 15 seconds; a test has less patience.
HURRY = """document.addEventListener("readystatechange", () => {
    const live = document.getElementById("live");
    if (live) live.dataset.every = "150";
})"""
SHOWN_WITHIN = 4_000


@pytest.fixture
def open_incident(open_window, incident):
    """Open the page of the incident in a window of its own, which asks often."""

    def open_incident(person, **how):
        page = open_window(person, **how)
        page.add_init_script(HURRY)
        page.goto(incident.get_absolute_url())
        return page

    return open_incident


def write(incident, texts, by, at):
    rows = [
        TimelineEvent(incident=incident, text=text, kind="note", author=by, at=at)
        for text in texts
    ]
    TimelineEvent.objects.bulk_create(rows)
    touch(incident.pk)


def entry(page, text):
    return page.locator(".line-entry", has_text=text)


def test_what_another_writes_comes_while_one_types(
    open_incident, incident, lead, responder, noon
):
    write(incident, [f"Entry {number}." for number in range(40)], lead, noon)
    mine, theirs = open_incident(lead), open_incident(responder)
    line = mine.get_by_label("What happened?")
    line.fill("Rolling back the last release")
    line.evaluate("(field) => field.setSelectionRange(8, 12)")
    before = line.bounding_box()

    Hand(theirs).write_entry("Declines are all 3-D Secure")

    expect(entry(mine, "3-D Secure")).to_be_visible(timeout=SHOWN_WITHIN)
    expect(line).to_be_focused()
    expect(line).to_have_value("Rolling back the last release")
    selection = line.evaluate("(field) => [field.selectionStart, field.selectionEnd]")
    assert selection == [8, 12]
    assert line.bounding_box() == before


@by_hand
def test_who_reads_further_down_keeps_the_place(
    open_incident, incident, lead, responder, noon
):
    write(incident, [f"Entry {number}." for number in range(120)], lead, noon)
    page = open_incident(lead)
    page.get_by_role("link", name="Older entries").click()
    expect(page.locator(".line-entry")).to_have_count(100)
    read = entry(page, "Entry 40.")
    read.scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, 200)")
    before = read.bounding_box()

    write(incident, [f"News {number}." for number in range(40)], responder, noon)

    expect(page.locator(".line-entry")).to_have_count(140, timeout=SHOWN_WITHIN)
    assert abs(read.bounding_box()["y"] - before["y"]) < 2
    ids = page.locator("[id^=event-]").evaluate_all("(all) => all.map((e) => e.id)")
    assert len(set(ids)) == len(ids)
    assert ids[:-1] == sorted(ids[:-1], key=lambda i: -int(i.split("-")[1]))


@by_hand
def test_what_is_half_typed_or_unfolded_in_a_region_stays(
    open_incident, incident, lead, responder, noon
):
    page = open_incident(lead)
    title = page.get_by_placeholder("What must change?")
    title.fill("Alert on declined")
    page.evaluate("document.activeElement.blur()")

    incident.amend({"title": (incident.title, "All cards fail")}, by=lead, at=noon)
    incident.add_item(title="Test the restore", by=responder, at=noon)

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "All cards fail", timeout=SHOWN_WITHIN
    )
    expect(page.locator("#items")).to_contain_text("Test the restore")
    expect(title).to_have_value("Alert on declined")


@by_hand
def test_a_form_that_is_gone_stays_as_long_as_somebody_is_busy_with_it(
    open_incident, incident, lead, noon
):
    incident.resolve(by=lead, at=noon)
    page = open_incident(lead)
    line = page.locator(".missing li", has_text="When it was detected is missing.")
    because = line.get_by_placeholder("not known, because …")
    because.fill("nobody")

    known = {"name": "detected", "when": noon - timedelta(minutes=1)}
    incident.record_milestone(**known, by=lead, at=noon)
    axis = page.locator("#region-axis")
    expect(axis).to_contain_text("Detected:", timeout=SHOWN_WITHIN)

    expect(because).to_have_value("nobody")
    expect(because).to_be_focused()
    because.fill("")
    page.get_by_label("What happened?").focus()
    expect(line).to_have_count(0)


def test_it_says_when_it_has_lost_the_server(open_incident, incident, lead, noon):
    page = open_incident(lead)
    lost = page.get_by_text("No word from the server since")
    page.context.set_offline(True)
    expect(lost).to_be_visible(timeout=SHOWN_WITHIN)
    expect(lost).to_contain_text(re.compile(r"\d\d:\d\d UTC: what you see may be old"))
    incident.note("Declines are all 3-D Secure", by=lead, at=noon)

    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click(force=True)

    expect(lost).to_be_hidden(timeout=SHOWN_WITHIN)
    expect(entry(page, "3-D Secure")).to_be_visible()


@by_hand
def test_who_was_logged_out_logs_in_beside_it_and_goes_on(
    open_incident, live_server, incident, lead
):
    page = open_incident(lead)
    page.get_by_label("What happened?").fill("Rolled back")
    Session.objects.all().delete()
    expect(page.get_by_role("link", name="Log in again")).to_be_visible(
        timeout=SHOWN_WITHIN
    )

    page.context.clear_cookies(name="csrftoken")
    log_in(page.context, lead, live_server.url)

    expect(page.get_by_role("link", name="Log in again")).to_be_hidden(
        timeout=SHOWN_WITHIN
    )
    page.get_by_label("What happened?").press("Enter")
    expect(entry(page, "Rolled back")).to_be_visible()


@by_hand
def test_who_no_longer_sees_it_is_told(
    open_incident, incident, outsider, manager, noon
):
    page = open_incident(outsider)

    incident.restrict(True, by=manager, at=noon, reason="Security")

    expect(page.get_by_role("status")).to_contain_text(
        "You no longer see this incident", timeout=SHOWN_WITHIN
    )


def test_without_scripts_it_says_as_of_when_it_is(open_window, incident, lead):
    page = open_window(lead, java_script_enabled=False)

    page.goto(incident.get_absolute_url())

    expect(page.locator(".live-still")).to_have_text(
        re.compile(r"As of \d\d:\d\d UTC\. Reload the page")
    )
