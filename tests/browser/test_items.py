"""The list of action items worked by hand: several at once, in the row, by keyboard."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from incidents.choices import ItemStatus
from tests.browser.hand import Hand
from tests.browser.judging import TOO_WIDE, grave
from tests.whole import by_hand, one_in

pytestmark = pytest.mark.browser
LIST = reverse("admin:incidents_actionitem_changelist")


@pytest.fixture
def items(incident, lead, responder, at_noon):
    """Three items, the worst first."""
    return [
        incident.add_item(title=title, by=lead, at=at_noon, due_on=day, owner=responder)
        for title, day in (
            ("Alert on declined cards", date(2026, 11, 18)),
            ("Test the restore", date(2026, 11, 24)),
            ("Write the runbook", date(2026, 11, 30)),
        )
    ]


def row(page, title):
    return page.locator("#result_list tr", has_text=title)


@by_hand
@pytest.mark.parametrize("width", [1440, 390])
def test_several_are_moved_by_days_with_a_reason(open_window, lead, items, width):
    page = open_window(lead, width=width)
    page.goto(f"{LIST}?group=week")
    for item in items[:2]:
        row(page, item.title).get_by_role("checkbox").check()
    hand = Hand(page)

    hand.press("Move by days …")
    page.get_by_label("Days later").fill("14")
    page.get_by_label("Why?").fill("Freeze")
    hand.press("Move")

    expect(
        page.get_by_text("Alert on declined cards: due on 2026-12-02")
    ).to_be_visible()
    expect(row(page, "Test the restore")).to_contain_text("moved 1×, +14 days")
    expect(page).to_have_url(f"{page.url.split('/admin')[0]}{LIST}?group=week")
    assert [i.moves for i in type(items[0]).objects.order_by("pk")] == [1, 1, 0]


@pytest.mark.parametrize("width", one_in(3, [1440, 1100, 390]))
def test_words_without_an_end_stay_within_the_list(
    open_window, lead, responder, incident, items, width
):
    endless = "supercalifragilisticexpialidociously_" * 4
    type(incident).objects.update(title=endless)
    type(items[0]).objects.filter(pk=items[0].pk).update(title=endless)
    type(responder).objects.filter(pk=responder.pk).update(first_name=endless)
    page = open_window(lead, width=width)
    page.goto(LIST)

    over = page.locator(".results").evaluate("box => box.scrollWidth - box.clientWidth")

    assert over <= 0
    assert page.evaluate(TOO_WIDE) <= 0


@pytest.mark.parametrize("width", one_in(2, [1440, 390]))
def test_a_row_is_changed_where_it_stands(
    open_window, lead, responder, items, at_noon, width
):
    page = open_window(lead, width=width)
    page.goto(LIST)
    row(page, items[0].title).get_by_role("link", name="Change").click()
    form = page.get_by_role("form", name=f"Change {items[0].title}")
    expect(form).to_be_visible()
    items[0].assign(None, by=responder, at=at_noon, instead_of=responder)

    form.get_by_label("Owner").select_option("Lead")
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("It already belongs to nobody.")
    too_wide = page.evaluate(TOO_WIDE)
    form.get_by_role("button", name="Save").click()

    expect(row(page, items[0].title)).to_contain_text("owner is now Lead")
    expect(row(page, items[0].title).locator(".line-title a")).to_be_focused()
    assert too_wide <= 0
    items[0].refresh_from_db()
    assert items[0].owner == lead


def test_the_list_is_worked_by_keyboard(open_window, lead, items):
    page = open_window(lead)
    page.goto(LIST)
    page.locator("#show-keys").wait_for()
    keys = page.keyboard

    for key in ("j", "j", "k", "ArrowDown", "x"):
        keys.press(key)
    expect(row(page, items[1].title).get_by_role("checkbox")).to_be_checked()
    keys.press("m")
    expect(page.get_by_label("Due", exact=True)).to_be_focused()
    keys.press("Escape")
    expect(row(page, items[1].title).locator(".line-title a")).to_be_focused()
    keys.press("c")
    expect(page.get_by_label("How do we know it worked?")).to_be_focused()
    keys.type("jkx? all in 4 min")
    keys.press("Enter")
    expect(row(page, items[1].title).locator(".row-said")).to_have_text("Done")
    keys.press("?")
    dialog = page.get_by_role("dialog", name="Keys of this list")
    expect(dialog).to_be_visible()
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    keys.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text(items[1].title)

    items[1].refresh_from_db()
    assert items[1].status == ItemStatus.DONE
    assert items[1].evidence == "jkx? all in 4 min"


@by_hand
def test_a_row_is_changed_without_scripts(open_window, lead, items):
    page = open_window(lead, java_script_enabled=False)
    page.goto(f"{LIST}?group=owner")

    row(page, items[0].title).get_by_role("link", name="Change").click()
    page.get_by_label("Priority").select_option("P0")
    Hand(page).press("Save")

    expect(row(page, items[0].title)).to_contain_text("P0")
    assert page.url.endswith("?group=owner")


@by_hand
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_serious_is_wrong_with_a_list_at_work(open_window, lead, items, width):
    page = open_window(lead, width=width, bypass_csp=True)
    page.goto(f"{LIST}?group=incident")
    row(page, items[1].title).get_by_role("link", name="Change").click()
    page.locator(".row-form [name=due_on]").fill("2026-12-24")
    page.locator(".row-form").get_by_role("button", name="Save").click()
    page.locator(".row-form .field-wrong").first.wait_for()

    found = grave(page)

    assert found == []
    assert page.evaluate(TOO_WIDE) <= 0
