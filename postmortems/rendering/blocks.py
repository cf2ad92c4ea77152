"""What the record says, block by block, as it is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from incidents.choices import PRIORITY_BADGES, Horizon, Priority
from postmortems.choices import Block, Edition, Paper
from postmortems.figures import moment
from postmortems.meanings import Meaning
from postmortems.references import References
from postmortems.rendering.answers import Answer, answers, is_asked_for
from postmortems.rendering.chronicle import chronicle, zone_name
from postmortems.rendering.drawing import PRINTED, READ, draw_durations
from postmortems.rendering.measured import durations_of
from postmortems.rendering.pictures import Pictures
from postmortems.snapshot import Item, Line, Part, Snapshot

FOLDER = "postmortems/pdf/blocks"
HORIZONS = {
    Meaning.SHORT_TERM: Horizon.SHORT,
    Meaning.LONG_TERM: Horizon.LONG,
    Meaning.MONITORING: Horizon.MONITORING,
}
# What the heads of a playbook's table of items mean, what is special first.
COLUMNS = {
    "owner": re.compile(r"\bowner|\bwho\b|\bassign|\bresponsible", re.I),
    "due": re.compile(r"\bdue\b|\bdate|\bdeadline|\bwhen\b", re.I),
    "priority": re.compile(r"\bpriority|\burgency", re.I),
    "state": re.compile(r"\bstat(us|e)\b|\bdone\b|\bprogress", re.I),
    "ticket": re.compile(r"\bticket|\blink|\bissue", re.I),
    "kind": re.compile(r"\bkind|\btype|\bcategory", re.I),
    "horizon": re.compile(r"\bhorizon|\bterm\b", re.I),
    "what": re.compile(r"\baction|\bitem|\bwhat\b|\btask|\btitle|\bdescription", re.I),
}


@dataclass(frozen=True)
class Setting:
    """A document being set: what of, on which paper, and what may be shown in it."""

    snapshot: Snapshot
    paper: str = Paper.A4
    pictures: Pictures = field(default_factory=Pictures)
    links: References = field(default_factory=References)
    # What only a page to read has: where action items lead, and room for other bars.
    item_pages: Mapping[int, str] = field(default_factory=dict)
    is_on_screen: bool = False

    @property
    def is_for_customers(self) -> bool:
        return self.snapshot.edition == Edition.CUSTOMER


@dataclass(frozen=True)
class ItemColumn:
    key: str
    head: str


@dataclass(frozen=True)
class ItemRow:
    """An action item with the name and colour of its priority."""

    item: Item
    priority: str
    badge: str
    page: str = ""
    # Who does it and how urgent it is are matters of the inside.
    is_for_customers: bool = False


@dataclass(frozen=True)
class ItemGroup:
    title: str
    rows: list[ItemRow]


def block_of(part: Part, setting: Setting) -> SafeString:
    """Print what a part repeats from the record; nothing where there is nothing."""
    make = BLOCKS.get(part.block)
    return make(part, setting) if make else SafeString()


def _set(name: str, part: Part, **context: Any) -> SafeString:
    html = render_to_string(f"{FOLDER}/_{name}.html", {"part": part, **context})
    return SafeString(html.strip())


def _answers(part: Part, setting: Setting) -> list[Answer]:
    snapshot = setting.snapshot
    told = answers(part.fields, snapshot, snapshot.tz_of(part))
    if snapshot.edition != Edition.INTERNAL:
        return [each for each in told if each.is_known]
    return told


def _identity(part: Part, setting: Setting) -> SafeString:
    fields = part.fields or (
        _("Incident ID"),
        _("Title"),
        _("Severity"),
        _("Status"),
        _("Start"),
        _("End"),
        _("Duration"),
        _("Team"),
        _("Lead"),
        _("Services affected"),
        _("Kind of cause"),
    )
    asked = part.model_copy(update={"fields": fields})
    return _set("answers", part, answers=_answers(asked, setting))


def _impact(part: Part, setting: Setting) -> SafeString:
    if part.fields:
        return _set("answers", part, answers=_answers(part, setting))
    none = _("not recorded")
    is_short = setting.snapshot.edition != Edition.INTERNAL
    rows = [
        Answer(fact.label, fact.value, fact.value != none)
        for fact in setting.snapshot.facts
        if fact.value != none or not is_short
    ]
    return _set("answers", part, answers=rows) if rows else SafeString()


def _durations(part: Part, setting: Setting) -> SafeString:
    medium = READ if setting.is_on_screen else PRINTED
    return draw_durations(durations_of(setting.snapshot), medium)


def _timeline(part: Part, setting: Setting) -> SafeString:
    snapshot = setting.snapshot
    printed = chronicle(snapshot, part, setting.pictures.shown)
    moments = _answers(part, setting)
    if setting.is_for_customers and not (printed.days or printed.left_out):
        return SafeString()
    is_teams = not part.zone and bool(snapshot.team)
    return _set(
        "timeline",
        part,
        chronicle=printed,
        answers=moments,
        team=snapshot.team if is_teams else "",
        for_customers=setting.is_for_customers,
    )


def _roles(part: Part, setting: Setting) -> SafeString:
    people, zone = setting.snapshot.people, setting.snapshot.tz_of(part)
    times = [at for role in people for at in (role.since, role.until) if at]
    names = dict.fromkeys(zone_name(at, zone) for at in times)
    return _set("roles", part, people=people, zone=zone, zone_names=" / ".join(names))


def _items(part: Part, setting: Setting) -> SafeString:
    snapshot = setting.snapshot
    if setting.is_for_customers and not snapshot.items:
        return SafeString()
    at = snapshot.taken_at
    columns = item_columns(part.columns, setting)
    return _set(
        "items",
        part,
        columns=columns,
        groups=list(_grouped(setting)),
        more=snapshot.more_items,
        at=f"{moment(at, snapshot.tz)} {zone_name(at, snapshot.tz)}",
        has_kind=_has_kind(columns, setting),
        for_customers=setting.is_for_customers,
    )


def _has_kind(columns: Iterable[ItemColumn], setting: Setting) -> bool:
    """Say whether the kind of an item stands below its title."""
    has_column = any(column.key == "kind" for column in columns)
    return not has_column and not setting.is_for_customers


def item_columns(heads: Iterable[str], setting: Setting) -> list[ItemColumn]:
    """Name the columns by the playbook, or as we do; the state is always told."""
    named = [ItemColumn(_meant(head), head) for head in heads]
    ours = [
        ItemColumn("what", _("Action")),
        ItemColumn("owner", _("Owner")),
        ItemColumn("due", _("Due")),
        ItemColumn("priority", _("Priority")),
        ItemColumn("state", _("State")),
    ]
    if setting.is_for_customers:
        # Who does it and how urgent it is are matters of the inside.
        hidden = {"owner", "priority", "ticket"}
        return [column for column in named or ours if column.key not in hidden]
    keys = {column.key for column in named}
    if "what" not in keys:
        return ours
    return named if "state" in keys else [*named, ours[-1]]


def _meant(head: str) -> str:
    found = (key for key, pattern in COLUMNS.items() if pattern.search(head))
    return next(found, "")


def _grouped(setting: Setting) -> Iterable[ItemGroup]:
    """Group the items by horizon, unless the template has sections for that."""
    snapshot = setting.snapshot
    rows = [item_row(item, setting) for item in snapshot.items]
    has_parts = any(part.meaning in HORIZONS for part in snapshot.parts)
    is_short = snapshot.edition == Edition.SUMMARY
    if is_short or has_parts or len({item.horizon for item in snapshot.items}) < 2:
        yield ItemGroup("", rows)
        return
    order = {horizon.value: n for n, horizon in enumerate(Horizon)}
    rows.sort(key=lambda row: order.get(row.item.horizon, len(order)))
    for title, group in groupby(rows, key=lambda row: row.item.horizon_label):
        yield ItemGroup(title, list(group))


def item_row(item: Item, setting: Setting) -> ItemRow:
    badge = PRIORITY_BADGES.get(item.priority, "grey")
    page = setting.item_pages.get(item.id, "")
    label = str(Priority(item.priority).label)
    return ItemRow(item, label, badge, page, setting.is_for_customers)


def item_of(line: Line, setting: Setting) -> Item | None:
    """Give the action item that was made of a line.

    The lines that customers read know of none: there the words have to tell.
    """
    items = setting.snapshot.items
    if setting.is_for_customers:
        return next((each for each in items if repeats(line, each)), None)
    return next((each for each in items if each.id == line.item), None)


def repeats(line: Line, item: Item) -> bool:
    """Say whether an item is called by the words of a line, or by the first of them."""
    words = " ".join(item.title.removesuffix("…").split())
    return bool(words) and " ".join(line.text.split()).startswith(words)


def items_of_horizon(part: Part, setting: Setting) -> SafeString:
    """List the items that reach as far as a section on prevention speaks of."""
    horizon = HORIZONS.get(part.meaning)  # type: ignore[call-overload]
    if not horizon:
        return SafeString()
    # What came of a line of this part is told beneath it.
    told = {item.id for line in part.lines if (item := item_of(line, setting))}
    rows = [
        item_row(each, setting)
        for each in setting.snapshot.items
        if each.horizon == horizon and each.id not in told
    ]
    if not rows:
        return SafeString()
    return _set("horizon", part, rows=rows)


def _messages(part: Part, setting: Setting) -> SafeString:
    zone, messages = setting.snapshot.tz_of(part), setting.snapshot.messages
    names = dict.fromkeys(zone_name(each.at, zone) for each in messages)
    context = {"zone": zone, "zone_names": " / ".join(names), "messages": messages}
    return _set("messages", part, **context)


def _references(part: Part, setting: Setting) -> SafeString:
    shown = _answers(part, setting)
    others = [
        each
        for each in setting.snapshot.references
        if not is_asked_for(each.label, each.url, part.fields)
    ]
    return _set("references", part, answers=shown, references=others)


def _meeting(part: Part, setting: Setting) -> SafeString:
    meeting = setting.snapshot.meeting
    asked = part.fields or (
        (_("Date and time"), _("Attendees"), _("Follow-up")) if meeting else ()
    )
    if meeting and meeting.is_cancelled:
        if not part.lines:
            return SafeString()
        asked = (_("Date and time"),)  # nobody attended, nothing follows
    told = part.model_copy(update={"fields": asked})
    return _set("meeting", part, answers=_answers(told, setting), meeting=meeting)


BLOCKS: dict[str, Callable[[Part, Setting], SafeString]] = {
    Block.IDENTITY: _identity,
    Block.DURATIONS: _durations,
    Block.IMPACT: _impact,
    Block.TIMELINE: _timeline,
    Block.ROLES: _roles,
    Block.ITEMS: _items,
    Block.MESSAGES: _messages,
    Block.REFERENCES: _references,
    Block.MEETING: _meeting,
}
