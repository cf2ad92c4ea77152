"""Every page as the browser judges it: policy, width, contrast, names, keyboard."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.browser.judging import TOO_WIDE, findings, grave
from tests.browser.places import Places
from tests.whole import BY_HAND

pytestmark = pytest.mark.browser
FOCUSED = """() => {
    const box = document.activeElement, style = getComputedStyle(box);
    return {
        name: box.ariaLabel || box.labels?.[0]?.innerText || box.innerText || "",
        isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
}"""


@pytest.fixture
def places(incident, item, service, administrator) -> Places:
    return Places.furnished(incident, item, service, administrator)


def test_no_page_breaks_the_policy_or_is_wider_than_a_telephone(
    open_window, places, client_of, administrator
):
    page = open_window(administrator, width=390)
    visited, too_wide = [], {}

    for path in places.pages(client_of(administrator)):
        page.goto(path)
        visited.append(path)
        if (excess := page.evaluate(TOO_WIDE)) > 0:
            too_wide[path] = excess

    assert len(visited) > (100 if BY_HAND else 20)
    assert too_wide == {}


def test_a_telephone_shows_the_whole_of_a_banner(open_window, incident, lead, at_noon):
    words = "Deploys wait for the all-clear, but for what Operations agrees to. " * 4
    incident.start_mode("freeze", by=lead, at=at_noon, banner=words.strip())
    page = open_window(lead, width=390)
    page.goto(reverse("admin:index"))

    banner = page.locator(".banner-text")

    assert banner.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert page.evaluate(TOO_WIDE) <= 0


def test_nothing_serious_stands_in_anybodys_way(open_window, places, administrator):
    page = open_window(administrator, bypass_csp=True)

    found = findings(page, places.main_pages())

    assert found == []


def test_nothing_serious_stands_at_the_door(open_window, places):
    page = open_window(width=390, bypass_csp=True)

    found = findings(page, places.door())

    assert found == []


def test_the_door_breaks_no_policy_and_fits_a_telephone(open_window, places):
    page = open_window(width=390)

    too_wide = {
        name: excess
        for name, path in places.door().items()
        if page.goto(path) and (excess := page.evaluate(TOO_WIDE)) > 0
    }

    assert too_wide == {}


def test_the_incident_page_is_worked_by_keyboard(open_window, incident, lead):
    page = open_window(lead)
    page.goto(incident.get_absolute_url())

    stops = [focused(page) for _stop in range(70)]

    names = [stop["name"].strip() for stop in stops]
    order = ["Acknowledge", "Resolved now", "What happened?", "Write", "Add"]
    assert sorted(order, key=names.index) == order
    assert [stop["name"] for stop in stops if not stop["isSeen"]] == []


def test_what_was_just_opened_is_ready_for_typing(open_window, lead, severity):
    page = open_window(lead)

    page.goto(reverse("admin:incidents_incident_add"))
    page.keyboard.type("Checkout fails")

    assert page.get_by_label("What is happening?").input_value() == "Checkout fails"


def focused(page) -> dict[str, object]:
    page.keyboard.press("Tab")
    return page.evaluate(FOCUSED)


def test_what_is_done_often_is_one_key(open_window, incident, lead):
    page = open_window(lead)
    page.goto(incident.get_absolute_url())

    page.keyboard.press("e")
    page.keyboard.type("a key is no key in a field")
    assert page.locator("#entry [name=text]").input_value().startswith("a key")
    assert incident.timeline.count() == 1
    page.locator("#entry [name=text]").blur()
    page.keyboard.press("u")
    assert page.locator("#update textarea").evaluate("box => box.matches(':focus')")
    page.locator("#update textarea").blur()
    for key, verb in (("a", "acknowledge"), ("r", "assign_role"), ("m", "mitigate")):
        with page.expect_navigation():
            page.keyboard.press(key)
        assert incident.timeline.filter(verb=verb).count() == 1


def test_an_item_is_raised_from_the_entry_in_focus(open_window, incident, lead, noon):
    incident.note("The queue was full.", by=lead, at=noon)
    entry = incident.timeline.get(text="The queue was full.")
    page = open_window(lead)
    page.goto(incident.get_absolute_url())

    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("i")

    assert page.url.endswith(f"raised_from={entry.pk}")


def test_the_list_of_keys_tells_what_this_page_answers_to(open_window, incident, lead):
    page = open_window(lead, bypass_csp=True)
    page.goto(incident.get_absolute_url())
    answering = "all => all.flatMap(each => each.dataset.key.split(' '))"

    page.keyboard.press("?")

    listed = set(page.locator("#keys kbd").all_inner_texts())
    shown = page.locator("[data-key]:visible")
    assert listed == {"/", *shown.evaluate_all(answering)}
    assert "" not in page.locator("#keys dd").all_inner_texts()
    assert grave(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_on_a_telephone_the_work_is_folded_behind_the_time(
    open_window, incident, lead, has_scripts
):
    page = open_window(lead, width=390, java_script_enabled=has_scripts)
    page.goto(incident.get_absolute_url())
    parts = ["#region-clocks", "#entry", "#region-axis", "#unfold + label"]

    heights = [page.locator(part).bounding_box()["y"] for part in parts]
    folded = page.locator("#region-work").is_visible()
    page.locator("#unfold").press("Space")

    assert heights == sorted(heights)
    assert not folded
    assert page.locator("#region-work").is_visible()


def test_at_a_desk_the_work_stands_beside_the_time(open_window, incident, lead):
    page = open_window(lead, java_script_enabled=False)

    page.goto(incident.get_absolute_url())

    entry = page.locator("#entry").bounding_box()
    assert page.locator("#region-work").is_visible()
    assert not page.locator("#unfold").is_visible()
    assert entry["y"] + entry["height"] < 900
