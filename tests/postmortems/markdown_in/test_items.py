from __future__ import annotations

from datetime import date

import pytest

from postmortems.markdown_in import recognise

DAY = date(2026, 12, 3)


def items(lines, heading="Action items"):
    return recognise(f"# T\n\nDate: 2026-11-21\n\n## {heading}\n\n{lines}\n").items


@pytest.mark.parametrize(
    "written",
    [
        "- [ ] Add an alert (Leo Lead, 2026-12-03, OPS-12, P1)",
        "- [ ] Add an alert (P1, OPS-12, due 3 Dec, @leo)",
        "- [ ] [P1] Add an alert - Owner: Leo Lead - Due: 2026-12-03 - Ticket: OPS-12",
        "1. P1: Add an alert — Leo Lead — 3 Dec 2026 — OPS-12",
        "* OPS-12: Add an alert | Leo Lead | 2026-12-03 | P1",
        "- Add an alert [OPS-12](https://x.example/browse/OPS-12) @leo "
        "due 2026-12-03 (P1)",
        "- **Owner:** Leo **Due:** 2026-12-03 **Priority:** P1 **Ticket:** OPS-12 "
        "Add an alert",
        "- Add an alert\n  - Owner: Leo\n  - Due: Dec 3\n  - Priority: high\n"
        "  - Ticket: OPS-12",
        "- @leo: Add an alert, due 12/03/2026, P1, OPS-12\n- Other, due 12/24/2026",
        "| Action | Owner | Due | Prio | Jira |\n|--|--|--|--|--|\n"
        "| Add an alert | Leo | 2026-12-03 | P1 | OPS-12 |",
        "| # | Type | Task | DRI | ETA | Priority | Bug |\n|--|--|--|--|--|--|--|\n"
        "| 1 | detect | Add an alert | @leo | 3 Dec | High | OPS-12 |",
    ],
)
def test_who_by_when_how_urgent_and_which_ticket(written):
    item = items(written)[0]

    assert item.owner.lower().lstrip("@").startswith("leo")
    assert (item.due, item.priority, item.ticket) == (DAY, 1, "OPS-12")
    assert item.title == "Add an alert"
    assert item.raw


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("- [x] Roll back", "done"),
        ("- [ ] Roll back", "open"),
        ("- Roll back (done)", "done"),
        ("- Roll back - in progress", "in_progress"),
        ("- ~~Roll back~~", "dropped"),
        ("| Action | Status |\n|--|--|\n| Roll back | ✅ |", "done"),
        ("- Roll back", ""),
    ],
)
def test_how_far_it_is(written, state):
    (item,) = items(written)

    assert (item.title, item.state) == ("Roll back", state)


def test_what_only_looks_like_an_owner_stays_in_the_title():
    assert [each.title for each in items("- Call (Stripe)\n- Fix DNS - Part Two")] == [
        "Call (Stripe)",
        "Fix DNS - Part Two",
    ]


@pytest.mark.parametrize("due", ["03/04/2026", "next sprint", "ASAP", "soon"])
def test_a_day_that_is_not_certain_is_no_due_date(due):
    (item,) = items(f"| Action | Due |\n|--|--|\n| Roll back | {due} |")

    assert (item.due, item.due_words) == (None, due)


def test_the_order_of_day_and_month_is_learnt_from_the_others():
    found = items("- A (03/12/2026, P1)\n- B (24/12/2026, P1)")

    assert [each.due for each in found] == [DAY, date(2026, 12, 24)]


def test_groups_say_what_kind_of_items_they_hold():
    found = items("### Prevent\n- A\n\n### Short term\n- B\n\n**Detection:**\n\n- C")

    assert [(each.group, each.kind, each.horizon) for each in found] == [
        ("Prevent", "prevent", ""),
        ("Short term", "", "short"),
        ("Detection", "detect", ""),
    ]


def test_other_columns_become_details():
    (item,) = items("| Action | Notes | Team size |\n|--|--|--|\n| A \\| B | ask | 3 |")

    assert (item.title, item.details) == ("A | B", "Notes: ask\nTeam size: 3")


def test_that_there_are_none_is_no_item():
    text = "# T\n\n## Action items\n\n- None\n"

    assert recognise(text).items == ()
    assert recognise(text).sections[-1].body == "- None"


def test_boxes_under_prevention_are_items_and_plain_points_are_not():
    text = (
        "# T\n\n## Prevention\n\n### Short-term\n\n- [ ] A (Leo, 2026-12-03)\n\n"
        "### Long-term\n\n- B\n"
    )

    writeup = recognise(text)

    assert [(i.title, i.owner, i.horizon) for i in writeup.items] == [
        ("A", "Leo", "short")
    ]
    assert writeup.sections[-1].entries == ("B",)
