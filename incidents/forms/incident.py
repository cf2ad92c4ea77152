"""The form of an incident's record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.forms.refusals import add_refusal
from incidents.forms.rows import RowsField
from incidents.forms.seen import SeenForm
from incidents.last_writer import theirs
from incidents.models import Incident
from incidents.models.incident_record import AMENDABLE
from incidents.permissions import may_move

SUMMARY_ROWS = {"rows": 4}
FEW_ROWS = {"rows": 2}


class RecordForm(SeenForm[Incident]):
    """The plain record: everything that has no verb of its own."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_move(user, self.instance):
            del self.fields["team"]

    def meet(self, refusal: Refused, stored: Incident) -> None:
        """Show both texts where two wrote, and every other reason at its field."""
        met = {each.field for each in refusal.blockers if each.code == "stale"}
        for name in met:
            field = self.fields[name]
            field.theirs = theirs(stored, name)  # type: ignore[attr-defined]
            self.add_error(name, field.theirs.sentence)  # type: ignore[attr-defined]
        others = [each for each in refusal.blockers if each.field not in met]
        add_refusal(self, Refused(others))
        self.see_anew(stored, met)

    class Meta:
        model = Incident
        fields = sorted(AMENDABLE | {"services"})
        field_classes = {"services": RowsField}
        widgets = {
            "summary": forms.Textarea(attrs=SUMMARY_ROWS),
            "features_affected": forms.Textarea(attrs=FEW_ROWS),
            "data_loss_details": forms.Textarea(attrs=FEW_ROWS),
            "reputation": forms.Textarea(attrs=FEW_ROWS),
            "services": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "users_affected": _("A number, or per cent beside it; not both."),
            "revenue_currency": _("Three capitals, such as EUR."),
        }
