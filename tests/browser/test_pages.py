"""Every page as the browser judges it: policy, width, contrast, names, keyboard."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.browser.judging import TOO_WIDE, findings
from tests.browser.places import Places

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

    assert len(visited) > 50
    assert too_wide == {}


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
