"""The forms of an incident: declaring it, and editing its record."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from incidents.entry_times import Reader
from incidents.forms.rows import RowsField
from incidents.forms.seen import SeenForm
from incidents.forms.times import EntryTimeField
from incidents.models import Incident, Service, Severity, Team
from incidents.models.incident_record import AMENDABLE
from incidents.permissions import may_move

SUMMARY_ROWS = {"rows": 4}
FEW_ROWS = {"rows": 2}


class DeclareForm(forms.Form):
    """Five fields, of which one must be typed."""

    title = forms.CharField(
        label=_("What is happening?"),
        max_length=200,
        error_messages={"required": _("Say in a few words what is happening.")},
        widget=forms.TextInput(
            attrs={"autofocus": True, "placeholder": _("Checkout fails for EU cards")}
        ),
    )
    severity = forms.ModelChoiceField(
        label=_("How bad is it?"),
        queryset=Severity.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose how bad it is; it may change later.")},
    )
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none())
    services = RowsField(
        label=_("Services"),
        queryset=Service.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    since = EntryTimeField(
        label=_("Since when?"),
        help_text=_("such as 14:05; empty if you do not know yet."),
    )

    def __init__(self, *args: Any, user: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = getattr(user, "profile", None)
        offered = Severity.objects.filter(playbook__retired_at=None)
        self._field("severity").queryset = offered.select_related("playbook")
        self._field("team").queryset = Team.objects.select_related("calendar")
        self._field("services").queryset = Service.objects.filter(is_retired=False)
        self.fields["team"].initial = profile.team if profile else None
        since: Any = self.fields["since"]
        since.read_with(Reader(now, profile.tz if profile else ZoneInfo("UTC")))
        self.user, self.now = user, now

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def levels(self) -> list[tuple[Severity, Any]]:
        """Pair every severity with its part of the playbook, to be explained."""
        documents: dict[int, Any] = {}
        pairs = []
        for severity in self._field("severity").queryset:
            key = severity.playbook_id
            if key not in documents:
                documents[key] = severity.playbook.current
            version = documents[key]
            level = version.content.level(severity.code) if version else None
            pairs.append((severity, level))
        return pairs

    def declare(self) -> Incident:
        values = self.cleaned_data
        return Incident.declare(
            title=values["title"],
            severity=values["severity"],
            team=values["team"],
            services=values["services"],
            started_at=values["since"],
            by=self.user,
            at=self.now,
        )


class RecordForm(SeenForm[Incident]):
    """The plain record: everything that has no verb of its own."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_move(user, self.instance):
            del self.fields["team"]

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
