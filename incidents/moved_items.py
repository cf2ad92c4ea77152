"""Telling a team's lead of an action item whose date was moved for the second time."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents import outbox
from incidents.choices import NotificationKind
from incidents.item_links import link_to
from incidents.item_page import EventLine, event_line
from incidents.mail_wording import LONGEST_SUBJECT, Wording, clipped, greeted, write
from incidents.models import ActionItem, TimelineEvent
from incidents.names import name_of

TOLD_AT = 2


def tell_lead(item: ActionItem, *, by: User | None, at: datetime) -> None:
    """Queue the mail, in the transaction of the verb that moved the date.

    The manager hears of it where nobody leads the team. Whoever moved it themselves
    knows already; who may not see it hears nothing.
    """
    lead = item.answerable.reader
    if lead is None or lead == by:
        return
    if not type(item).objects.visible_to(lead).filter(pk=item.pk).exists():
        return
    wording = compose(item, lead)
    outbox.queue(
        key=f"moved:{item.pk}:{TOLD_AT}",
        kind=NotificationKind.MOVED,
        subject=wording.subject,
        text=wording.text,
        html=wording.html,
        user=lead,
        thread=f"item:{item.pk}",
        now=at,
    )


def compose(item: ActionItem, lead: User) -> Wording:
    """Write the subject, the text and the HTML."""
    days = item.slipped_days
    sum_of_days = ngettext("%+d day in all", "%+d days in all", days) % days
    context = {
        "name": greeted(lead),
        "item": item,
        "heading": _heading(item),
        "moves": moves_of(item),
        "sum": sum_of_days,
        "whence": str(item.incident or item.team),
        "owner": name_of(item.owner) or _("nobody"),
        "url": link_to(item, lead),
    }
    return write("moved", context)


def moves_of(item: ActionItem) -> list[EventLine]:
    """Read every move from the item's own events, the first one first."""
    told = TimelineEvent.objects.filter(item=item, verb="item_move_due_date")
    rows = told.select_related("author").order_by("at", "pk")
    return [line for row in rows if (line := event_line(row, item)).move]


def _heading(item: ActionItem) -> str:
    """Say it in a subject, however long the title is."""
    words = _("Moved twice: %s")
    return words % clipped(item.title, LONGEST_SUBJECT - len(words % ""))
