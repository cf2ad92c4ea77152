"""What the document says of a snapshot, read from its HTML before it is set."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest

from postmortems.drafting import snapshot_of
from postmortems.editions import reduced
from postmortems.figures import facts
from postmortems.rendering.document import build
from postmortems.snapshot import (
    Approval,
    Badge,
    Entry,
    Fact,
    Gathering,
    Item,
    Line,
    Part,
    Past,
    Promise,
    Role,
    Sent,
    Snapshot,
    StillOpen,
)

TAG = re.compile(r"<[^>]+>")


def said(snapshot, **more):
    """Give the words of the document's body, each cell and line set apart."""
    html = build(snapshot.model_copy(update=more))
    body = html[html.index("<body>") :]
    return " ".join(unescape(TAG.sub(" ", body)).split())


@pytest.fixture
def snapshot(noon) -> Snapshot:
    return Snapshot(
        reference="INC-7",
        title="Checkout fails",
        is_draft=False,
        number=2,
        taken_at=noon,
        published_at=noon,
        published_by="Mona Manager",
        team="Platform",
        zone="Europe/Berlin",
    )


def block(name, **more):
    return Part(key=name, title=name.title(), kind="block", block=name, **more)


def test_the_cover_tells_the_first_paragraph_and_which_version_this_is(snapshot):
    body = "# What happened\n\nIt *failed*[^1].\n\nMore of it.\n\n[^1]: A note."
    summary = Part(key="summary", title="Summary", meaning="summary", body=body)

    text = said(snapshot, parts=(summary,), reason="A wrong figure")

    cover = text[: text.index(" Summary ")]
    assert "It failed ." in cover
    assert "More of it" not in cover
    assert "Version 2 · published 21 Nov 2026, 13:00 CET by Mona Manager" in cover
    assert "Changed because A wrong figure" in cover


def test_without_a_summary_the_record_says_what_happened(snapshot):
    assert "The disk was full." in said(snapshot, summary="The disk was full.")


def test_a_note_under_a_block_is_printed_and_prompts_never_are(postmortem, lead):
    part = next(p for p in snapshot_of(postmortem).parts if p.block == "timeline")
    noted = part.model_copy(update={"body": "Clocks differed by 2 s."})
    section = postmortem.sections.exclude(prompts=[]).first()

    text = said(snapshot_of(postmortem), parts=(noted,))

    assert text.index("Timeline") < text.index("Clocks differed by 2 s.")
    assert section.prompts[0] not in said(snapshot_of(postmortem))


def test_empty_parts_are_left_out_but_not_what_is_above_others(snapshot):
    parts = (
        Part(key="trigger", title="Trigger", origin="added"),
        Part(key="lessons", title="Lessons", origin="added"),
        Part(key="well", title="Went well", depth=1, lines=(Line(id=1, text="Calm"),)),
        block("meeting", origin="ours"),
        block("messages", origin="ours"),
    )

    text = said(snapshot, parts=parts)

    assert "Lessons Went well Calm" in text
    assert "Trigger" not in text
    assert "Meeting" not in text
    assert "Messages" not in text


def test_a_draft_says_what_is_not_written_yet(snapshot):
    part = Part(key="root_cause", title="Root cause")

    assert "Root cause Not written yet." in said(snapshot, parts=(part,), is_draft=True)
    assert "Root cause" not in said(snapshot, parts=(part,))


def test_of_a_mere_heading_nothing_is_missing(snapshot):
    parts = (
        Part(key="prevention", title="Prevention"),
        Part(key="short_term", title="Short term", depth=1),
    )

    text = said(snapshot, parts=parts, is_draft=True)

    assert "Prevention Short term Not written yet." in text


def test_a_meeting_tells_when_who_and_what_was_decided(snapshot, noon):
    fields = ("Date and time", "Attendees", "Follow-up, as a link to the tickets")
    meeting = Gathering(starts_at=noon, minutes=45, place="Room 4", attendees=("Ann",))
    part = block("meeting", fields=fields, lines=(Line(id=1, text="We move."),))

    text = said(snapshot, parts=(part,), meeting=meeting)

    assert "Date and time 21 Nov 2026, 13:00 CET, 45 min Attendees Ann" in text
    assert "Follow-up not recorded Place: Room 4 Decisions We move." in text


def test_of_a_meeting_that_was_called_off_only_its_decisions_are_told(snapshot, noon):
    met = Gathering(starts_at=noon, place="Room 4", attendees=("Ann",))
    meeting = met.model_copy(update={"is_cancelled": True})
    part = block("meeting", lines=(Line(id=1, text="We move."),))

    text = said(snapshot, parts=(part,), meeting=meeting)
    bare = said(snapshot, parts=(block("meeting"),), meeting=meeting)

    assert "The meeting was called off. Place: Room 4 Decisions We move." in text
    assert "Ann" not in text
    assert "Meeting" not in bare
    assert "Room 4" not in bare


def test_factors_are_rows_with_what_they_rest_on(snapshot, noon):
    lines = (
        Line(id=5, text="A full disk", category="capacity", category_label="Capacity"),
        Line(id=6, text="No alert", evidence_at=noon, earlier=5, item=9, priority=1),
    )
    part = Part(key="factors", title="Factors", meaning="factors", lines=lines)
    items = (Item(id=9, title="Add an alert"),)

    text = said(snapshot, parts=(part,), items=items)

    assert "No. Factor Kind Evidence (CET) 1 A full disk Capacity 2 No alert" in text
    assert "came of factor 1 Action item: Add an alert 21 Nov 2026, 13:00" in text


def test_items_stand_by_horizon_as_they_were(snapshot):
    items = tuple(
        Item(
            id=n,
            title=f"Item {n}",
            horizon=name,
            horizon_label=label,
            owner="Leo",
            due_on=date(2026, 12, n),
            status=Badge(text="Open"),
        )
        for n, (name, label) in enumerate(
            [("long", "Long term"), ("short", "Short term"), ("long", "Long term")], 1
        )
    )

    text = said(snapshot, parts=(block("items"),), items=items)

    assert "As they stood on 21 Nov 2026, 13:00 CET." in text
    short, long = text.index("Short term"), text.index("Long term")
    assert short < text.index("Item 2 Leo 2 Dec 2026 P2 Open") < long
    assert long < text.index("Item 1") < text.index("Item 3")


def test_a_section_on_prevention_lists_its_items_after_its_text(snapshot):
    parts = (
        block("items", columns=("Action item", "Owner", "Due")),
        Part(key="short", title="Soon", meaning="short_term", body="At once."),
    )
    item = Item(id=1, title="Mend it", horizon="short", status=Badge(text="Done"))

    text = said(snapshot, parts=parts, items=(item,))

    assert "Action item Owner Due State Mend it nobody no date Done" in text
    assert "Soon At once. Mend it P2 · nobody · no date · Done" in text


def on_prevention(*texts):
    """Give a section on prevention; the action item 1 was made of its first line."""
    lines = tuple(
        Line(id=n, text=text, item=n if n == 1 else None, priority=2)
        for n, text in enumerate(texts, start=1)
    )
    return Part(key="short", title="Soon", meaning="short_term", lines=lines)


def test_a_line_that_became_an_action_item_is_printed_once(snapshot):
    parts = (on_prevention("Test  vouchers", "Write it down"),)
    item = Item(id=1, title="Test vouchers", owner="Rosa", horizon="short")
    other = Item(id=2, title="Mend it", horizon="short")

    text = said(snapshot, parts=parts, items=(item, other))
    renamed = item.model_copy(update={"title": "Try vouchers", "horizon": "long"})
    again = said(snapshot, parts=parts, items=(renamed,))

    assert "vouchers Action item · P2 · Rosa · no date" in " ".join(text.split())
    assert text.count("vouchers") == 1
    assert "Mend it P2 · nobody" in text
    assert "Action item: Try vouchers · P2 · Rosa" in again


def test_customers_read_such_a_line_once_as_well(snapshot):
    line = Line(id=1, text="Test vouchers")
    part = on_prevention().model_copy(update={"lines": (line,)})
    item = Item(id=1, title="Test vouchers", horizon="short", status=Badge(text="Done"))
    public = snapshot.model_copy(update={"edition": "customer"})

    text = said(public, parts=(part, block("items")), items=(item,))

    assert "Test vouchers Action item · no date · Done" in text
    assert text.count("vouchers") == 2  # the other is in the table of all items


def test_the_playbooks_fields_and_zone_are_kept(snapshot, noon):
    entry = Entry(id=1, at=noon, kind="note", label="Note", text="It fails.")
    parts = (
        block("identity", fields=("Incident ID", "Severity", "Weather")),
        block("timeline", zone="UTC", fields=("Resolved",), columns=("Time", "Event")),
    )

    text = said(snapshot, parts=parts, timeline=(entry,), left_out=3)

    assert "Incident ID INC-7 Severity not recorded Weather not recorded" in text
    assert "Times are in UTC. These are the first 1 entries; 3 later ones" in text
    assert "gives the whole log as CSV" in text
    assert "UTC Saturday, 21 November 2026 Time Event 12:00 It fails." in text


def test_durations_stand_against_their_targets(snapshot):
    promise = Promise(
        key="acknowledge", label="Acknowledge", target=900, took=1080, state="missed"
    )

    text = said(snapshot, parts=(block("durations"),), promises=(promise,))

    assert "Acknowledge 18 min" in text
    assert "missed by 3 min" in text


def test_roles_messages_and_what_was_still_open_are_told(snapshot, noon):
    parts = (block("roles"), block("messages"))
    people = (Role(role="Lead", person="Leo", since=noon),)
    sent = (Sent(at=noon, audience="customers", subject="Sorry", body="We are on it."),)
    was_open = (StillOpen(item="Test it", reference="INC-3", title="Disk full"),)

    text = said(
        snapshot, parts=parts, people=people, messages=sent, still_open=was_open
    )

    assert "Lead Leo 21 Nov 2026, 13:00 the end" in text
    assert "21 Nov 2026, 13:00 customers Sorry We are on it." in text
    assert "Action item “Test it” of INC-3 was still open when this happened." in text


def test_the_summary_tells_what_was_still_open(snapshot):
    was_open = tuple(
        StillOpen(item=f"Test {n}", reference=f"INC-{n}") for n in range(7)
    )
    short = reduced(snapshot.model_copy(update={"still_open": was_open}), "summary")

    text = said(short)

    assert "Still open when this happened INC-0: Test 0 INC-1: Test 1" in text
    assert "and 2 more in the whole post-mortem" in text


def test_approvals_and_versions_stand_at_the_end(snapshot, noon):
    later = noon + timedelta(days=1)
    text = said(
        snapshot,
        approvals=(Approval(person="Ann", at=noon, is_stale=True),),
        versions=(
            Past(number=1, at=noon, by="Mona"),
            Past(number=2, at=later, by="Mona", reason="A wrong figure"),
        ),
    )

    assert "Ann 21 Nov 2026, 13:00 An earlier text: it was changed afterwards" in text
    assert "1 21 Nov 2026, 13:00 Mona First version" in text
    assert "2 22 Nov 2026, 13:00 Mona A wrong figure" in text


def test_customers_read_no_fact_that_nobody_recorded(snapshot):
    facts = (
        Fact(key="users", label="Users affected", value="not recorded"),
        Fact(key="services", label="Services", value="Checkout"),
    )
    full = snapshot.model_copy(
        update={"facts": facts, "parts": (block("impact", is_public=True),)}
    )
    old = full.model_copy(update={"edition": "customer"})

    for edition in (reduced(full, "customer"), old):
        text = said(edition)
        assert "Services Checkout" in text
        assert "not recorded" not in text
    assert [each.key for each in reduced(full, "customer").facts] == ["services"]
    assert "Users affected not recorded" in said(full)


def test_customers_read_that_nobody_knows_and_not_why(snapshot, incident):
    incident.unknown = {"impact": "the proxy of Team X kept no log"}
    told = facts(incident, [])
    full = snapshot.model_copy(
        update={"facts": told, "parts": (block("impact", is_public=True),)}
    )

    assert "Users affected not known: the proxy of Team X kept no log" in said(full)
    made = reduced(full, "customer")
    assert "Users affected not known" in said(made)
    assert "proxy" not in made.model_dump_json()


def test_customers_read_no_names_and_no_columns_of_the_inside(snapshot, noon):
    entry = Entry(id=1, at=noon, kind="note", label="Note", text="It fails.")
    item = Item(id=1, title="Mend", kind="Prevent", horizon="short")
    public = snapshot.model_copy(update={"edition": "customer", "published_by": ""})

    text = said(public, timeline=(entry,), items=(item,), parts=(block("items"),))

    assert "Incident report" in text
    assert "Version 2 · published 21 Nov 2026" in text
    assert "Action Due State Mend no date" in text
    # Marked, though the section is not.
    assert "13:00 It fails." in text
    for word in ("Owner", "nobody", "Prevent", "Priority", "Who", "Note", "Draft"):
        assert word not in text
