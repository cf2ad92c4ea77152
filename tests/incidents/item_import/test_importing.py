"""From a file to action items: what is stored, and that it is all or nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.changes import Refused
from incidents.item_import import jobs
from incidents.models import ActionItem, ItemImport, TimelineEvent
from incidents.models.item_import import LEASE, MOST_ATTEMPTS


@pytest.fixture
def full(incident, responder):
    """A file with every column, and a row for an incident and for the team."""
    return (
        "Summary;Assignee;Deadline;Priority;Incident;URL;Type;Term;Notes;State\n"
        f"Test the restore;{responder.email};2026-12-31;high;{incident.reference};"
        "https://tracker.example/OPS-1;detect;long;Each quarter;In progress\n"
        "Write the runbook;;;;;;;;;\n"
    )


def test_each_row_becomes_an_item_with_its_event_and_history(
    imported, full, incident, lead, responder, at_noon
):
    file = imported(full)

    item = ActionItem.objects.get(title="Test the restore")
    assert (item.incident, item.team, item.owner) == (incident, None, responder)
    assert (item.due_on, item.due_source) == (date(2026, 12, 31), "hand")
    assert (item.priority, item.kind, item.horizon) == (1, "detect", "long")
    assert (item.status, item.details) == ("in_progress", "Each quarter")
    assert item.ticket == "https://tracker.example/OPS-1"
    assert (item.created_by, item.created_at) == (lead, at_noon)
    [event] = item.events.all()
    assert (event.incident, event.author, event.at) == (incident, lead, at_noon)
    assert (event.verb, event.text) == ("add_item", "Action item: Test the restore")
    assert [h.history_user for h in item.history.all()] == [lead]
    assert [h.history_user for h in event.history.all()] == [lead]
    assert file.rows[0]["item"] == item.pk


def test_what_a_row_leaves_open_is_as_if_it_was_raised_by_hand(
    imported, full, team, lead, at_noon
):
    by_hand = ActionItem.raise_for(team, title="By hand", by=lead, at=at_noon)

    imported(full)

    item = ActionItem.objects.get(title="Write the runbook")
    for name in ("incident", "team", "owner", "priority", "kind", "horizon", "status"):
        assert getattr(item, name) == getattr(by_hand, name), name
    for name in ("due_on", "due_source", "due_priority", "moves", "ticket"):
        assert getattr(item, name) == getattr(by_hand, name), name
    written, like = item.events.get(), by_hand.events.get()
    for name in ("kind", "verb", "in_postmortem", "facts", "at"):
        assert getattr(written, name) == getattr(like, name), name


def test_nothing_is_stored_before_somebody_confirms(checked, full):
    file = checked(full)

    assert (file.state, file.kept, file.total, file.done) == ("checked", 2, 2, 2)
    assert (ActionItem.objects.count(), len(file.rows)) == (0, 2)


def test_one_confirmation_has_an_effect(checked, full):
    file = checked(full)
    jobs.confirm(ItemImport.objects.get(pk=file.pk), leave_twins=True)

    with pytest.raises(Refused, match="not imported yet"):
        jobs.confirm(file, leave_twins=True)

    assert jobs.work_waiting() == 1
    assert ActionItem.objects.count() == 2
    with pytest.raises(Refused):
        jobs.confirm(file, leave_twins=True)
    assert jobs.work_waiting() == 0


def test_a_file_with_one_wrong_row_is_refused_whole(checked):
    file = checked("title,priority\nFine,P1\nBad,P9\n")

    assert file.state == "refused"
    [problem] = file.problems
    assert (problem["row"], problem["column"]) == (3, "priority")
    with pytest.raises(Refused):
        jobs.confirm(file, leave_twins=True)


def test_every_problem_is_told_at_once_and_beyond_some_hundred_counted(checked):
    rows = "".join(f"Item {n},P9,31.02.2026\n" for n in range(400))

    file = checked(f"title,priority,due\n{rows}")

    assert (file.found, len(file.problems)) == (800, 500)
    assert {each["column"] for each in file.problems[:2]} == {"priority", "due"}


@pytest.mark.parametrize("changed", ["owner", "access", "permission"])
def test_what_changed_since_the_check_stops_all_of_it(
    checked, full, incident, lead, responder, manager, at_noon, changed
):
    file = checked(full, by=responder)
    jobs.confirm(file, leave_twins=True)
    if changed == "owner":
        file.rows[0]["owner"] = lead.pk
        file.save()
        lead.is_active = False
        lead.save()
    elif changed == "access":
        incident.restrict(True, by=manager, at=at_noon, reason="Private")
    else:
        responder.groups.clear()

    jobs.work_waiting()

    file.refresh_from_db()
    assert file.state == "failed"
    assert "Nothing was imported" in file.error
    assert (ActionItem.objects.count(), file.content != b"") == (0, True)


def test_what_stopped_can_be_tried_again(checked, full, responder, upload):
    responder.is_active = False
    responder.save()
    file = checked(full)
    assert (file.state, file.problems[0]["row"]) == ("refused", 2)
    assert "is deactivated" in file.problems[0]["sentence"]
    responder.is_active = True
    responder.save()

    jobs.retry(file)
    jobs.work_waiting()

    file.refresh_from_db()
    assert (file.state, file.problems, file.found) == ("checked", [], 0)


def test_what_a_killed_worker_left_is_taken_over_once(checked, full, at_noon):
    file = checked(full)
    jobs.confirm(file, leave_twins=True)
    file.refresh_from_db()
    assert file.claim("killed", now=at_noon)
    assert jobs.work_waiting() == 0

    later = at_noon + LEASE + timedelta(seconds=1)
    assert jobs.work_waiting(clock=lambda: later) == 1

    assert ActionItem.objects.count() == 2
    assert not file.mark("killed", done=1)


def test_a_file_that_kills_every_worker_ends_in_a_sentence(upload, at_noon):
    file = upload("title\nx\n")
    ItemImport.objects.update(
        attempts=MOST_ATTEMPTS, lease_until=at_noon, claimed_by="killed"
    )

    assert jobs.work_waiting(clock=lambda: at_noon + LEASE) == 0

    file.refresh_from_db()
    assert file.state == "failed"
    assert "Nothing was imported" in file.error


def test_a_worker_that_lost_its_lease_stores_nothing(checked, full, at_noon):
    file = checked(full)
    jobs.confirm(file, leave_twins=True)
    seen = []

    def clock():
        """Let another take the file over once its items are stored."""
        if ActionItem.objects.exists():
            seen.append(ItemImport.objects.update(claimed_by="another"))
        return at_noon

    jobs.work_waiting(clock=clock)

    assert seen
    assert not ActionItem.objects.exists()
    assert not TimelineEvent.objects.filter(verb="add_item").exists()


def test_what_is_there_already_is_left_out_unless_asked_for(
    checked, imported, full, incident, lead, at_noon
):
    incident.add_item(title="test  the RESTORE", by=lead, at=at_noon)

    file = checked(full)
    assert [row["left"] for row in file.rows] == ["twin", ""]
    assert (file.kept, file.twins) == (1, 1)
    jobs.confirm(file, leave_twins=False)
    jobs.work_waiting()

    assert ActionItem.objects.count() == 3


def test_the_same_file_twice_at_once_adds_its_items_once(checked, full):
    files = [checked(full), checked(full)]
    for file in files:
        jobs.confirm(file, leave_twins=True)

    jobs.work_waiting()

    assert ActionItem.objects.count() == 2
    assert sorted(ItemImport.objects.values_list("kept", flat=True)) == [0, 2]


def test_finished_rows_and_repeated_ones_are_left_out(imported):
    file = imported("title,status\nA,open\nB,Done\nC,won't do\na ,to do\n")

    assert [row["left"] for row in file.rows] == ["", "finished", "finished", "twin"]
    assert [row["twin"] for row in file.rows] == [0, 0, 0, 2]
    assert [item.title for item in ActionItem.objects.all()] == ["A"]


def test_the_worker_asks_the_database_no_more_for_more_rows(
    checked, imported, incident, django_assert_max_num_queries
):
    def file(number):
        rows = "".join(
            f"{number} item {n},{incident.reference},P{n % 4}\n" for n in range(number)
        )
        return f"title,incident,priority\n{rows}"

    with django_assert_max_num_queries(75):
        imported(file(5))
    with django_assert_max_num_queries(75):
        imported(file(150))
