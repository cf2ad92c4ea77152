"""The steps on the page behind a link in a reminder, each a short form of its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.choices import ItemStatus, Priority
from incidents.forms.items import (
    CommentStep,
    CompleteStep,
    ItemStep,
    SnoozeStep,
    StartStep,
)
from incidents.models import ActionItem


class LinkDone(CompleteStep):
    heading, button = _("It is done"), _("Say it is done")
    done = _("It is done. Nobody is reminded of it any more.")


class LinkStart(StartStep):
    heading, button = _("I am working on it"), _("Say it is in progress")
    done = _("It is in progress.")


class LinkSnooze(SnoozeStep):
    heading, button = _("Not now"), _("Snooze")
    done = _("Snoozed until %(until)s. The date it is due stays.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = in_a_week()


class LinkComment(CommentStep):
    heading, button = _("Say something"), _("Comment")
    done = _("Your comment is on the record.")


LINK_STEPS: dict[str, type[ItemStep]] = {
    step.verb: step for step in (LinkDone, LinkStart, LinkSnooze, LinkComment)
}


def in_a_week() -> date:
    return timezone.localdate() + timedelta(weeks=1)


def offered_steps(item: ActionItem, posted: ItemStep | None = None) -> list[ItemStep]:
    """Give the steps that make sense now; the posted one keeps what was written."""
    if not item.is_pending:
        return []
    left_out = set()
    if item.status == ItemStatus.IN_PROGRESS:
        left_out.add("start")
    if item.priority == Priority.P0:
        left_out.add("snooze")
    return [
        posted
        if posted is not None and posted.verb == verb
        else step(items=[item], auto_id=f"{verb}-%s")
        for verb, step in LINK_STEPS.items()
        if verb not in left_out
    ]
