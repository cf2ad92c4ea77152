"""A playbook changed by hand: a file chosen, its preview read, a version published."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from incidents.models import Playbook
from incidents.playbooks.load import dump_playbook
from tests.browser.hand import Hand
from tests.browser.judging import findings
from tests.whole import by_hand, one_in

pytestmark = pytest.mark.browser


@pytest.fixture
def playbook(severity) -> Playbook:
    return severity.playbook


@pytest.fixture
def text(playbook) -> str:
    return dump_playbook(playbook.current.content)


def choose(page, text: str) -> None:
    chosen = {"name": "playbook.yaml", "mimeType": "text/yaml", "buffer": text.encode()}
    page.get_by_label("File").set_input_files(chosen)


@pytest.mark.parametrize(
    "options", one_in(3, [{}, {"width": 390}, {"java_script_enabled": False}])
)
def test_a_changed_playbook_is_uploaded_read_and_published(
    open_window, manager, playbook, text, options
):
    page = open_window(manager, **options)
    hand = Hand(page)
    page.goto(reverse("admin:incidents_playbook_change", args=[playbook.pk]))

    page.get_by_role("link", name="Write the next version").click()
    choose(page, text.replace("respond: 15 min", "respond: 10 min"))
    hand.press("See what it changes")
    line = page.get_by_role("row", name="severities › P1 › respond")
    expect(line).to_contain_text("10 min")
    page.get_by_label("What changed").fill("Ten minutes are enough")
    hand.press("Publish")

    expect(page.get_by_role("heading", level=1)).to_contain_text("version 2")
    expect(page.locator("#levels")).to_contain_text("10 min")
    version = playbook.current
    assert (version.number, version.note) == (2, "Ten minutes are enough")


def test_a_damaged_one_names_the_line_and_keeps_the_text(
    open_window, manager, playbook, text
):
    page = open_window(manager)
    damaged = text.replace("badge: red", "badge: pink")
    line = damaged[: damaged.index("badge: pink")].count("\n") + 1
    page.goto(reverse("admin:incidents_playbook_publish", args=[playbook.pk]))

    choose(page, damaged)
    Hand(page).press("See what it changes")

    problems = page.get_by_role("alert")
    expect(problems).to_contain_text(f"Line {line}, severities › P1 › badge")
    expect(problems.locator(".is-wrong")).to_contain_text("badge: pink")
    expect(page.get_by_label("Document (YAML)")).to_have_value(damaged)
    assert playbook.current.number == 1


@by_hand
def test_nothing_serious_stands_in_a_readers_way(open_window, manager, playbook):
    names = ("change", "versions", "publish", "explain", "retire")
    paths = {
        name: reverse(f"admin:incidents_playbook_{name}", args=[playbook.pk])
        for name in names
    }
    page = open_window(manager, bypass_csp=True)

    assert findings(page, paths) == []


def test_a_link_opens_what_is_folded(open_window, manager, playbook):
    page = open_window(manager)
    code = playbook.current.content.checklists[0].code
    path = reverse("admin:incidents_playbook_change", args=[playbook.pk])

    page.goto(f"{path}#checklist-{code}")

    expect(page.locator(f"#checklist-{code}")).to_be_visible()
