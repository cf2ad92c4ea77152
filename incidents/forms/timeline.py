"""Correcting an entry of the timeline: its time, its kind, its text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.choices import ENTRY_KINDS
from incidents.forms.seen import SeenForm
from incidents.models import TimelineEvent


class EntryForm(SeenForm[TimelineEvent]):
    at = forms.DateTimeField(
        label=_("Happened"),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": 1}
        ),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(each.value, each.label) for each in ENTRY_KINDS]
    )

    class Meta:
        model = TimelineEvent
        fields = ("at", "kind", "text", "in_postmortem")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 4
        if not self.instance.is_entry:
            for name in ("at", "kind", "text"):
                del self.fields[name]

    def correction(self, stored: TimelineEvent) -> dict[str, Any]:
        """Give what `TimelineEvent.correct` takes: what was seen, what is new."""
        changes = self.changes()
        was = {name: seen for name, (seen, _new) in changes.items()}
        if "at" in was and _same_second(was["at"], stored.at):
            was["at"] = stored.at  # the field shows no fractions of a second
        return {"was": was, **{name: new for name, (_seen, new) in changes.items()}}


def _same_second(shown: datetime | None, stored: datetime) -> bool:
    return shown == stored.replace(microsecond=0)
