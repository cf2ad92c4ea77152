"""Changes of action items from their list: one row at once, and more steps on several.

A row posts, for each field, what the person saw beside what they wrote. Only what they
changed becomes a verb; all the verbs of a row are taken together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.changes import Blocker, Refused
from incidents.choices import ItemStatus, Priority
from incidents.forms.items import ItemStep, ReasonStep
from incidents.forms.persons import PersonField
from incidents.forms.refusals import add_refusal
from incidents.forms.rows import is_key
from incidents.models import ActionItem
from incidents.names import name_of

LONGEST_MOVE = 366
# What an item in a status can become in its row; the first is what it is.
NEXT_STATUSES: dict[str, tuple[str, ...]] = {
    ItemStatus.OPEN: (
        ItemStatus.OPEN,
        ItemStatus.IN_PROGRESS,
        ItemStatus.DONE,
        ItemStatus.DROPPED,
    ),
    ItemStatus.IN_PROGRESS: (
        ItemStatus.IN_PROGRESS,
        ItemStatus.DONE,
        ItemStatus.DROPPED,
    ),
    ItemStatus.DONE: (ItemStatus.DONE, ItemStatus.OPEN),
    ItemStatus.DROPPED: (ItemStatus.DROPPED, ItemStatus.OPEN),
}
# Fields that always have a value: an empty one was left out, not taken away.
CHOSEN = frozenset({"priority", "status"})


class RowForm(forms.Form):
    """Owner, date, priority and status of an item, edited in its row of the list."""

    owner = PersonField(label=_("Owner"))
    due_on = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Priority.choices, coerce=int, required=False
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=ItemStatus.choices, required=False
    )
    reason = forms.CharField(
        label=_("Why?"),
        required=False,
        max_length=500,
        help_text=_("For another date, for dropping and for taking up again."),
    )
    evidence = forms.CharField(
        label=_("How do we know it worked?"), required=False, max_length=2_000
    )
    watched = ("owner", "due_on", "priority", "status")

    def __init__(self, *args: Any, item: ActionItem, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"row-{item.pk}-%s")
        kwargs["initial"] = values_of(item)
        super().__init__(*args, **kwargs)
        self.item, self.said = item, list[str]()
        people = User.objects.filter(Q(is_active=True) | Q(pk=item.owner_id))
        names = ("first_name", "last_name", "username")
        self.fields["owner"].queryset = people.order_by(*names)  # type: ignore[attr-defined]
        # Any may come by post, from a page of before: the verb judges it.
        self.fields["status"].widget.choices = [
            (status.value, status.label)
            for status in ItemStatus
            if status in NEXT_STATUSES[item.status]
        ]

    def witnesses(self) -> Iterator[tuple[str, str]]:
        """Give the hidden inputs that say what of the item the person saw."""
        for name in self.watched:
            yield f"seen-{name}", self.seen(name)

    def seen(self, name: str) -> str:
        return str(self.data.get(f"seen-{name}", values_of(self.item)[name]))

    def is_changed(self, name: str) -> bool:
        """Say whether the person wrote something else than they saw."""
        written = self.data.get(name)
        if written is None or (not written and name in CHOSEN):
            return False
        return bool(written != self.seen(name))

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        if day is None and self.is_changed("due_on"):
            raise forms.ValidationError(
                _("A date can be moved but not taken away: choose another day.")
            )
        return day

    def take(self, *, by: User, at: datetime) -> bool:
        """Take the verbs of what was changed; False, and nothing, where one is refused.

        `said` then tells what was done, or the fields why not. Saving once more after
        a refusal overwrites what others wrote, knowingly.
        """
        blockers: list[Blocker] = []
        try:
            with transaction.atomic():
                for verb in self._verbs():
                    try:
                        verb(by, at)
                    except Refused as refused:
                        blockers += refused.blockers
                if blockers:
                    raise Refused(dict.fromkeys(blockers))
        except Refused as refused:
            self.item.refresh_from_db()
            self.see_anew()
            add_refusal(self, refused)
            return False
        return True

    def see_anew(self) -> None:
        """Take what is stored now as seen, and show it where nothing was written."""
        data = self.data.copy()  # type: ignore[attr-defined]
        for name, stored in values_of(self.item).items():
            if not self.is_changed(name):
                data[name] = stored
            data[f"seen-{name}"] = stored
        self.data = data

    def _verbs(self) -> Iterator[Any]:
        """Give the steps in an order in which none makes the next impossible."""
        finishes = self.cleaned_data["status"] != ItemStatus.OPEN
        steps = {
            "owner": self._assign,
            "priority": self._set_priority,
            "due_on": self._move,
        }
        changed = [step for name, step in steps.items() if self.is_changed(name)]
        status = [self._set_status] if self.is_changed("status") else []
        yield from [*changed, *status] if finishes else [*status, *changed]

    def _assign(self, by: User, at: datetime) -> None:
        person, seen = self.cleaned_data["owner"], self.seen("owner")
        instead_of = User(pk=int(seen)) if is_key(seen) else None
        self.item.assign(person, by=by, at=at, instead_of=instead_of)
        self._say(gettext("owner is now %s") % (name_of(person) or gettext("nobody")))

    def _set_priority(self, by: User, at: datetime) -> None:
        seen, new = self.seen("priority"), self.cleaned_data["priority"]
        self.item.amend({"priority": (number_of(seen), new)}, by=by, at=at)
        self._say(gettext("priority is now %s") % Priority(new).label)

    def _move(self, by: User, at: datetime) -> None:
        day, reason = self.cleaned_data["due_on"], self.cleaned_data["reason"]
        seen = day_of(self.seen("due_on"))
        if seen is None and (stored := self.item.due_on):
            sentence = gettext("It is already due on %s.") % stored
            raise Refused.because("date_moved", sentence, "due_on")
        self.item.move_due_date(day, by=by, at=at, reason=reason, seen=seen)
        self._say(gettext("due on %s") % date_format(day, "j M Y"))

    def _set_status(self, by: User, at: datetime) -> None:
        status, reason = self.cleaned_data["status"], self.cleaned_data["reason"]
        if status == ItemStatus.IN_PROGRESS:
            self.item.start(by=by, at=at)
        elif status == ItemStatus.DONE:
            evidence = self.cleaned_data["evidence"]
            self.item.complete(by=by, at=at, evidence=evidence)
        elif status == ItemStatus.DROPPED:
            self.item.drop(by=by, at=at, reason=reason)
        else:
            self.item.reopen(by=by, at=at, reason=reason)
        self._say(str(ItemStatus(status).label))

    def _say(self, what: str) -> None:
        self.said.append(what)

    def result(self) -> str:
        """Say what was done; nothing changed is told, too."""
        return ", ".join(self.said) or gettext("nothing was changed")


class MoveByStep(ReasonStep):
    verb, heading, button = "move_due_date", _("Move by days"), _("Move")
    done = _("%(item)s: due on %(day)s")
    watched = "due_on"
    days = forms.IntegerField(
        label=_("Days later"),
        min_value=-LONGEST_MOVE,
        max_value=LONGEST_MOVE,
        help_text=_("Each from its own date; a negative number makes it earlier."),
    )
    field_order = ("days", "reason")

    def clean_days(self) -> int:
        days: int = self.cleaned_data["days"]
        if days == 0:
            raise forms.ValidationError(_("Say by how many days."))
        return days

    def arguments(self, item: ActionItem) -> dict[str, Any]:
        if item.due_on is None:
            sentence = gettext("It has no date that could be moved: set one first.")
            raise Refused.because("no_date", sentence, "days")
        try:
            to = item.due_on + timedelta(days=self.cleaned_data["days"])
        except OverflowError:
            sentence = gettext("No calendar reaches that far.")
            raise Refused.because("too_far", sentence, "days") from None
        reason = self.cleaned_data["reason"]
        return {"to": to, "reason": reason, "seen": day_of(self.seen(item))}

    def result(self, item: ActionItem) -> str:
        return str(self.done) % {"item": item, "day": item.due_on}


class PriorityStep(ItemStep):
    verb, heading, button = "amend", _("Set the priority"), _("Set")
    done = _("%(item)s: now %(priority)s")
    offered = _("%(item)s: now %(priority)s; its rule would make it due on %(day)s")
    watched = "priority"
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Priority.choices, coerce=int
    )

    def arguments(self, item: ActionItem) -> dict[str, Any]:
        seen, new = number_of(self.seen(item)), self.cleaned_data["priority"]
        return {"changes": {"priority": (seen, new)}}

    def result(self, item: ActionItem) -> str:
        day = item.offered_date
        words = str(self.offered if day else self.done)
        label = Priority(item.priority).label
        return words % {"item": item, "priority": label, "day": day}


def values_of(item: ActionItem) -> dict[str, str]:
    """Give what a row edits as its inputs hold it."""
    return {
        "owner": str(item.owner_id or ""),
        "due_on": item.due_on.isoformat() if item.due_on else "",
        "priority": str(item.priority),
        "status": str(item.status),
    }


def number_of(text: str) -> int | None:
    return int(text) if is_key(text) else None


def day_of(text: str) -> date | None:
    """Read a day as inputs hold it; None where that is no day."""
    try:
        return parse_date(text)
    except ValueError:
        return None
