"""What is asked of a new action item, of an incident or of a team alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.choices import Horizon, ItemKind, Priority
from incidents.forms.persons import PersonField
from incidents.forms.verb_form import TWO_ROWS

# What a post may leave out: then the first offer counts.
OFFERED = ("priority", "kind", "horizon")


class NewItemFields(forms.Form):
    """Fields of a new item; what is left out of them has its usual value."""

    title = forms.CharField(label=_("What must change?"), max_length=200)
    owner = PersonField(label=_("Owner"))
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=Priority.choices,
        coerce=int,
        initial=Priority.P2,
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=ItemKind.choices,
        initial=ItemKind.PREVENT,
        required=False,
    )
    horizon = forms.ChoiceField(
        label=_("Horizon"),
        choices=Horizon.choices,
        initial=Horizon.SHORT,
        required=False,
    )
    due_on = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: the date the playbook sets for the priority."),
    )
    ticket = forms.URLField(
        label=_("Ticket"), required=False, assume_scheme="https", max_length=500
    )
    details = forms.CharField(label=_("Details"), required=False, widget=TWO_ROWS)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        usual = {
            name: self.fields[name].initial
            for name in OFFERED
            if given.get(name) == "" and name not in self.errors
        }
        return given | usual
