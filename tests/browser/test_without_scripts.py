"""What somebody reaches whose browser runs no scripts, on a telephone."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect


@pytest.fixture
def page(open_window, lead):
    return open_window(lead, width=390, java_script_enabled=False)


def picture() -> dict[str, object]:
    drawn = BytesIO()
    Image.new("RGB", (30, 20), "red").save(drawn, "PNG")
    return {"name": "a.png", "mimeType": "image/png", "buffer": drawn.getvalue()}


def test_the_menu_opens_by_its_link(page):
    page.goto(reverse("admin:index"))

    page.get_by_role("link", name="Menu").click()
    page.locator("#sidebar").get_by_role("link", name="Action items").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Action items")
    expect(page.locator("#sidebar")).to_be_hidden()


def test_an_image_is_seen_to_be_chosen_and_stands_for_a_text(page, incident):
    page.goto(incident.get_absolute_url())
    field = page.locator("#entry [name=images]")

    shown = field.bounding_box()
    field.set_input_files([picture()])
    page.get_by_label("What they show").fill("Declines")
    page.get_by_role("button", name="Write", exact=True).click()

    assert shown["width"] > 200
    expect(page.locator("#entries").get_by_alt_text("Declines")).to_be_visible()


def test_the_list_of_what_is_missing_stays_unfolded(page, incident):
    page.goto(incident.get_absolute_url())
    ahead = page.locator("#ahead")

    ahead.locator("summary").click()
    because = ahead.get_by_placeholder("not known, because …").first
    because.fill("nobody wrote it down")
    because.press("Enter")

    expect(page.locator("ul.messagelist")).to_contain_text("Recorded")
    expect(because).to_be_visible()


def test_nothing_is_offered_that_a_script_would_do(page, incident):
    page.goto(reverse("admin:incidents_incident_message", args=[incident.pk]))

    for summary in page.locator("#user-menu > summary, .copies summary").all():
        summary.click()

    scripted = "[data-copies], .theme-toggle, button.menu-toggle"
    for control in page.locator(scripted).all():
        expect(control).to_be_hidden()
    expect(page.get_by_role("button", name="Fill in and look again")).to_be_visible()
