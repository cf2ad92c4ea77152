"""The forms of the verbs of roles: give one, offer the lead, answer the offer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.forms.persons import BY_NAME, PersonField
from incidents.forms.verb_form import VerbForm
from incidents.models import Incident, RoleAssignment
from incidents.names import name_of
from incidents.role_lines import Card, card_of, cards_of

CANNOT_HOLD = _("They cannot hold this role: choose somebody from the list.")


class RoleForm(VerbForm):
    verb, heading, button = "assign_role", _("Give a role"), _("Save")
    done = _("The role is given.")
    template, leads_to = "role", "#duties"
    field_order = ("role", "person", "note", "at")
    role = forms.ChoiceField(label=_("Role"))
    person = PersonField(
        label=_("Person"), error_messages={"invalid_choice": CANNOT_HOLD}
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        help_text=_("Whoever takes the lead over from somebody says why."),
    )
    instead_of = forms.ModelChoiceField(
        queryset=User.objects.all(), required=False, widget=forms.HiddenInput
    )

    def prepare(self) -> None:
        choices: Any = self.fields["role"]
        choices.choices = [
            (role.code, role.name) for role in self.incident.playbook.incident_roles
        ]
        role = self.initial.get("role")
        held = self.incident.roles.current().filter(role=role).first()
        self.fields["instead_of"].initial = held.person_id if held else None
        person: Any = self.fields["person"]
        person.queryset = who_may_hold(self.incident, self["role"].value())
        if held and role == self.incident.playbook.leading_role.code:
            self.fields["person"].initial = self.user.pk

    @property
    def cards(self) -> list[Card]:
        """Say what whoever takes the role has to do; of all where none is chosen."""
        return cards_of(self.incident, self["role"].value())

    def result(self) -> str:
        """Tell who took it what they are now."""
        if self.cleaned_data["person"] != self.user:
            return super().result()
        role = self.incident.role_label(self.cleaned_data["role"])
        return gettext("You are %s now.") % role

    def arguments(self) -> dict[str, Any]:
        names = ("role", "person", "instead_of", "note")
        return {name: self.cleaned_data[name] for name in names}


class OfferRoleForm(VerbForm):
    """Asks whom the leading role is offered to."""

    verb, heading, button = "offer_role", _("Hand over the lead"), _("Offer it")
    done, template = "", "role"
    to = PersonField(
        label=_("To whom?"),
        required=True,
        empty_label=None,
        error_messages={
            "required": _("Choose whom it is offered to."),
            "invalid_choice": CANNOT_HOLD,
        },
        help_text=_("They are told by mail. Until they accept, nothing changes hands."),
    )
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        held = self.incident.roles.current().filter(role=self.role)
        to: Any = self.fields["to"]
        people = who_may_hold(self.incident, self.role).exclude(pk=self.user.pk)
        to.queryset = people.exclude(pk__in=held.values("person"))

    @property
    def role(self) -> str:
        return self.incident.playbook.leading_role.code

    @property
    def cards(self) -> list[Card]:
        return cards_of(self.incident, self.role)

    def result(self) -> str:
        """Name whoever has to accept it now."""
        words = {"name": name_of(self.cleaned_data["to"])}
        return gettext("Offered to %(name)s, who has to accept it.") % words

    def arguments(self) -> dict[str, Any]:
        return {"role": self.role, "to": self.cleaned_data["to"]}


def who_may_hold(incident: Incident, role: str | None) -> QuerySet[User]:
    """List by name who is not refused; all who can log in where no role is chosen."""
    return incident.holders_for(role or "").order_by(*BY_NAME)


class OfferedForm(VerbForm):
    """A step on the open offer of a role, which the page names."""

    template = "role"
    role = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        leading = self.incident.playbook.leading_role.code
        self.fields["role"].initial = leading
        self.offer = self._offer(leading)

    def _offer(self, role: str) -> RoleAssignment | None:
        offers = self.incident.roles.offered().filter(role=role)
        return offers.select_related("person", "offered_by").first()

    @property
    def cards(self) -> list[Card]:
        return cards_of(self.incident, self["role"].value())

    def clean_role(self) -> str:
        return self.cleaned_data["role"] or str(self.fields["role"].initial)

    def arguments(self) -> dict[str, Any]:
        return {"role": self.cleaned_data["role"]}


class AcceptRoleForm(OfferedForm):
    verb, heading, button = "accept_role", _("Accept the lead"), _("Accept")
    leads_to = "#duties"

    def result(self) -> str:
        role = card_of(self.incident, self.cleaned_data["role"])
        return gettext("You are %s now.") % (role.label if role else "")


class DeclineRoleForm(OfferedForm):
    verb, heading, button = "decline_role", _("Decline the lead"), _("Decline")
    done = _("Declined: it stays where it was.")
    reason = forms.CharField(label=_("Why?"), required=False, max_length=500)

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("role", "reason")}


class WithdrawRoleForm(OfferedForm):
    verb, heading, button = "withdraw_role", _("Take the offer back"), _("Take it back")
    done = _("The offer is taken back.")


ROLE_FORMS: tuple[type[VerbForm], ...] = (
    RoleForm,
    OfferRoleForm,
    AcceptRoleForm,
    DeclineRoleForm,
    WithdrawRoleForm,
)
