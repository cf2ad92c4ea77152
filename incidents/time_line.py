"""An explained playbook as a line of time: what comes when, and what waits for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.choices import DeadlineKind
from incidents.clocks import POSTMORTEM_REQUIRED
from incidents.due_lines import UNLESS
from incidents.durations import say
from incidents.names import enumerated
from incidents.targets import How, Target

Row = Mapping[str, Any]
MEDIA = {
    "pager": gettext_lazy("by pager"),
    "phone": gettext_lazy("by phone"),
    "chat": gettext_lazy("in chat"),
    "email": gettext_lazy("by e-mail"),
    "in_person": gettext_lazy("in person"),
}
AFTER = {
    "declared": gettext_lazy("after it is declared"),
    "acknowledged": gettext_lazy("after it is acknowledged"),
    "mitigated": gettext_lazy("after it is mitigated"),
    "resolved": gettext_lazy("after it is resolved"),
}


@dataclass(frozen=True)
class Tick:
    """Something that comes at a known time."""

    at: datetime
    offset: str
    clock: str
    text: str
    kind: str


@dataclass(frozen=True)
class Wait:
    """Something that comes at no known time: what, and what it waits for."""

    text: str
    when: str
    kind: str


def ticks(computed: Mapping[str, Any], zone: tzinfo = UTC) -> list[Tick]:
    """Give in the order of time what is due, reminders among it."""
    declared = moment(computed["declared_at"])
    found = []
    for row in computed["deadlines"]:
        if row["due_at"]:
            due = moment(row["due_at"])
            text = f"{_what(row)}{_rule(row)}{_until(row)}"
            found.append(_tick(due, declared, zone, text, row["kind"]))
        if row["nudge_at"]:
            text = _("Reminder: %s") % row["label"]
            at = moment(row["nudge_at"])
            found.append(_tick(at, declared, zone, text, "nudge"))
    return sorted(found, key=lambda tick: tick.at)


def waits(computed: Mapping[str, Any]) -> list[Wait]:
    """Give what has no time yet, in the order people read it."""
    is_required = computed["postmortem"]["required"]
    return [
        Wait(f"{_what(row)}{_until(row)}", _when(row, is_required), row["kind"])
        for row in computed["deadlines"]
        if not row["due_at"]
    ]


def moment(text: str) -> datetime:
    """Read an instant as an explanation writes it."""
    return datetime.fromisoformat(text)


def clock_of(at: datetime, beside: datetime, zone: tzinfo) -> str:
    """Write a time, with its day where that is another than beside it."""
    local, other = at.astimezone(zone), beside.astimezone(zone)
    if local.date() == other.date():
        return f"{local:%H:%M %Z}"
    year = "" if local.year == other.year else f" {local:%Y}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M %Z}"


def offset_of(span: timedelta) -> str:
    return f"+{say(span)}" if span else _("at once")


def _tick(at: datetime, declared: datetime, zone: tzinfo, text: str, kind: str) -> Tick:
    clock = clock_of(at, declared, zone)
    return Tick(at, offset_of(at - declared), clock, text, kind)


def _what(row: Row) -> str:
    """Say what is done, by whom it is heard and how."""
    said = row["label"]
    told = [name for name in row["names"] if name.casefold() not in said.casefold()]
    if told:
        said = f"{said}: {enumerated(told, _(' and '))}"
    if row["media"]:
        by = enumerated((str(MEDIA[each]) for each in row["media"]), _(" or "))
        said = f"{said} {by}"
    again = _again(row) if row["kind"] == DeadlineKind.UPDATE else ""
    return f"{said}, {again}" if again else str(said)


def _again(row: Row) -> str:
    if not row["repeats"]:
        return _("once")
    every = Target.parse(row["every"])
    if every.how == How.ELAPSED:
        return _("then every %s") % every
    if every.how == How.STATED:
        return ""
    return _("then %s") % every


def _rule(row: Row) -> str:
    """Add the rule, where the offset does not say it already."""
    is_said = row["kind"] == DeadlineKind.RUNG or row["rule"] == row["every"]
    is_plain = Target.parse(row["rule"]).how == How.ELAPSED
    return "" if is_said or is_plain else f": {row['rule']}"


def _until(row: Row) -> str:
    if row["kind"] != DeadlineKind.RUNG or row["until"] not in UNLESS:
        return ""
    return f", {UNLESS[row['until']]}"


def _when(row: Row, is_required: bool) -> str:
    """Say what has to happen, or be known, before it has a time."""
    target = Target.parse(row["rule"])
    if target.how == How.STATED:
        return _("when the update before it says")
    at_once = target.how == How.IMMEDIATE and not target.span
    after = _("at once") if at_once else f"{row['rule']} {AFTER[row['from']]}"
    if row["condition"] == POSTMORTEM_REQUIRED:
        return after if is_required else _("%s, if one is required") % after
    if not row["condition"]:
        return str(after)
    flag = str(row["condition_name"] or row["condition"])
    if row["kind"] == DeadlineKind.UPDATE:
        return _("%(rule)s after “%(flag)s” is set") % {
            "rule": row["rule"],
            "flag": flag,
        }
    if at_once:
        return _("as soon as “%s” is set") % flag
    return _("once “%(flag)s” is set, but not before %(after)s") % {
        "flag": flag,
        "after": after,
    }
