"""A link in a reminder, followed on a desk and on a telephone, by nobody logged in."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from incidents.item_links import link_to
from tests.browser.hand import Hand
from tests.browser.judging import TOO_WIDE, grave
from tests.whole import one_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("width", "scripts"), one_in(3, [(390, False), (390, True), (1440, True)])
)
def test_an_item_is_snoozed_from_the_link(open_window, item, responder, width, scripts):
    page = open_window(width=width, java_script_enabled=scripts)
    page.goto(link_to(item, responder).partition("8000")[2])

    page.get_by_text("Not now").click()
    page.get_by_label("Until").fill("2026-11-24")
    page.get_by_label("Why?").fill("Waiting for disks")
    Hand(page).press("Snooze")

    expect(page.get_by_text("Snoozed until 2026-11-24.")).to_be_visible()
    item.refresh_from_db()
    assert item.snoozed_until == date(2026, 11, 24)
    assert page.evaluate(TOO_WIDE) <= 0
    if scripts:
        assert grave(page) == []
