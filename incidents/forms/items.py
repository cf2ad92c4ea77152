"""What the steps on action items ask for, on one item's page or for several at once.

Beside its fields a step posts, for every item, the value the person saw, so that
nobody takes an item, or moves a date, that meanwhile belongs to somebody else's plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth.models import User
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.forms.new_item import NewItemFields
from incidents.forms.persons import PersonField
from incidents.forms.refusals import add_refusal
from incidents.forms.seen import SeenForm
from incidents.forms.verb_form import TWO_ROWS
from incidents.models import ActionItem, Incident, Team
from incidents.names import name_of

if TYPE_CHECKING:
    from incidents.querysets import Person

Text = str | Promise


class ItemStep(forms.Form):
    """A verb of action items: what it asks, and how it is taken on each of them."""

    verb: ClassVar[str]
    heading: ClassVar[Text]
    button: ClassVar[Text]
    done: ClassVar[Text]
    watched: ClassVar[str] = ""

    def __init__(
        self, *args: Any, items: Sequence[ActionItem] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items = items

    def witnesses(self) -> Iterator[tuple[str, str]]:
        """Give the hidden inputs that say what of each item the person saw."""
        for item in self.items if self.watched else ():
            stored = getattr(item, self.watched)
            name = self._witness(item)
            yield name, self.data.get(name, "" if stored is None else str(stored))

    def seen(self, item: ActionItem) -> str:
        stored = getattr(item, self.watched)
        shown = "" if stored is None else str(stored)
        return str(self.data.get(self._witness(item), shown))

    def see_anew(self) -> None:
        """Take what the items are now as seen: once more is then on purpose."""
        names = {self._witness(item) for item in self.items}
        self.data = {n: v for n, v in self.data.items() if n not in names}

    def arguments(self, item: ActionItem) -> dict[str, Any]:
        """Give what the verb takes beside `by` and `at`."""
        return dict(self.cleaned_data)

    def result(self, item: ActionItem) -> str:
        """Say what has become of an item."""
        return str(self.done) % {"item": item, **self.cleaned_data}

    def take(self, item: ActionItem, *, by: User, at: datetime) -> None:
        getattr(item, self.verb)(**self.arguments(item), by=by, at=at)

    def _witness(self, item: ActionItem) -> str:
        return self.add_prefix(f"seen-{item.pk}")


class AssignStep(ItemStep):
    verb, heading, button = "assign", _("Assign"), _("Assign")
    done = _("%(item)s: now belongs to %(person)s")
    watched = "owner_id"
    person = PersonField(label=_("Owner"))

    def result(self, item: ActionItem) -> str:
        person = name_of(self.cleaned_data["person"]) or gettext("nobody")
        return str(self.done) % {"item": item, "person": person}

    def arguments(self, item: ActionItem) -> dict[str, Any]:
        seen = self.seen(item)
        key = _number(seen)
        owner = None if key is None else User(pk=key)
        return {"person": self.cleaned_data["person"], "instead_of": owner}


class StartStep(ItemStep):
    verb, heading, button = "start", _("Start"), _("Start")
    done = _("%(item)s: in progress")


class CompleteStep(ItemStep):
    verb, heading, button = "complete", _("Complete"), _("Complete")
    done = _("%(item)s: done")
    evidence = forms.CharField(
        label=_("How do we know it worked?"),
        required=False,
        max_length=2_000,
        widget=TWO_ROWS,
        help_text=_("A test, a graph, a drill. May stay empty."),
    )


class WakeStep(ItemStep):
    verb, heading, button = "wake", _("End the snooze"), _("End the snooze")
    done = _("%(item)s: no longer snoozed")


class CommentStep(ItemStep):
    verb, heading, button = "comment", _("Comment"), _("Comment")
    done = _("%(item)s: your comment is written down")
    text = forms.CharField(label=_("Comment"), max_length=5_000, widget=TWO_ROWS)


class FollowRuleStep(ItemStep):
    """Takes the date the page offered; `seen` is that date."""

    verb, heading, button = "follow_rule", _("Follow the rule"), _("Take this date")
    done = _("%(item)s: due on the date of the rule")
    watched = "offered_date"

    def arguments(self, item: ActionItem) -> dict[str, Any]:
        # Not what is offered by now: a date that nobody was shown is not theirs.
        return {"seen": _day(str(self.data.get(self._witness(item), "")))}


class ReasonStep(ItemStep):
    reason = forms.CharField(label=_("Why?"), max_length=500)


class DropStep(ReasonStep):
    verb, heading, button = "drop", _("Drop"), _("Drop")
    done = _("%(item)s: dropped")


class ReopenStep(ReasonStep):
    verb, heading, button = "reopen", _("Reopen"), _("Reopen")
    done = _("%(item)s: reopened")


class MoveStep(ReasonStep):
    verb, heading, button = "move_due_date", _("Move the due date"), _("Move")
    done = _("%(item)s: due on %(to)s")
    watched = "due_on"
    to = forms.DateField(
        label=_("New due date"), widget=forms.DateInput(attrs={"type": "date"})
    )
    field_order = ("to", "reason")

    def arguments(self, item: ActionItem) -> dict[str, Any]:
        return {**self.cleaned_data, "seen": _day(self.seen(item))}


class SnoozeStep(ReasonStep):
    verb, heading, button = "snooze", _("Snooze"), _("Snooze")
    done = _("%(item)s: nobody is reminded before %(until)s")
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"})
    )
    field_order = ("until", "reason")


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _number(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None


ITEM_STEPS: dict[str, type[ItemStep]] = {
    step.verb: step
    for step in (
        AssignStep,
        StartStep,
        CompleteStep,
        DropStep,
        MoveStep,
        FollowRuleStep,
        SnoozeStep,
        WakeStep,
        CommentStep,
        ReopenStep,
    )
}


class ItemRecordForm(SeenForm[ActionItem]):
    """The plain fields of an item; everything else about it is a step."""

    ticket = forms.URLField(
        label=_("Ticket"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = ActionItem
        fields = (
            "title",
            "details",
            "kind",
            "horizon",
            "priority",
            "ticket",
            "is_public",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["details"].widget.attrs["rows"] = 5

    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {
            name: (_number(seen) if name == "priority" else seen, new)
            for name, (seen, new) in super().changes().items()
        }


class IncidentChoice(forms.Form):
    """Which incident a new action item belongs to; its own page asks for the rest."""

    reference = forms.CharField(
        label=_("Incident"),
        max_length=40,
        help_text=_("Its reference, such as INC-20261121-001."),
        widget=forms.TextInput(attrs={"list": "latest-incidents"}),
    )

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = Incident.objects.visible_to(user)

    def latest(self) -> list[Incident]:
        return list(self.seen.filter(closed_at=None)[:30])

    def clean_reference(self) -> Incident:
        reference = self.cleaned_data["reference"].strip()
        incident = self.seen.filter(reference__iexact=reference).first()
        if incident is None:
            raise forms.ValidationError(
                _("There is no incident %(reference)s that you can see."),
                params={"reference": reference},
            )
        return incident


class TeamItemForm(NewItemFields):
    """A new action item of no incident: its team answers for it and dates it."""

    field_order = ("team",)
    team = forms.ModelChoiceField(
        Team.objects.all(), label=_("Team"), empty_label=_("Choose a team")
    )

    def add(self, *, by: User, at: datetime) -> ActionItem | None:
        """Raise the item; None, with the reasons beside their fields, if refused."""
        try:
            return ActionItem.raise_for(
                self.cleaned_data["team"],
                by=by,
                at=at,
                **{k: v for k, v in self.cleaned_data.items() if k != "team"},
            )
        except Refused as refusal:
            add_refusal(self, refusal)
            return None
