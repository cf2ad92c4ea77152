"""What of a post-mortem each edition says: a snapshot goes in, a smaller one comes out.

The edition for customers is made from nothing by adding what is marked for them, so
what is added to snapshots later stays inside until somebody decides otherwise here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _

from postmortems.called_by import parts_of
from postmortems.choices import Edition
from postmortems.discretion import Discretion, Names
from postmortems.snapshot import (
    Entry,
    Fact,
    Item,
    Line,
    Part,
    Snapshot,
    first_paragraph,
)

# Facts of the impact that say nothing of people, money or how the team works.
PUBLIC_FACTS = frozenset({"users", "services", "features", "data_loss"})
# Blocks that speak of people or of the inside even where somebody marked them.
NEVER_PUBLIC = frozenset({"roles", "messages", "references", "meeting", "identity"})
# Blocks that say when it was, so that its span is no secret where one is public.
DRAWN = frozenset({"impact", "timeline", "durations"})
PUBLIC_MOMENTS = frozenset({"started", "detected", "mitigated", "resolved"})
SUMMARY_ITEMS, SUMMARY_LINES = 8, 5
Telling = Callable[[str], str]
# Words, and how often they were left out.
Withheld = tuple[str, int]
NOBODY = Names()


def reduced(snapshot: Snapshot, edition: str, names: Names = NOBODY) -> Snapshot:
    """Give an edition; `names` are of whom customers must not read."""
    if edition == Edition.CUSTOMER:
        return for_customers(snapshot, names)[0]
    if edition == Edition.SUMMARY:
        return _in_short(snapshot)
    return snapshot


def for_customers(
    snapshot: Snapshot, names: Names = NOBODY, *, left_out: int = 0
) -> tuple[Snapshot, list[Withheld]]:
    """Give their edition, and what was taken out of its words, most frequent first.

    `left_out` counts the entries for customers that the snapshot had no room for.
    """
    told = _discretion(snapshot, names)
    edition = _for_customers(snapshot, told)
    # Never the snapshot's own count, which is of internal entries as well.
    edition = edition.model_copy(update={"left_out": left_out})
    return edition, told.taken.most_common()


def _for_customers(snapshot: Snapshot, told: Discretion) -> Snapshot:
    parts = [part for part in _promoted(snapshot.parts) if _is_public(part)]
    blocks = {part.block for part in parts}
    tells_impact, is_drawn = "impact" in blocks, bool(blocks & DRAWN)
    none = _("not recorded")
    return Snapshot(
        layout=snapshot.layout,
        edition=Edition.CUSTOMER,
        language=snapshot.language,
        reference=snapshot.reference,
        title=told(snapshot.title),
        is_draft=snapshot.is_draft,
        number=snapshot.number,
        taken_at=snapshot.taken_at,
        published_at=snapshot.published_at,
        zone=snapshot.zone,
        services=snapshot.services if tells_impact else (),
        moments=tuple(
            each.model_copy(update={"unknown": ""})
            for each in snapshot.moments
            if is_drawn and each.name in PUBLIC_MOMENTS
        ),
        impact=snapshot.impact if is_drawn else (),
        facts=tuple(
            _fact(each, told)
            for each in snapshot.facts
            if tells_impact and each.key in PUBLIC_FACTS and each.value != none
        ),
        parts=tuple(_part(part, told) for part in parts),
        timeline=tuple(_entry(e, told) for e in snapshot.timeline if e.is_public),
        items=tuple(_item(item, told) for item in snapshot.items if item.is_public),
    )


def _promoted(parts: Iterable[Part]) -> Iterator[Part]:
    """Lift a part as far as those above it are left out, lest it seem another's."""
    above: list[Part] = []
    for part in parts:
        above = [each for each in above if each.depth < part.depth]
        depth = sum(_is_public(each) for each in above)
        above.append(part)
        yield part.model_copy(update={"depth": depth})


def _is_public(part: Part) -> bool:
    return part.is_public and part.block not in NEVER_PUBLIC


def _fact(fact: Fact, told: Telling) -> Fact:
    """Tell what is known; why something is not known is said among ourselves."""
    value = _("not known") if fact.unknown else told(fact.value)
    return fact.model_copy(update={"value": value, "unknown": ""})


def _part(part: Part, told: Telling) -> Part:
    lines = tuple(
        Line(id=line.id, text=told(line.text), is_public=True)
        for line in part.lines
        if line.is_public
    )
    return Part(
        key=part.key,
        title=told(part.title),
        meaning=part.meaning,
        kind=part.kind,
        block=part.block,
        depth=part.depth,
        body=told(part.body),
        zone=part.zone,
        is_public=True,
        lines=lines,
    )


def _entry(entry: Entry, told: Telling) -> Entry:
    """Leave images out with the author: nobody has marked what they show."""
    return Entry(
        id=entry.id,
        at=entry.at,
        kind=entry.kind,
        label=entry.label,
        text=told(entry.text),
        is_public=True,
    )


def _item(item: Item, told: Telling) -> Item:
    return Item(
        id=item.id,
        title=told(item.title),
        kind=item.kind,
        horizon=item.horizon,
        horizon_label=item.horizon_label,
        due_on=item.due_on,
        status=item.status,
        is_public=True,
    )


def people_in(snapshot: Snapshot) -> set[str]:
    """Name everybody who took part, as the snapshot names them."""
    known = {
        snapshot.author,
        snapshot.lead,
        snapshot.published_by,
        *(role.person for role in snapshot.people),
        *(entry.author for entry in snapshot.timeline),
        *(item.owner for item in snapshot.items),
        *(sent.by for sent in snapshot.messages),
        *(each.person for each in snapshot.approvals),
        # Guests are written with their address: “Ann <ann@example.com>”.
        *(
            guest.partition("<")[0].strip()
            for guest in (snapshot.meeting.attendees if snapshot.meeting else ())
        ),
    }
    return known - {""}


def _discretion(snapshot: Snapshot, names: Names) -> Discretion:
    """Add everybody the snapshot knows to the names that were given."""
    known = people_in(snapshot)
    present = (
        names.present | known | {each for name in known for each in parts_of(name)}
    )
    others = names.references - {snapshot.reference}
    return Discretion(Names(names.people, others, frozenset(present)))


def _in_short(snapshot: Snapshot) -> Snapshot:
    """Give management one page: what, how bad, why, what is done about it."""
    kept = {"summary", "root_cause", "impact", "factors", "items", "lessons"}
    parts = [_shortened(part) for part in snapshot.parts if part.meaning in kept]
    worst = sorted(snapshot.items, key=lambda item: item.priority)
    return snapshot.model_copy(
        update={
            "edition": Edition.SUMMARY,
            "parts": tuple(part for part in parts if not part.is_empty),
            "timeline": (),
            "left_out": 0,
            "items": tuple(worst[:SUMMARY_ITEMS]),
            "more_items": max(len(worst) - SUMMARY_ITEMS, 0),
            "messages": (),
            "references": (),
            "meeting": None,
        }
    )


def _shortened(part: Part) -> Part:
    """Keep the first paragraph of a text and the first lines of a list."""
    body = "" if part.block else first_paragraph(part.body)
    lines, more = part.lines[:SUMMARY_LINES], max(len(part.lines) - SUMMARY_LINES, 0)
    return part.model_copy(update={"body": body, "lines": lines, "more_lines": more})
