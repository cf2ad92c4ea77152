"""An incident from its first minute to its last, and no mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Incident
from tests.whole import by_hand

pytestmark = pytest.mark.browser
MOST_STOPS = 90
# Where the focus is: what it is called, and whether one can see it there.
STANDS = """() => {
    const box = document.activeElement, style = getComputedStyle(box);
    return [
        box.labels?.[0]?.innerText || box.ariaLabel || box.innerText || box.name || "",
        style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    ];
}"""
STEPS = (
    *("declare", "assign_role", "", "post_update", "record_copied", "mitigate"),
    *("undo", "mitigate", "resolve"),
)


class Keys:
    """One person with a keyboard alone."""

    def __init__(self, page: Page) -> None:
        self.page, self.keyboard = page, page.keyboard
        self.unseen: list[str] = []

    def tab_to(self, name: str) -> None:
        """Go on by Tab until what has the focus is called so."""
        for _stop in range(MOST_STOPS):
            self.keyboard.press("Tab")
            called, is_seen = self.page.evaluate(STANDS)
            if not is_seen:
                self.unseen.append(called)
            if called.strip().startswith(name):
                return
        raise AssertionError(f"Tab does not come to {name!r}.")

    def press(self, key: str) -> None:
        """Press a key that asks for another page."""
        with self.page.expect_navigation(wait_until="load"):
            self.keyboard.press(key)

    def go(self, name: str) -> None:
        self.tab_to(name)
        self.press("Enter")


@by_hand
def test_an_incident_is_worked_from_declared_to_resolved_by_keyboard(
    open_window, lead, severity
):
    page = open_window(lead)
    page.goto("/admin/")
    keys = Keys(page)

    keys.go("Declare incident")
    keys.keyboard.type("Checkout fails")
    keys.tab_to(severity.code)
    keys.keyboard.press("Space")
    keys.go("Declare")
    keys.press("r")
    keys.keyboard.press("e")
    keys.keyboard.type("Declines are all 3-D Secure")
    keys.press("Enter")
    expect(page.locator("#entry [name=text]")).to_be_focused()
    keys.keyboard.press("Escape")
    keys.keyboard.press("u")
    expect(page.locator("#update textarea")).to_be_focused()
    keys.keyboard.type("We look into it.")
    keys.go("Post the update")
    keys.go("Write a message")
    keys.tab_to("Text")
    keys.keyboard.press("ControlOrMeta+a")
    keys.keyboard.type("Cards of the EU are declined. We look into it.")
    keys.go("I have posted it myself")
    keys.press("m")
    keys.press("z")
    keys.press("m")
    keys.go("Resolved now")

    incident = Incident.objects.get()
    verbs = incident.timeline.order_by("pk").values_list("verb", flat=True)
    assert [verb for verb in verbs if verb in STEPS] == list(STEPS)
    assert incident.resolved_at
    assert keys.unseen == []
