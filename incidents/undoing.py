"""Taking the last step back: puts rows back, and says what was sent meanwhile.

`last_steps.py` kept what the step changed. What the sweep did since then to a row that
the step changed stays, if its time had come without the step, too: so it is told once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents import last_steps
from incidents.changes import Blocker, Change, in_sentences, save_as
from incidents.choices import (
    DeadlineState,
    DeliveryState,
    Kind,
)
from incidents.last_steps import DEADLINES, ENTRIES, LastStep, plain
from incidents.names import name_of

if TYPE_CHECKING:
    from incidents.models import (
        ActionItem,
        Deadline,
        Incident,
        Notification,
        TimelineEvent,
    )

# What the sweep makes of a row by itself.
PASSED = frozenset({DeadlineState.MISSED, DeadlineState.REACHED})
# They follow from the rest, and are judged anew at any time.
JUDGED = frozenset({"postmortem_required", "postmortem_reason"})
# The sweep's own events are no step of anybody.
BY_ITSELF = ("reach_rung", "miss_deadline")
MOST_NAMED = 5


def taken_back() -> str:
    return _("Taken back")


@dataclass(frozen=True)
class Offer:
    """What the page offers to take back, and until when."""

    key: str
    what: str
    until: datetime


def offer_of(incident: Incident, now: datetime) -> Offer | None:
    """Say what can be taken back now; asks no query."""
    step = LastStep.of(incident)
    if step is None or not step.is_open(now):
        return None
    return Offer(step.key, step.what, step.until)


def blockers_of_undo(
    incident: Incident, seen: int | str | None, now: datetime
) -> list[Blocker]:
    """List what stands against taking back the step that somebody saw."""
    step, key = LastStep.of(incident), str(seen or "")
    if step is None or key not in {"", step.key}:
        return [Blocker("overtaken", _what_came_after(incident, step, key))]
    if not step.is_open(now):
        sentence = _(
            "“%s” can no longer be taken back: that goes for two minutes. Take the "
            "step that makes it right instead."
        )
        return [Blocker("too_late", sentence % step.what)]
    return [*_overwritten(incident, step), *_worked_on(step)]


def _what_came_after(incident: Incident, step: LastStep | None, key: str) -> str:
    seen = key.partition("-")[0]
    event = incident.timeline.filter(pk=seen).first() if seen else None
    if event is None:
        return _("There is nothing to take back.")
    if event.struck_at:
        by = {"what": last_steps.clipped(event.text), "who": name_of(event.struck_by)}
        return _("“%(what)s” is struck out already, by %(who)s.") % by
    if step and step.is_of_entry:
        who = name_of(User.objects.filter(pk=step.by or 0).first())
        return _not_the_last(event, step.what, who, step.recorded_at)
    since = incident.timeline.filter(pk__gt=event.pk).exclude(verb__in=BY_ITSELF)
    latest = since.select_related("author").order_by("pk").last()
    if latest is None:
        return _("“%s” cannot be taken back.") % last_steps.clipped(event.text)
    after = last_steps.clipped(latest.text)
    return _not_the_last(event, after, name_of(latest.author), latest.recorded_at)


def _not_the_last(event: TimelineEvent, after: str, who: str, at: datetime) -> str:
    names = {
        "what": last_steps.clipped(event.text),
        "after": after,
        "who": who or _("Debrief"),
        "time": f"{timezone.localtime(at):%H:%M %Z}",
    }
    return (
        _(
            "“%(what)s” is not the last step any more: “%(after)s” came after it, by "
            "%(who)s at %(time)s. Take the step that makes it right instead."
        )
        % names
    )


def _overwritten(incident: Incident, step: LastStep) -> Iterator[Blocker]:
    """Find columns that something else changed since; only a step changes them."""
    for name, (_before, after) in step.columns.items():
        if name not in JUDGED and plain(getattr(incident, name)) != after:
            field = incident._meta.get_field(name)
            sentence = _("“%s” was changed meanwhile: edit the record instead.")
            label = getattr(field, "verbose_name", name)
            yield Blocker("changed", sentence % label, field.name)


def _worked_on(step: LastStep) -> Iterator[Blocker]:
    """Leave an action item to its page once somebody has worked on it."""
    for item in _items(step):
        if item.events.exclude(pk=step.event).exists() or not item.is_pending:
            sentence = _("“%s” has been worked on since: drop it on its page.")
            yield Blocker("item", sentence % item.title)


def _items(step: LastStep) -> list[ActionItem]:
    from incidents.models import ActionItem

    return list(ActionItem.objects.filter(pk__in=step.made.get("add_item", [])))


def take_back(change: Change[Incident], step: LastStep, *, by: User) -> TimelineEvent:
    """Put back what the step changed, strike its event, and write one about it.

    A step on an entry has no event but that entry, which is as it was before.
    """
    incident, at = change.row, change.at
    event = incident.timeline.get(pk=step.event)
    fell_back = _put_back_rows(incident, step, by, at)
    for name, (before, _after) in step.columns.items():
        change.set(**{name: _value(incident, name, before)})
    if step.services:
        incident.services.set(step.services[0])
    for item in _items(step):
        item.drop(by=by, at=at, reason=taken_back())
    sent: list[Notification] = []
    dropped, what = 0, step.what
    if not step.is_of_entry:
        _strike(event, by, at)
        sent, dropped = _hold_back(incident, event, fell_back, at)
        filled = incident.timeline.standing().filter(pk__in=step.made.get(ENTRIES, []))
        for entry in filled:
            _strike(entry, by, at)
        if step.verb != "backfill":
            what = last_steps.clipped(event.text, 300).rstrip(".")
    words = [_("Taken back: %s") % what]
    words += [*_about_sent(sent), *_about_dropped(dropped)]
    facts = {"undid": event.pk, "undid_verb": step.verb, "sent": len(sent)}
    change.say("undo", Kind.RECORD, ". ".join(words), **facts)
    return change.commit(incident)


def _value(row: models.Model, name: str, kept: Any) -> Any:
    field: Any = row._meta.get_field(name)
    return field.to_python(kept)


def _strike(event: TimelineEvent, by: User, at: datetime) -> None:
    event.struck_at, event.struck_by, event.struck_because = at, by, taken_back()
    event.in_postmortem = event.is_pinned = False
    fields = ("struck_at", "struck_by", "struck_because", "in_postmortem", "is_pinned")
    save_as(event, by, fields=fields)


def _put_back_rows(
    incident: Incident, step: LastStep, by: User, at: datetime
) -> list[Deadline]:
    """Take out what the step made, put back what it changed; give undone rungs."""
    fell_back: list[Deadline] = []
    made = dict(step.made)
    for pk in made.pop("add_link", []):
        incident.links.filter(pk=pk).delete()
    made.pop("add_item", None)
    made.pop(ENTRIES, None)
    answered = incident.calls.filter(pk__in=made.pop("end_call", []))
    answered.update(outcome="", ended_at=None, ended_by=None)
    if not step.is_of_entry:
        asked_for = incident.calls.filter(key__startswith=f"escalation:{step.event}:")
        asked_for.filter(outcome="").delete()
    for table, keys in made.items():
        rows = getattr(incident, table).filter(pk__in=keys)
        if table == DEADLINES:
            fell_back += rows
            _forget_calls(incident, fell_back)
        for row in rows:
            row._history_user = by
            row.delete()
    for table, kept in step.rows.items():
        rows = getattr(incident, table).in_bulk(list(kept))
        for pk, fields in sorted(kept.items(), reverse=True):
            row = rows[pk]  # what came later leaves its place first
            if _put_back(row, fields, at):
                fell_back.append(row)
            with in_sentences(row):
                save_as(row, by, fields=[_field_name(row, name) for name in fields])
    _forget_calls(incident, fell_back)
    return fell_back


def _field_name(row: models.Model, attname: str) -> str:
    return row._meta.get_field(attname).name


def _put_back(
    row: models.Model, fields: Mapping[str, tuple[Any, Any]], now: datetime
) -> bool:
    """Give a row its earlier values; say whether a rung was reached and is not now."""
    had = {name: getattr(row, name) for name in fields}
    for name, (before, _after) in fields.items():
        setattr(row, name, _value(row, name, before))
    if "late_at" not in fields:
        return False
    deadline: Any = row
    has_fired = had["state"] in PASSED and plain(had["state"]) != fields["state"][1]
    is_due = deadline.state == DeadlineState.OPEN and deadline.late_at <= now
    if has_fired and is_due:
        for name in ("state", "ended_at", "nudged_at"):
            setattr(deadline, name, had[name])
    was_nudged = had["nudged_at"] and plain(had["nudged_at"]) != fields["nudged_at"][1]
    if was_nudged and deadline.nudge_at and deadline.nudge_at <= now:
        deadline.nudged_at = deadline.nudged_at or had["nudged_at"]
    reached = DeadlineState.REACHED
    return bool(had["state"] == reached and deadline.state != reached)


def _forget_calls(incident: Incident, rungs: list[Deadline]) -> None:
    """Ask nobody any more to call whom an undone rung would have called."""
    keys = [rung.pk for rung in rungs if rung.pk]
    incident.calls.filter(deadline__in=keys, outcome="").delete()


def _hold_back(
    incident: Incident, event: TimelineEvent, rungs: list[Deadline], now: datetime
) -> tuple[list[Notification], int]:
    """Drop what still waits; give what is sent, or in the hands of a worker."""
    from incidents.models import Notification

    caused = models.Q(key__startswith=f"watch:{event.pk}:")
    caused |= models.Q(carries__event=event)
    caused |= models.Q(key__startswith=f"role:{event.pk}:")
    caused |= models.Q(key__startswith=f"escalation:{event.pk}:")
    for rung in rungs:
        caused |= models.Q(key__startswith=f"rung:{incident.pk}:{rung.key}:")
    rows = incident.notifications.filter(caused).select_related("user", "contact")
    rows = rows.select_for_update(of=("self",)).order_by("pk")
    sent, dropped, gone = [], [], []
    for row in rows:
        if row.state == DeliveryState.QUEUED and not (
            row.lease_until and row.lease_until > now
        ):
            gone.append(row.message_id)
            row.lease_until, row.claimed_by = None, ""
            dropped.append(_never_told(row))
        elif row.state in {DeliveryState.SENT, DeliveryState.QUEUED}:
            sent.append(row)
    fields = ["key", "message_id", "state", "suppressed_because"]
    fields += ["lease_until", "claimed_by"]
    parted = _parted(incident, gone, {row.pk for row in rows}) if gone else []
    Notification.objects.bulk_update([*dropped, *parted], fields)
    return sent, len(dropped)


def _never_told(row: Notification) -> Notification:
    """Drop it under another key: the same may have to be told after all, later."""
    from incidents.outbox import message_id

    row.key = f"taken-back:{row.pk}"
    row.message_id = message_id(row.key)
    row.state = DeliveryState.SUPPRESSED
    row.suppressed_because = _("Taken back before it was sent")
    return row


def _parted(
    incident: Incident, gone: list[str], undone: set[int]
) -> Iterator[Notification]:
    """Send by itself what was told in a dropped mail, unless that was undone, too."""
    from incidents.outbox import message_id

    rows = incident.notifications.filter(
        state=DeliveryState.SUPPRESSED, message_id__in=gone
    )
    for row in rows.select_for_update().order_by("pk"):
        if row.pk in undone:
            yield _never_told(row)
        else:
            row.state, row.suppressed_because = DeliveryState.QUEUED, ""
            row.message_id = message_id(row.key)
            yield row


def _about_sent(sent: list[Notification]) -> Iterator[str]:
    if not sent:
        return
    names = list(dict.fromkeys(_addressee(row) for row in sent))
    shown, more = names[:MOST_NAMED], len(names) - MOST_NAMED
    if more > 0:
        shown.append(ngettext("%d other", "%d others", more) % more)
    yield _("Sent meanwhile, to: %s") % ", ".join(shown)


def _addressee(row: Notification) -> str:
    if row.user:
        return name_of(row.user)
    return row.address or (row.contact.name if row.contact else "")


def _about_dropped(dropped: int) -> Iterator[str]:
    if dropped:
        words = ngettext(
            "%d message that still waited is not sent",
            "%d messages that still waited are not sent",
            dropped,
        )
        yield words % dropped
