"""What a review may decide of an item: one of these steps, each a verb of the item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.choices import Priority
from incidents.forms.items import (
    AssignStep,
    CommentStep,
    CompleteStep,
    DropStep,
    ItemStep,
    MoveStep,
    SnoozeStep,
)
from incidents.forms.persons import PersonField
from incidents.forms.refusals import add_refusal
from incidents.models import ActionItem, Review
from incidents.reviews import decide

# Nobody decides so often about one item: what somebody made up matches no count.
NEVER = 10_000


class KeepStep(CommentStep):
    heading = button = _("Keep as it is")
    done = _("%(item)s: kept as it is")


class RedateStep(MoveStep):
    button = _("New date")


class HandStep(AssignStep):
    button = _("Owner")


class DoneStep(CompleteStep):
    button = _("Done")


REVIEW_STEPS: dict[str, type[ItemStep]] = {
    step.verb: step
    for step in (KeepStep, RedateStep, HandStep, DoneStep, SnoozeStep, DropStep)
}


class NoteForm(forms.Form):
    """What the team wants to remember of the review beside its decisions."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen_note = forms.CharField(required=False, widget=forms.HiddenInput)


class Decision:
    """The steps offered for one item; after a post the chosen one is bound."""

    def __init__(
        self,
        item: ActionItem,
        people: Sequence[tuple[Any, str]],
        *,
        seen: int = 0,
        posted: Mapping[str, Any] | None = None,
    ) -> None:
        self.item = item
        self.seen = _count(posted.get("seen")) if posted else seen
        self.chosen = str(posted.get("decision", "")) if posted else ""
        self.error = ""
        self.steps = [
            _step(each, item, people, posted if verb == self.chosen else None)
            for verb, each in REVIEW_STEPS.items()
            if not (verb == "snooze" and item.priority == Priority.P0)
        ]
        self.step = next((s for s in self.steps if s.verb == self.chosen), None)
        if posted is not None and self.step is None:
            self.error = gettext("Choose what is decided.")

    def record(self, review: Review, *, by: User, at: datetime) -> bool:
        """Decide it; False, with the reasons beside their fields, if refused."""
        step = self.step
        if step is None or not step.is_valid():
            return False
        verb = partial(step.take, self.item)
        try:
            decide(review, self.item, verb, seen=self.seen, by=by, at=at)
        except Refused as refusal:
            add_refusal(step, refusal)
            self.item.refresh_from_db()
            step.see_anew()
            return False
        return True


def choices_of_people() -> list[tuple[Any, str]]:
    """Give the people a select offers: one query, for however many selects."""
    field: Any = PersonField()
    return list(field.choices)


def _step(
    step: type[ItemStep],
    item: ActionItem,
    people: Sequence[tuple[Any, str]],
    posted: Mapping[str, Any] | None,
) -> ItemStep:
    verb = step.verb
    made = step(posted, items=[item], prefix=verb, auto_id=f"i{item.pk}-%s")
    if person := made.fields.get("person"):
        person.choices = people  # type: ignore[attr-defined]
        person.initial = item.owner_id
    return made


def _count(text: object) -> int:
    """Read how many decisions somebody saw; what is no number was seen by nobody."""
    typed = str(text or "")
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= 4
    return int(typed) if is_number else NEVER
