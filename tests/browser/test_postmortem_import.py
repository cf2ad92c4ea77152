"""A write-up brought in by hand: pasted or chosen, looked at, mended, imported."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from postmortems.models import PostMortem
from tests.browser.hand import Hand
from tests.browser.judging import TOO_WIDE, findings, grave
from tests.postmortems.importing.test_command import TEXT
from tests.whole import by_hand, one_in

pytestmark = pytest.mark.browser
PAGE = "admin:postmortems_postmortem_import"
UNDATED = TEXT.replace("Date: 2026-10-02\n", "")


PLAIN = {"width": 390, "java_script_enabled": False}


@pytest.mark.parametrize("options", one_in(2, [PLAIN, {}]))
def test_a_write_up_is_pasted_looked_at_and_imported(
    open_window, responder, team, at_noon, options
):
    page = open_window(responder, **options)
    page.goto(reverse("admin:postmortems_postmortem_changelist"))

    page.get_by_role("link", name="Import Markdown").click()
    page.get_by_label("or its text").fill(UNDATED)
    Hand(page).press("Look at it")
    expect(page.get_by_text("It does not say on which day")).to_be_visible()
    page.get_by_label("Date").fill("2026-10-02")
    page.get_by_label("Odds and ends").select_option("Lessons learned")
    Hand(page).press("Look again")
    expect(page.get_by_text("not recognised", exact=True)).to_have_count(0)
    expect(page.get_by_text("2026-10-02 16:02:00")).to_be_visible()
    Hand(page).press("Import it")

    expect(page.get_by_text("Imported as INC-").first).to_be_visible()
    made = PostMortem.objects.get()
    assert made.sections.get(key="lessons").body == "Nothing fits here."


@by_hand
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_serious_stands_in_the_way_of_a_write_up(
    open_window, responder, team, at_noon, width
):
    page = open_window(responder, width=width, bypass_csp=True)
    upload = reverse(PAGE)

    found = findings(page, {"upload": upload})
    page.goto(upload)
    page.get_by_label("or its text").fill(f"{UNDATED}\n{'x' * 200}\n")
    Hand(page).press("Look at it")

    assert found == []
    assert grave(page) == []
    assert page.evaluate(TOO_WIDE) <= 0
