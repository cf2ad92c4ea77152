"""A file of action items brought by hand: chosen, its preview read, imported."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from incidents.item_import.jobs import upload, work_waiting
from incidents.models import ActionItem, ItemImport
from tests.browser.hand import Hand
from tests.browser.judging import TOO_WIDE, findings
from tests.whole import by_hand, one_in

pytestmark = pytest.mark.browser
ADD = "admin:incidents_itemimport_add"


@pytest.fixture
def rows(incident, responder) -> str:
    return (
        "Summary;Assignee;Deadline;Priority;Incident;State;Votes\n"
        f"Test the restore;{responder.email};31.12.2026;high;{incident.reference};;3\n"
        "Write down who may restart the queue of payments;;;;;;\n"
        "Buy a bigger disk;;;;;done;\n"
    )


def choose(page, text: str) -> None:
    chosen = {"name": "items.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("File", exact=True).set_input_files(chosen)
    Hand(page).press("Check the file")
    expect(page.get_by_role("status")).to_contain_text("waits for a worker")


def shown(page, *, by_itself: bool) -> None:
    """Let a worker come by, and see what it made of the file."""
    work_waiting()
    if not by_itself:
        page.get_by_role("link", name="Look again").click()


PLAIN = {"width": 390, "java_script_enabled": False}


@pytest.mark.parametrize("options", one_in(2, [{}, PLAIN]))
def test_a_file_is_chosen_its_rows_read_and_imported(open_window, lead, rows, options):
    page = open_window(lead, **options)
    has_scripts = not options
    page.goto(reverse("admin:incidents_actionitem_changelist"))

    page.get_by_role("link", name="Import CSV").click()
    choose(page, rows)
    shown(page, by_itself=has_scripts)
    expect(page.get_by_role("heading", name="2 action items will")).to_be_visible()
    line = page.get_by_role("row").filter(has_text="Test the restore")
    expect(line).to_contain_text("31 Dec 2026")
    expect(line).to_contain_text("Responder")
    expect(page.get_by_text("Votes")).to_be_visible()
    Hand(page).press("Import them")
    shown(page, by_itself=has_scripts)

    expect(page.get_by_role("heading", name="2 action items were")).to_be_visible()
    page.get_by_role("link", name="Test the restore").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Test the restore")
    assert ActionItem.objects.count() == 2


@by_hand
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_serious_stands_in_the_way_of_an_import(
    open_window, lead, team, rows, at_noon, width
):
    page = open_window(lead, width=width, bypass_csp=True)
    files = [rows, rows.replace("31.12.2026", "x" * 90), rows]
    for number, text in enumerate(files):
        upload(text.encode(), name=f"{number}.csv", team=team, by=lead, at=at_noon)
        if number < len(files) - 1:
            work_waiting()
    paths = {each.state: each.get_absolute_url() for each in ItemImport.objects.all()}
    assert paths.keys() == {"checked", "refused", "checking"}

    found = findings(page, {**paths, "upload": reverse(ADD)})

    assert found == []
    for path in [*paths.values(), reverse(ADD)]:
        page.goto(path)
        assert page.evaluate(TOO_WIDE) <= 0


@by_hand
def test_the_preview_shows_each_column_on_a_small_screen(
    open_window, lead, team, incident, at_noon
):
    endless = "supercalifragilisticexpialidociously_" * 4
    type(incident).objects.update(title=endless)
    of = f"{lead.email},{incident.reference},in progress"
    row = f"{endless},{of},https://acme.atlassian.net/browse/OPERATIONS-1204"
    left_out = row.replace("in progress", "done")
    text = f"title,owner,incident,status,link\n{row}\n{left_out}\n"
    file = upload(text.encode(), name="wide.csv", team=team, by=lead, at=at_noon)
    work_waiting()
    page = open_window(lead, width=1280)
    page.goto(file.get_absolute_url())

    over = page.locator(".results").evaluate("box => box.scrollWidth - box.clientWidth")

    assert over <= 0
    expect(page.get_by_role("cell", name="OPERATIONS-1204")).to_have_count(2)
