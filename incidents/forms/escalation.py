"""The forms of clocks that speak: escalating by hand, calls, and nothing new."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.bindings import bound_by
from incidents.calls import waiting_calls
from incidents.choices import BoundKind, CallOutcome, ContactKind, DeadlineKind
from incidents.forms.clock_verbs import TargetField
from incidents.forms.rows import is_key
from incidents.forms.to_list import ToListForm
from incidents.forms.verb_form import TWO_ROWS, VerbForm
from incidents.models import Call, Contact, Deadline
from incidents.names import name_of
from incidents.rung_people import holders_of
from incidents.sending import Draft


class EscalateForm(VerbForm):
    verb, heading, button = "escalate", _("Escalate"), _("Ask for help")
    done = _("They are told.")
    template = "escalate"
    field_order = ("to", "tried", "needed", "call", "at")
    to = forms.CharField(
        label=_("Whose help?"),
        widget=forms.Select,
        error_messages={
            "required": _("Choose whose help is needed: a role or a person.")
        },
    )
    tried = forms.CharField(
        label=_("What was tried so far?"),
        max_length=2_000,
        required=False,
        widget=TWO_ROWS,
        help_text=_("So that nobody begins anew. “Nothing yet” is an answer."),
    )
    needed = forms.CharField(
        label=_("What is needed from them?"),
        max_length=2_000,
        required=False,
        widget=TWO_ROWS,
        help_text=_("A decision, access, more hands, somebody who knows it."),
    )
    call = forms.BooleanField(
        label=_("They are to be called as well"),
        required=False,
        help_text=_("Puts the call on the incident's page."),
    )

    def prepare(self) -> None:
        to: Any = self.fields["to"]
        self.groups = self._offered()
        to.widget.choices = [("", _("Choose a role or a person")), *self.groups]

    def _offered(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Offer roles with who stands behind them, then people, then contacts."""
        people = User.objects.filter(is_active=True).exclude(pk=self.user.pk)
        named = people.exclude(email="").order_by("first_name", "last_name", "pk")
        contacts = Contact.objects.exclude(kind=ContactKind.LIST).order_by("name")
        groups = [
            (gettext("Roles"), list(self._roles())),
            (gettext("People"), [(f"user:{e.pk}", name_of(e)) for e in named]),
            (gettext("Contacts"), [(f"contact:{e.pk}", e.name) for e in contacts]),
        ]
        return [(name, choices) for name, choices in groups if choices]

    def _roles(self) -> Iterable[tuple[str, str]]:
        holders = holders_of(self.incident)
        bound = bound_by(self.incident.team)
        for role in self.incident.playbook.roles:
            row = bound.get((BoundKind.ROLE, role.code))
            who = name_of(holders.get(role.code)) or str(row.contact if row else "")
            name = f"{role.name} ({who})" if who else role.name
            yield f"role:{role.code}", name

    @property
    def advice(self) -> Any:
        return self.incident.playbook.escalation

    @property
    def ladder(self) -> list[Deadline]:
        """List the rungs that come by themselves, with their times."""
        ahead = self.incident.deadlines.unended().filter(kind=DeadlineKind.RUNG)
        return list(ahead.order_by("due_at", "position"))

    def clean_to(self) -> str | User | Contact:
        kind, _colon, key = self.cleaned_data["to"].partition(":")
        found: str | User | Contact | None = None
        if kind == "role" and self.incident.playbook.role(key):
            found = key
        elif kind == "user" and is_key(key):
            found = User.objects.filter(pk=key, is_active=True).first()
        elif kind == "contact" and is_key(key):
            found = Contact.objects.select_related("user").filter(pk=key).first()
        if found is None:
            raise ValidationError(_("Choose whose help you ask for."), code="to")
        return found

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.field_order[:-1]}


class EndCallForm(VerbForm):
    verb, heading, button = "end_call", _("How did the call go?"), _("Save")
    done = _("The call is noted.")
    leads_to = "#calls"
    field_order = ("call", "outcome", "at")
    call = forms.ModelChoiceField(
        queryset=Call.objects.none(), label=_("Call"), empty_label=None
    )
    outcome = forms.ChoiceField(label=_("Outcome"), choices=CallOutcome.choices)

    def prepare(self) -> None:
        calls: Any = self.fields["call"]
        every = self.incident.calls.all()
        shown = [line.pk for line in waiting_calls(self.incident)]
        calls.queryset = every if self.is_bound else every.filter(pk__in=shown)

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("call", "outcome")}


class NothingNewForm(ToListForm):
    verb, heading, button = "nothing_new", _("Nothing new"), _("Post “Nothing new”")
    done = _("“Nothing new” is posted.")
    field_order = ("audience", "next_in", "at", "restricted")
    next_in = TargetField(
        label=_("Next update in"), help_text=_("Such as 30 min; empty: as before.")
    )

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("audience", "next_in")}

    def draft(self) -> Draft:
        typed, audience = self.cleaned_data, self.cleaned_data["audience"]
        return Draft(
            audience,
            gettext("Nothing new."),
            next_in=self.incident.as_stated_before(audience, typed["next_in"]),
            nonce=typed["nonce"],
            counts=self.incident.nothing_new_counts(audience),
        )

    def result(self) -> str:
        if self.incident.nothing_new_counts(self.cleaned_data["audience"]):
            return super().result()
        return gettext(
            "“Nothing new” is written down. The playbook does not take it for an "
            "update: that one stays due."
        )
