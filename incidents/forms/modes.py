"""The forms of the verbs that start and end what every page speaks of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.choices import MODES, ConditionKind
from incidents.forms.verb_form import VerbForm
from incidents.modes import Advice, advice_on


class ModeForm(VerbForm):
    """Asks which of both; of one that was posted, the verb says what is wrong."""

    template = "mode"
    kind = forms.ChoiceField(
        label=_("What"), choices=[(kind.value, kind.label) for kind in MODES]
    )

    @property
    def advice(self) -> Advice:
        return advice_on(self.incident, str(self["kind"].value() or ""))


class StartModeForm(ModeForm):
    verb, heading, button = "start_mode", _("Tell everybody"), _("Start it")
    done = _("Every page says so from now on.")
    field_order = ("kind", "banner", "at")
    banner = forms.CharField(
        label=_("What every page says"),
        max_length=300,
        required=False,
        help_text=_("Empty: as the playbook says it."),
    )

    def prepare(self) -> None:
        kind = str(self.initial.get("kind"))
        if kind in ConditionKind:
            self.fields["banner"].initial = self.incident.banner_of(kind)

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "banner")}


class EndModeForm(ModeForm):
    verb, heading, button = "end_mode", _("All-clear"), _("All-clear")
    done = _("The all-clear is given.")
    field_order = ("kind", "note", "at")
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "note")}


MODE_FORMS: tuple[type[VerbForm], ...] = (StartModeForm, EndModeForm)
