"""Makes action items of checked rows: all of them, or none, in one transaction.

What bulk statements do not do by themselves is done here as the verbs do it: the
rule's date, one event for each item, and a history row for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from incidents.choices import BOOKKEEPING, Kind
from incidents.item_import.checking import EVERY, LEFT_TWIN, Tell
from incidents.item_import.dating import Dating
from incidents.item_import.known import AT_ONCE, in_portions, key_of, pending_titles
from incidents.models import ActionItem, Incident, Team, TimelineEvent
from incidents.revisions import touch_all

BATCH = 500
MOST_NAMED = 3
RELATIONS = frozenset({"incident", "team", "owner", "created_by", "raised_from"})


class Stopped(Exception):
    """An import that cannot go on, with the sentence that says why."""


def prepare(
    rows: Sequence[dict[str, Any]], *, team: Team, by: User, at: datetime, tell: Tell
) -> dict[int, ActionItem]:
    """Make the items of the rows that are not left out, by row; nothing is stored."""
    wanted = [row for row in rows if row["left"] in ("", LEFT_TWIN)]
    dating = Dating(team, {row["incident"] for row in wanted} - {None}, at)
    items: dict[int, ActionItem] = {}
    for done, row in enumerate(wanted):
        if done % EVERY == 0:
            tell(done, len(rows))
        if row["incident"] and row["incident"] not in dating.incidents:
            raise Stopped(_("Row %s: its incident is gone.") % row["row"])
        item = dating.new(row["incident"], priority=row["priority"])
        for name in ("title", "details", "kind", "horizon", "ticket", "status"):
            setattr(item, name, row[name])
        item.owner_id, item.created_by = row["owner"], by
        due = None if row["by_rule"] else date.fromisoformat(row["due"])
        dating.date(item, due)
        try:
            item.clean_fields(exclude=RELATIONS)
        except ValidationError as error:
            facts = {"row": row["row"], "why": " ".join(error.messages)}
            raise Stopped(_("Row %(row)s: %(why)s") % facts) from None
        items[row["row"]] = item
    return items


def store(
    rows: Sequence[dict[str, Any]],
    items: dict[int, ActionItem],
    *,
    team: Team,
    by: User,
    leave_twins: bool,
) -> list[dict[str, Any]]:
    """Store the items inside the caller's transaction; give the rows with their keys.

    Raises Stopped where something changed after the check, with the rows it met.
    """
    _hold(rows, by)
    if leave_twins:
        rows = _without_twins(rows, team)
    else:
        rows = [row | {"left": _unless_twin(row["left"])} for row in rows]
    chosen = [row for row in rows if not row["left"]]
    made = [items[row["row"]] for row in chosen]
    bulk_create_with_history(made, ActionItem, batch_size=BATCH, default_user=by)
    events = [_event(item, by) for item in made]
    bulk_create_with_history(events, TimelineEvent, batch_size=BATCH, default_user=by)
    touch_all(item.incident_id for item in made if item.incident_id)
    keys = {row["row"]: item.pk for row, item in zip(chosen, made, strict=True)}
    return [row | {"item": keys.get(row["row"])} for row in rows]


def _hold(rows: Sequence[dict[str, Any]], by: User) -> None:
    """Lock what the rows belong to, and ask again who may own and see it."""
    chosen = [row for row in rows if row["left"] in ("", LEFT_TWIN)]
    owners = {row["owner"] for row in chosen} - {None}
    active: set[int] = set()
    for some in in_portions(sorted(owners), AT_ONCE):
        able = User.objects.filter(pk__in=some, is_active=True)
        active |= set(able.values_list("pk", flat=True))
    incidents = {row["incident"] for row in chosen} - {None}
    seen: set[int] = set()
    for some in in_portions(sorted(incidents), AT_ONCE):
        rows_of = Incident.objects.visible_to(by).filter(pk__in=some).order_by("pk")
        seen |= {each.pk for each in rows_of.only("pk").select_for_update(of=("self",))}
    _stop_for(
        [row["row"] for row in chosen if row["owner"] not in active | {None}],
        _("The owner was deactivated after the file was checked."),
    )
    _stop_for(
        [row["row"] for row in chosen if row["incident"] not in seen | {None}],
        _("The incident can no longer be seen by whoever uploaded the file."),
    )


def _stop_for(rows: list[int], why: str) -> None:
    if rows:
        named = ", ".join(map(str, rows[:MOST_NAMED]))
        more = len(rows) - MOST_NAMED
        if more > 0:
            named = _("%(named)s and %(more)s more") % {"named": named, "more": more}
        raise Stopped(_("Rows %(rows)s: %(why)s") % {"rows": named, "why": why})


def _without_twins(rows: Sequence[dict[str, Any]], team: Team) -> list[dict[str, Any]]:
    """Leave out what is there by now, or was written in the file before."""
    chosen = [row for row in rows if row["left"] in ("", LEFT_TWIN)]
    there = pending_titles(team, {row["incident"] for row in chosen} - {None})
    sorted_out = []
    for row in rows:
        left = row["left"]
        if left in ("", LEFT_TWIN):
            key = key_of(row["incident"], row["title"])
            left = LEFT_TWIN if key in there else ""
            there.add(key)
        sorted_out.append(row | {"left": left})
    return sorted_out


def _unless_twin(left: str) -> str:
    return "" if left == LEFT_TWIN else left


def _event(item: ActionItem, by: User) -> TimelineEvent:
    return TimelineEvent(
        incident_id=item.incident_id,
        item=item,
        at=item.created_at,
        recorded_at=item.created_at,
        author=by,
        kind=Kind.ITEM,
        verb="add_item",
        text=_("Action item: %s") % item.title,
        in_postmortem=Kind.ITEM not in BOOKKEEPING,
    )
