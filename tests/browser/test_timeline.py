"""The timeline under the hand: images pasted into the line, entries filtered."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from incidents.models import Attachment
from tests.browser.judging import grave
from tests.whole import by_hand

pytestmark = pytest.mark.browser
# Puts a picture into the clipboard of an event, as a browser does for Ctrl+V, and for
# a file that is let go over the line.
PUT = """async (line, how) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const carried = new DataTransfer();
    carried.items.add(new File([blob], `${how}.png`, { type: "image/png" }));
    const [kind, name] = how === "paste"
        ? [ClipboardEvent, "clipboardData"] : [DragEvent, "dataTransfer"];
    const put = { [name]: carried, bubbles: true, cancelable: true };
    line.dispatchEvent(new kind(how, put));
}"""


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def test_images_are_pasted_and_dropped_into_the_line(open_window, incident, lead):
    page = open_window(lead)
    page.goto(incident.get_absolute_url())
    line = page.get_by_label("What happened?")

    line.evaluate(PUT, "paste")
    expect(page.locator("#entry .names")).to_have_text("paste.png")
    line.evaluate(PUT, "drop")
    expect(page.locator("#entry .names")).to_have_text("paste.png, drop.png")
    page.get_by_label("What they show").fill("The queue")
    line.press("Enter")

    shown = page.locator(".line-entry img[alt='The queue']")
    expect(shown).to_have_count(2)
    expect(line).to_be_focused()
    assert shown.first.evaluate(
        "(image) => image.decode().then(() => image.naturalWidth)"
    )
    assert Attachment.objects.filter(event__text="The queue").count() == 2


@by_hand
def test_the_filter_leaves_what_is_typed(open_window, incident, lead, responder, noon):
    incident.note("Roll back", by=responder, at=noon, kind="decision")
    incident.note("The queue grows", by=lead, at=noon)
    page = open_window(lead)
    page.goto(incident.get_absolute_url())
    line = page.get_by_label("What happened?")
    line.fill("Half a sen")

    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_label("Show", exact=True).select_option("Decision")

    expect(page.locator("#entries .line")).to_have_count(1)
    expect(page.locator("#entries")).to_contain_text("Roll back")
    expect(line).to_have_value("Half a sen")
    page.get_by_label("by", exact=True).select_option("Lead")
    expect(page.locator("#entries")).to_contain_text("Nothing matches the filter.")


@by_hand
def test_without_scripts_everything_of_the_timeline_works(
    open_window, incident, lead, noon
):
    entry = incident.note("Roll back", by=lead, at=noon, kind="decision")
    page = open_window(lead, java_script_enabled=False)
    page.goto(incident.get_absolute_url())

    page.locator(f"#event-{entry.pk}").get_by_role("button", name="pin").click()
    expect(page.locator("#pinned")).to_contain_text("Roll back")
    page.locator(f"#event-{entry.pk} .when").click()
    expect(page.locator(f"#event-{entry.pk} .utc")).to_be_visible()
    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_label("Show", exact=True).select_option("Finding")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#entries")).to_contain_text("Nothing matches the filter.")
    page.goto(reverse("admin:incidents_timelineevent_change", args=[entry.pk]))
    page.get_by_role("link", name="Strike out").click()
    page.get_by_label("Why?").fill("Never done")
    page.get_by_role("button", name="Strike it out").click()

    expect(page.locator(f"#event-{entry.pk} s")).to_have_text("Roll back")


@by_hand
def test_nothing_serious_stands_on_a_timeline_of_every_kind_of_line(
    open_window, incident, lead, noon
):
    pinned = incident.note("See https://status.example", by=lead, at=noon)
    struck = incident.note("The cache", by=lead, at=noon)
    incident.pin(pinned, by=lead, at=noon)
    incident.strike(struck, because="Another cluster", by=lead, at=noon)
    page = open_window(lead, width=390, bypass_csp=True)

    page.goto(f"{incident.get_absolute_url()}?filter=on")

    assert grave(page) == []
