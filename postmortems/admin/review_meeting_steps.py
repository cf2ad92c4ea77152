"""The steps of a review meeting that a button takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from incidents.changes import Blocker, Refused
from incidents.forms.rows import is_key
from postmortems import meetings
from postmortems.admin.step import Step
from postmortems.admin.writing_steps import line_of, raised
from postmortems.forms.fields import LINE, NEW, SEEN, lines_of, tidied
from postmortems.forms.review_meeting import FollowUpForm, NewItemForm

if TYPE_CHECKING:
    from django import forms
    from django.contrib.auth.models import User

    from postmortems.models import PostMortem

Posted = Mapping[str, str]


@dataclass(frozen=True)
class MeetingStep(Step):
    """A step that may need a permission besides that of the meeting."""

    needs: str = ""


def cancel(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    meetings.cancel(pm, by=by, at=at)


def hold(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    meetings.hold(pm, by=by, at=at)


def follow_up(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    form = FollowUpForm(posted)
    said = _said(form)
    meetings.follow_up(pm, said["follow_up_on"], by=by, at=at)


def decide(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    """Save the decisions that were changed, and those that are new."""
    changed = _changed(posted)
    new = lines_of(tidied(posted.get(f"{NEW}decisions", "")))
    meetings.decide(pm, new, changed=changed, by=by, at=at)


def raise_item(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    """Make an action item of a decision; what was typed beside it is saved first."""
    changed = _changed(posted)
    new = lines_of(tidied(posted.get(f"{NEW}decisions", "")))
    if pm.is_draft and (new or _differ(changed)):
        meetings.decide(pm, new, changed=changed, by=by, at=at)
    pm.raise_item(line_of(pm, posted), by=by, at=at)


def add_item(pm: PostMortem, posted: Posted, by: User, at: datetime) -> None:
    said = _said(NewItemForm(posted))
    pm.incident.add_item(by=by, at=at, once=True, **said)


def _changed(posted: Posted) -> dict[int, tuple[str, str]]:
    """Read the lines that came, each with what its writer saw."""
    names = [name for name in posted if name.startswith(LINE)]
    return {
        int(key): (tidied(posted.get(SEEN + name, "")), tidied(posted[name]))
        for name in names
        if is_key(key := name.removeprefix(LINE))
    }


def _differ(changed: Mapping[int, tuple[str, str]]) -> bool:
    return any(seen.strip() != now.strip() for seen, now in changed.values())


def _said(form: forms.Form) -> dict[str, Any]:
    """Give what a form says, or raise Refused with what it lacks."""
    if form.is_valid():
        return form.cleaned_data
    raise Refused(
        Blocker("invalid", str(problem), name)
        for name, problems in form.errors.items()
        for problem in problems
    )


ITEM = "incidents.add_actionitem"
MEETING_STEPS: dict[str, MeetingStep] = {
    "cancel": MeetingStep(
        cancel, _("The meeting is called off; who was to come hears by mail.")
    ),
    "held": MeetingStep(hold, _("The meeting was held.")),
    "follow_up": MeetingStep(follow_up, _("The follow-up is set.")),
    "decide": MeetingStep(decide, _("The decisions are saved."), "#decisions"),
    "raise_item": MeetingStep(
        raise_item,
        raised,
        "#decisions",
        ITEM,
    ),
    "add_item": MeetingStep(add_item, _("The action item is added."), "#items", ITEM),
}
