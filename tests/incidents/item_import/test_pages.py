"""The pages of an import: what each shows, takes and refuses."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from incidents.item_import import jobs
from incidents.models import ActionItem, ItemImport

ADD = "admin:incidents_itemimport_add"
ROWS = "title,priority\nTest the restore,P1\nWrite the runbook,P2\n"


@pytest.fixture
def browser(client_of, lead):
    return client_of(lead)


def posted(browser, content: bytes, team, name="items.csv"):
    file = SimpleUploadedFile(name, content)
    return browser.post(reverse(ADD), {"file": file, "team": team.pk})


def step(file: ItemImport, name: str) -> str:
    return reverse(f"admin:incidents_itemimport_{name}", args=[file.pk])


def test_a_file_is_uploaded_checked_confirmed_and_imported(browser, team, lead):
    answer = posted(browser, ROWS.encode(), team)
    file = ItemImport.objects.get()
    assert answer.url == file.get_absolute_url()
    assert (file.created_by, file.team, file.name) == (lead, team, "items.csv")
    assert "waits for a worker" in browser.get(answer.url).content.decode()

    call_command("import_items", verbosity=0)
    assert "2 action items will be imported" in browser.get(answer.url).content.decode()
    browser.post(step(file, "confirm"))
    call_command("import_items", verbosity=0)
    page = browser.get(answer.url).content.decode()

    assert "2 action items were imported" in page
    assert "To be imported" not in page
    for item in ActionItem.objects.all():
        assert f'<a href="{item.get_absolute_url()}">{item.title}</a>' in page


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "is empty"), (b"x" * (5 * 1024 * 1024 + 1), "split it")],
)
def test_what_is_no_file_to_check_is_refused_at_once(browser, team, content, told):
    answer = posted(browser, content, team)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not ItemImport.objects.exists()


def test_a_forged_upload_is_refused_beside_its_fields(browser, db):
    answer = browser.post(reverse(ADD), {"file": "text", "team": "9" * 30})

    assert answer.status_code == 422


def test_problems_name_row_and_column(browser, checked):
    file = checked("title,Deadline\nFine,\nBad,soon\n")

    page = browser.get(file.get_absolute_url()).content.decode()

    assert "1 problem; nothing was imported" in page
    assert "Row 3" in page
    assert "Deadline" in page
    assert "“soon” is no day that can be read" in page


def test_the_second_click_is_told_how_it_is(browser, checked):
    file = checked(ROWS)

    first = browser.post(step(file, "confirm"))
    second = browser.post(step(file, "confirm"), follow=True)

    assert first.url == file.get_absolute_url()
    assert "not imported yet" in second.content.decode()
    assert jobs.work_waiting() == 1


def test_what_is_there_comes_in_only_where_somebody_ticks_it(
    browser, checked, team, lead, at_noon
):
    ActionItem.raise_for(team, title="Test the restore", by=lead, at=at_noon)
    file = checked(ROWS)
    page = browser.get(file.get_absolute_url()).content.decode()
    assert "It is to be done already." in page

    browser.post(step(file, "confirm"), {"take_twins": "1"})
    jobs.work_waiting()

    assert ActionItem.objects.filter(title="Test the restore").count() == 2


def test_progress_is_given_anew_only_where_it_moved(browser, upload):
    file = upload(ROWS)
    polled = {"HTTP_HX_REQUEST": "true"}

    first = browser.get(step(file, "state"), **polled)
    same = browser.get(step(file, "state"), {"seen": "checking-0-0"}, **polled)
    ItemImport.objects.update(total=2, done=1, attempts=1)
    moved = browser.get(step(file, "state"), {"seen": "checking-0-0"}, **polled)
    jobs.work_waiting()
    ItemImport.objects.update(attempts=0)
    jobs.work_waiting()
    ended = browser.get(step(file, "state"), {"seen": "checking-1-1"}, **polled)

    assert (first.status_code, same.status_code) == (200, 204)
    assert "1 of 2 rows" in moved.content.decode()
    assert ended.headers["HX-Refresh"] == "true"
    assert browser.get(step(file, "state")).url == file.get_absolute_url()


def test_a_long_preview_is_paged_and_narrowed(browser, checked):
    rows = "".join(f"Item {n},{'done' if n % 2 else 'open'}\n" for n in range(130))
    file = checked(f"title,status\n{rows}")
    page = file.get_absolute_url()

    last = browser.get(page, {"p": "3"}).content.decode()
    out = browser.get(page, {"show": "out", "p": "2"}).content.decode()
    odd = browser.get(page, {"show": "x", "p": "y"}).content.decode()

    assert "101 to 130 of 130" in last
    assert "51 to 65 of 65" in out
    assert "Item 0<" not in out
    assert "1 to 50 of 130" in odd


def test_text_of_a_file_stays_text(browser, checked):
    file = checked("title,details\n<b>x</b>,<script>y</script>\n")

    page = browser.get(file.get_absolute_url()).content.decode()

    assert "&lt;b&gt;x" in page
    assert "<script>y" not in page


@pytest.mark.parametrize("name", ["change", "state", "confirm", "retry"])
def test_nobody_but_administrators_meets_a_file_of_others(
    client_of, checked, responder, administrator, name
):
    file = checked(ROWS)
    path, method = step(file, name), "post" if name in ("confirm", "retry") else "get"

    theirs = getattr(client_of(responder), method)(path)
    ours = getattr(client_of(administrator), method)(path)

    assert theirs.status_code == 404
    assert ours.status_code in {200, 302}
    assert "items.csv" not in client_of(responder).get(reverse(ADD)).content.decode()


def test_who_may_not_add_items_may_not_bring_them(client_of, viewer, team):
    browser = client_of(viewer)

    assert browser.get(reverse(ADD)).status_code == 403
    assert posted(browser, ROWS.encode(), team).status_code == 403
    assert not ItemImport.objects.exists()


def test_the_example_is_a_file_that_can_be_imported(browser, checked):
    example = browser.get(reverse("admin:incidents_itemimport_example"))

    file = checked(example.content)

    assert (file.state, file.kept, file.notes) == ("checked", 2, [])


def test_the_list_of_files_costs_the_same_for_many(
    browser, upload, django_assert_max_num_queries
):
    upload(ROWS)
    browser.get(reverse(ADD))
    for _number in range(12):
        upload(ROWS)

    with django_assert_max_num_queries(7):
        page = browser.get(reverse(ADD)).content.decode()

    assert page.count("items.csv") == 13


def test_a_page_of_rows_costs_the_same_for_many(
    browser, checked, incident, responder, django_assert_max_num_queries
):
    row = f"{responder.email},{incident.reference}"
    rows = "".join(f"Item {n},{row}\n" for n in range(60))
    file = checked(f"title,owner,incident\n{rows}")
    browser.get(file.get_absolute_url())

    with django_assert_max_num_queries(8):
        page = browser.get(file.get_absolute_url()).content.decode()

    assert page.count(incident.reference) == 50
