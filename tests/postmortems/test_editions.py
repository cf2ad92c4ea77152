from __future__ import annotations

import json

import pytest

from postmortems.called_by import called
from postmortems.discretion import Discretion, Names
from postmortems.drafting import snapshot_of
from postmortems.editions import for_customers, reduced
from postmortems.freezing import edition_of
from postmortems.models import Finding

CANARY = "zebrafinch"


def canaries(value, path="s"):
    """Find where the canary sits in a snapshot's JSON."""
    if isinstance(value, dict):
        return [hit for k, v in value.items() for hit in canaries(v, f"{path}.{k}")]
    if isinstance(value, list):
        return [hit for n, v in enumerate(value) for hit in canaries(v, f"{path}[{n}]")]
    return [path] if isinstance(value, str) and CANARY in value.lower() else []


def poison(value):
    """Put a canary into every text of a snapshot but those that customers read."""
    if isinstance(value, dict):
        return {
            key: each if key in KEPT else poison(each) for key, each in value.items()
        }
    if isinstance(value, list):
        return [poison(each) for each in value]
    return f"{value} {CANARY}" if isinstance(value, str) else value


# What is no text: dates, codes that a page is chosen by, and the zone.
KEPT = frozenset(
    {
        "at", "start", "end", "edition", "language", "taken_at", "published_at",
        "zone", "due_on", "finished_at", "since", "until", "starts_at",
        "follow_up_on", "evidence_at", "kind", "block", "key", "name", "meaning",
        "horizon", "colour", "state",
    }
)  # fmt: skip


@pytest.fixture
def full(written, resolved, lead, responder, at_noon):
    """A draft with something in every place, of which some is marked public."""
    entry = resolved.note("Queues filled up", by=lead, at=at_noon)
    item = resolved.add_item(title="Watch queues", by=lead, at=at_noon, owner=lead)
    resolved.add_link(by=lead, at=at_noon, url="https://wiki.example.com/x", label="W")
    written.approve(by=responder, at=at_noon)
    line = Finding.objects.filter(section__postmortem=written).first()
    line.is_public = entry.is_public = item.is_public = True
    for row in (line, entry, item):
        row.save()
    public = ("summary", "impact", "timeline", "action_items", "roles", "identity")
    written.sections.filter(key__in=[*public, line.section.key]).update(
        is_public=True, is_shown=True
    )
    return written


def test_customers_read_what_is_marked_for_them_and_nothing_else(full):
    edition = edition_of(full, "customer")

    assert {part.key for part in edition.parts} >= {"summary", "impact", "timeline"}
    assert not {"roles", "identity", "root_cause"} & {p.key for p in edition.parts}
    assert [entry.text for entry in edition.timeline] == ["Queues filled up"]
    assert [item.title for item in edition.items] == ["Watch queues"]


def test_nothing_internal_is_left_in_the_edition_for_customers(full):
    internal = json.loads(snapshot_of(full).model_dump_json())
    snapshot = type(snapshot_of(full)).model_validate(poison(internal))
    unmarked = {part.key for part in snapshot.parts if not part.is_public}

    edition = reduced(snapshot, "customer")

    left = json.loads(edition.model_dump_json())
    told = {"title", "reference", "services", "facts", "parts", "timeline", "items"}
    told |= {"moments"}
    assert {hit.split(".")[1].split("[")[0] for hit in canaries(left)} <= told
    assert not {part.key for part in edition.parts} & unmarked
    for entry in edition.timeline:
        assert (entry.author, entry.images) == ("", ())
    for item in edition.items:
        assert (item.owner, item.ticket, item.details) == ("", "", "")
    for name in ("author", "team", "lead", "published_by", "cause", "reason"):
        assert getattr(edition, name) == ""
    for name in ("people", "messages", "references", "approvals", "versions"):
        assert getattr(edition, name) == ()
    assert edition.meeting is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("See [the wiki](https://wiki.corp/x?a=(b)).", "See the wiki."),
        ("See https://wiki.corp/x, or www.corp.example.", "(link left out)"),
        ("![graph](image:12)", "graph"),
        ("Ask ada@corp.example or @ada.l", "Ask somebody or somebody"),
        ("Ada Lovelace saw it; ADA\nLOVELACE again", "Somebody saw it; somebody again"),
        ("Ada&#32;Lovelace saw it", "Somebody saw it"),
        ("_Ada_ and __Ada Lovelace__", "_Somebody_ and __somebody__"),
        ("**A**da, Ad\u00ada and AdaLovelace", "**Somebody, somebody and somebody"),
        ("The Adamant service, nevada", "The Adamant service, nevada"),
        ("[1]: https://wiki.corp/x\nText [a][1]", "Text"),
        ("Text[^1].\n\n[^1]: A note.", "[^1]: A note."),
        ("<https://wiki.corp/x>", "(link left out)"),
        ("[![graph](image:1)](https://wiki.corp/x)", "graph"),
        ("<mailto:ada@corp.example>", ""),
        ("On localhost:8000/admin.", "On (link left out)"),
        ("On wiki.corp/page and db.internal:5432.", "On (link left out) and (link"),
        (
            "From 10.0.0.5:80 and 192.168.1.7",
            "From (link left out) and (link left out)",
        ),
        ("Version 10.2.3 of 2.10.1", "Version 10.2.3 of 2.10.1"),
        ("As in INC-2026-001, see item:45.", "As in another incident, see (reference"),
        ("The lead time of the ada compiler", "The lead time of the ada compiler"),
        ("Errors at 3/4 of nodes, and/or v1.2/beta", "3/4 of nodes, and/or v1.2/beta"),
    ],
)
def test_links_addresses_names_and_references_go(text, left):
    names = Names(frozenset({"Ada Lovelace", "Ada"}), frozenset({"INC-2026-001"}))

    said = Discretion(names)(text)

    assert left in said
    assert "corp" not in said
    assert "image:" not in said


def test_what_was_taken_out_is_counted(full, lead):
    lead.first_name, lead.last_name = "Ada", "Lovelace"
    lead.save()
    said = "Ada and ADA saw it, Ada mended it: https://wiki.example.com/x"
    full.sections.filter(key="summary").update(body=said)

    taken = dict(for_customers(snapshot_of(full), Names())[1])

    assert taken["Ada"] == 2
    assert taken["https://wiki.example.com/x"] == 1
    assert taken["ADA"] == 1


def test_a_mark_is_of_a_section_and_not_of_its_key(full, lead, manager, at_noon):
    inside = full.add_section("Background", by=lead, at=at_noon, body="For us alone")
    full.publish(by=manager, at=at_noon)
    full.reopen(by=lead, at=at_noon, reason="Rewritten")
    full.write({inside.key: ("For us alone", "")}, by=lead, at=at_noon)
    full.remove_section(inside, by=lead, at=at_noon)
    told = full.add_section("Background", by=lead, at=at_noon, body="For everybody")
    full.switch(told, public=True, by=lead, at=at_noon)

    parts = edition_of(full, "customer").parts

    assert told.key == inside.key
    assert "For us alone" not in [part.body for part in parts]


def test_people_are_called_by_their_names_and_odd_log_ins():
    names = set(called("Ada", "Lovelace", "viewer", "ada@x.example"))

    assert names == {"Ada Lovelace", "Ada", "Lovelace", "ada@x.example"}


def test_names_go_wherever_they_were_typed(full, lead):
    lead.first_name, lead.last_name = "Ada", "Lovelace"
    lead.save()
    full.sections.filter(key="summary").update(
        body=f"Ada Lovelace ({lead.email}, {lead.username}) saw it; Lovelace mended it."
    )

    summary = edition_of(full, "customer").part("summary").body

    assert "Lovelace" not in summary
    assert lead.email not in summary
    assert "saw it" in summary


def test_marks_count_as_they_are_now(full, manager, at_noon):
    full.publish(by=manager, at=at_noon)
    assert edition_of(full, "customer").items

    full.incident.items.update(is_public=False)

    assert edition_of(full, "customer").items == ()


def test_what_is_marked_later_names_no_other_incident(full, manager, lead, at_noon):
    other = full.incident
    twin = type(other).declare(
        title="Other", severity=other.severity, team=other.team, by=lead, at=at_noon
    )
    entry = other.note(f"Like {twin.reference}", by=lead, at=at_noon)
    full.publish(by=manager, at=at_noon)
    other.mark_entries([entry.pk], is_public=True, by=lead)

    said = [each.text for each in edition_of(full, "customer").timeline]

    assert "Like another incident" in said


def test_the_summary_is_short(full):
    lines = [f"Line {number}" for number in range(30)]
    full.write(
        {}, added={"contributing_factors": lines}, by=full.author, at=full.opened_at
    )

    edition = edition_of(full, "summary")

    assert len(edition.part("factors").lines) == 5
    assert edition.timeline == ()
    assert {part.meaning for part in edition.parts} <= {
        "summary", "root_cause", "impact", "factors", "items", "lessons"
    }  # fmt: skip
