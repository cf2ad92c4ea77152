"""One small form for each verb of an incident: what it asks, and how it is taken.

The incident page posts to them; each also has a page of its own, which a refused or
unreadable post comes back to with everything that was typed.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.choices import (
    CloseReason,
    Milestone,
    Status,
)
from incidents.declaring import LevelCard, cards_of
from incidents.forms.backfill import BackfillForm
from incidents.forms.clock_verbs import (
    ApplyForm,
    ClearFlagForm,
    MeetDeadlineForm,
    MoveDeadlineForm,
    PostUpdateForm,
    PromoteForm,
    SetFlagForm,
)
from incidents.forms.entries import ENTRY_FORMS
from incidents.forms.escalation import EndCallForm, EscalateForm, NothingNewForm
from incidents.forms.modes import MODE_FORMS
from incidents.forms.new_item import NewItemFields
from incidents.forms.overrule import OVERRULE_FORMS
from incidents.forms.roles import ROLE_FORMS
from incidents.forms.rows import is_key
from incidents.forms.times import EntryTimeField
from incidents.forms.undo import UndoForm, UnwatchForm, WatchForm
from incidents.forms.verb_form import TWO_ROWS, VerbForm
from incidents.models import ImpactInterval, Incident, Severity, TimelineEvent
from incidents.models.incident_record import OTHER_FACTS


class AcknowledgeForm(VerbForm):
    verb, heading, button = "acknowledge", _("Acknowledge"), _("Acknowledge")
    done = _("Acknowledged.")


class MitigateForm(VerbForm):
    verb, heading, button = "mitigate", _("Mitigated"), _("Mitigated")
    done = _("Mitigated: the impact has ended.")


class ResolveForm(VerbForm):
    verb, heading, button = "resolve", _("Resolve"), _("Resolve")
    done = _("Resolved.")


class StatusForm(VerbForm):
    verb, heading, button = "change_status", _("Change status"), _("Change status")
    done = _("The status is changed.")
    to = forms.ChoiceField(label=_("Status"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        choices: Any = self.fields["to"]
        choices.choices = [
            (each.code, each.label)
            for each in self.incident.playbook.statuses
            if each.code != Status.RESOLVED.value
        ]
        self.fields["seen"].initial = self.incident.status

    def arguments(self) -> dict[str, Any]:
        return {
            "to": self.cleaned_data["to"],
            "seen": self.cleaned_data["seen"] or None,
        }


class SeverityForm(VerbForm):
    verb, heading, button = (
        "change_severity",
        _("Change severity"),
        _("Change severity"),
    )
    done = _("The severity is changed.")
    template = "severity"
    field_order = ("to", "because", "at")
    to = forms.ModelChoiceField(
        label=_("Severity"),
        queryset=Severity.objects.none(),
        error_messages={"required": _("Choose how bad it is now.")},
    )
    because = forms.CharField(label=_("Because"), required=False, max_length=500)
    seen = forms.ModelChoiceField(
        queryset=Severity.objects.none(), required=False, widget=forms.HiddenInput
    )

    def prepare(self) -> None:
        playbook = self.incident.playbook_version.playbook_id
        for name in ("to", "seen"):
            field: Any = self.fields[name]
            field.queryset = Severity.objects.filter(playbook=playbook)
        known = [level.code for level in self.incident.playbook.severities]
        to: Any = self.fields["to"]
        to.queryset = to.queryset.filter(code__in=known)
        self.fields["seen"].initial = self.incident.severity_id

    @property
    def cards(self) -> list[LevelCard]:
        """Explain each severity in the words of the incident's own version."""
        field: Any = self.fields["to"]
        incident = self.incident
        began = max(incident.declared_at, incident.reopened_at or incident.declared_at)
        return cards_of(
            incident.playbook, field.queryset, team=incident.team, now=began
        )

    @property
    def picked(self) -> str:
        """Give the code of the severity that is picked, else of the present one."""
        typed = str(self["to"].value() or self.incident.severity_id)
        codes = {str(card.severity.pk): card.severity.code for card in self.cards}
        return codes.get(typed, "")

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("to", "because", "seen")}


class MilestoneForm(VerbForm):
    verb, heading, button = "record_milestone", _("Record a milestone"), _("Save")
    done = _("Recorded.")
    name = forms.ChoiceField(
        label=_("Milestone"), choices=[*Milestone.choices, *OTHER_FACTS.items()]
    )
    when = EntryTimeField(label=_("When it happened"))
    unknown_because = forms.CharField(
        label=_("or not known, because"), required=False, max_length=500
    )
    at = None  # type: ignore[assignment]

    def arguments(self) -> dict[str, Any]:
        names = ("name", "when", "unknown_because")
        return {name: self.cleaned_data[name] for name in names}


class CloseForm(VerbForm):
    verb, heading, button = "close", _("Close"), _("Close the incident")
    done = _("Closed.")
    reason = forms.ChoiceField(
        label=_("Closed as"), choices=CloseReason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Note"), required=False, widget=TWO_ROWS)
    duplicate_of = forms.CharField(
        label=_("Duplicate of"),
        required=False,
        max_length=40,
        help_text=_("The reference of the other incident, for a duplicate."),
    )

    def clean_duplicate_of(self) -> Incident | None:
        return self.incident_named(self.cleaned_data["duplicate_of"])

    def arguments(self) -> dict[str, Any]:
        names = ("reason", "note", "duplicate_of")
        return {name: self.cleaned_data[name] for name in names}


class ReopenForm(VerbForm):
    verb, heading, button = "reopen", _("Reopen"), _("Reopen the incident")
    done = _("Reopened.")
    reason = forms.CharField(label=_("Why?"), max_length=500)

    def arguments(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class RestrictForm(VerbForm):
    verb, heading, button = "restrict", _("Who may see it"), _("Save")
    done = _("Saved.")
    restricted = forms.BooleanField(
        label=_("Restricted to those with a role in it, its lead and its manager"),
        required=False,
    )
    reason = forms.CharField(label=_("Why?"), max_length=500)
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        self.fields["restricted"].initial = self.incident.restricted

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("restricted", "reason")}


class ImpactForm(VerbForm):
    verb, heading, button = "correct_impact", _("Correct the impact"), _("Save")
    done = _("The impact interval is corrected.")
    interval = forms.ModelChoiceField(
        queryset=ImpactInterval.objects.none(), widget=forms.HiddenInput
    )
    started_at = EntryTimeField(label=_("From"), required=True)
    ended_at = EntryTimeField(
        label=_("Until"), help_text=_("Empty while the impact goes on.")
    )
    reason = forms.CharField(label=_("Why?"), max_length=500)
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        interval: Any = self.fields["interval"]
        interval.queryset = self.incident.impact_intervals.all()

    def arguments(self) -> dict[str, Any]:
        names = ("interval", "started_at", "ended_at", "reason")
        return {name: self.cleaned_data[name] for name in names}


class ItemForm(NewItemFields, VerbForm):
    verb, heading, button = "add_item", _("Add an action item"), _("Add")
    done = _("The action item is added.")
    raised_from = forms.ModelChoiceField(
        queryset=TimelineEvent.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("That entry is of another incident.")},
    )
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        """Offer the words of the entry it is raised from, if there is one."""
        raised_from: Any = self.fields["raised_from"]
        raised_from.queryset = self.incident.timeline.all()
        asked = str(self.initial.get("raised_from", ""))
        if not is_key(asked):
            self.initial.pop("raised_from", None)
        elif entry := self.incident.timeline.filter(pk=asked).first():
            self.fields["details"].initial = entry.text
            self.fields["details"].help_text = _("From the timeline.")

    def arguments(self) -> dict[str, Any]:
        return {**self.cleaned_data, "once": True}


class LinkForm(VerbForm):
    verb, heading, button = "add_link", _("Add a link"), _("Add")
    done = _("The link is added.")
    url = forms.URLField(
        label=_("Address"), required=False, assume_scheme="https", max_length=500
    )
    label = forms.CharField(label=_("Label"), required=False, max_length=200)
    other = forms.CharField(
        label=_("or another incident"),
        required=False,
        max_length=40,
        help_text=_("Its reference, such as INC-20261121-001."),
    )
    at = None  # type: ignore[assignment]

    def clean_other(self) -> Incident | None:
        return self.incident_named(self.cleaned_data["other"])

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("url", "label", "other")}


FORMS: tuple[type[VerbForm], ...] = (
    BackfillForm,
    UndoForm,
    WatchForm,
    UnwatchForm,
    AcknowledgeForm,
    MitigateForm,
    ResolveForm,
    StatusForm,
    SeverityForm,
    *ROLE_FORMS,
    *MODE_FORMS,
    *ENTRY_FORMS,
    MilestoneForm,
    CloseForm,
    ReopenForm,
    RestrictForm,
    ImpactForm,
    ItemForm,
    LinkForm,
    PostUpdateForm,
    NothingNewForm,
    EscalateForm,
    EndCallForm,
    SetFlagForm,
    ClearFlagForm,
    PromoteForm,
    ApplyForm,
    MeetDeadlineForm,
    MoveDeadlineForm,
    *OVERRULE_FORMS,
)
VERB_FORMS = {form.verb: form for form in FORMS}
