"""The form that declares an incident, with the team's playbook at hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from incidents.bindings import playbook_of
from incidents.declaring import LevelCard, cards_of
from incidents.entry_times import Reader
from incidents.forms.rows import RowsField, is_key
from incidents.forms.times import EntryTimeField
from incidents.forms.triage import TriageForm
from incidents.models import Incident, Playbook, Service, Severity, Team
from incidents.triage import Suggestion


class DeclareForm(forms.Form):
    """Six fields, of which one must be typed."""

    title = forms.CharField(
        label=_("What is happening?"),
        max_length=200,
        error_messages={"required": _("Say in a few words what is happening.")},
        widget=forms.TextInput(
            attrs={"autofocus": True, "placeholder": _("Checkout fails for EU cards")}
        ),
    )
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none())
    severity = forms.ModelChoiceField(
        label=_("How bad is it?"),
        queryset=Severity.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose how bad it is; it may change later.")},
    )
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

    is_drill = forms.BooleanField(
        label=_("This is a drill"),
        required=False,
        help_text=_("Its clocks run as in earnest; no post-mortem is required."),
    )
    drill_outside = forms.BooleanField(
        label=_("It tells people outside the team, too"),
        required=False,
        help_text=_("Else a drill tells its team alone, and names whom it spares."),
    )
    afterwards = forms.ChoiceField(
        label=_("Is it over?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("record", _("It is a record: no clocks run, and nobody is told.")),
            ("running", _("It is still going on: run the clocks.")),
        ],
    )

    def __init__(
        self,
        *args: Any,
        user: User,
        now: datetime,
        answers: QueryDict | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.now, self.takes_suggestion = user, now, False
        # A form that is only looked at again is unbound; its triage may be answered.
        self.answers = self.data if self.is_bound else answers
        profile = getattr(user, "profile", None)
        reader = Reader(now, profile.tz if profile else ZoneInfo("UTC"))
        self._field("since").read_with(reader)
        services = Service.objects.filter(is_retired=False)
        self._field("services").queryset = services.order_by(Lower("name"), "pk")
        teams = Team.objects.select_related("calendar", "playbook")
        self._field("team").queryset = teams
        if self.initial.get("team") is None and profile:
            self.initial["team"] = profile.team_id
        self.chosen_team = teams.filter(pk__in=self._typed_keys("team")).first()
        self._offer(playbook_of(self.chosen_team), reader)

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def _typed_keys(self, name: str) -> list[str]:
        """Give the one key that stands in a field, or none."""
        return list(filter(is_key, [str(self[name].value() or "")]))

    def _offer(self, playbook: Playbook | None, reader: Reader) -> None:
        """Take severities and triage from the playbook's present version."""
        self.playbook = playbook
        self.version = playbook.current if playbook else None
        self.triage: TriageForm | None = None
        if playbook is None or self.version is None:
            return
        offered = Severity.objects.filter(playbook=playbook, is_current=True)
        severity = self._field("severity")
        severity.queryset = offered
        severity.error_messages["invalid_choice"] = _(
            "Choose one of these: this team works by another playbook."
        )
        self.triage = TriageForm(
            self.answers,
            document=self.version.content,
            version=self.version.pk,
            reader=reader,
        )

    @classmethod
    def looked_at(cls, posted: QueryDict, *, user: User, now: datetime) -> DeclareForm:
        """Show again what was typed, without judging it: nothing is declared yet."""
        look = posted.get("look")
        typed: dict[str, Any] = posted.dict()
        typed["services"] = posted.getlist("services")
        answers = posted if look in {"suggest", "take"} else None
        form = cls(initial=typed, user=user, now=now, answers=answers)
        form.takes_suggestion = look == "take"
        return form

    @property
    def is_suggesting(self) -> bool:
        """Whether somebody asked what the answers speak for."""
        return not self.is_bound and self.answers is not None

    @cached_property
    def suggestion(self) -> Suggestion | None:
        return self.triage.suggestion() if self.triage else None

    @cached_property
    def picked(self) -> str:
        """Give the code of the severity that is picked, else of the suggested one."""
        if self.takes_suggestion and self.suggestion:
            return self.suggestion.severity
        codes = {str(card.severity.pk): card.severity.code for card in self.cards}
        for key in self._typed_keys("severity"):
            if key in codes:
                return codes[key]
        return self.suggestion.severity if self.suggestion else ""

    @cached_property
    def cards(self) -> list[LevelCard]:
        """Explain every severity that can be picked."""
        if self.version is None:
            return []
        severities = self._field("severity").queryset
        return cards_of(
            self.version.content, severities, team=self.chosen_team, now=self.now
        )

    @property
    def is_long_ago(self) -> bool:
        """Whether it was known so long ago that it may be a record only."""
        known = self._filled().get("detected_at") or self.cleaned_data.get("since")
        late = timedelta(hours=settings.RECORD_AFTER_HOURS)
        return known is not None and self.now - known > late

    def _filled(self) -> dict[str, Any]:
        return self.triage.filled if self.triage else {}

    def clean(self) -> dict[str, Any]:
        if self.triage and self.triage.is_bound and not self.triage.is_valid():
            sentence = _("An answer of the triage cannot be read: mend or empty it.")
            self.add_error(None, sentence)
        if self.is_long_ago and not self.cleaned_data.get("afterwards"):
            hours = {"hours": settings.RECORD_AFTER_HOURS}
            sentence = _(
                "It began more than %(hours)d h ago, so it will be kept as a record. "
                "Say whether it is one."
            )
            self.add_error("afterwards", sentence % hours)
        if self.cleaned_data["drill_outside"] and not self.cleaned_data["is_drill"]:
            sentence = _("Only a drill is told to reach outside the team.")
            self.add_error("drill_outside", sentence)
        return self.cleaned_data

    def declare(self) -> Incident:
        values = self.cleaned_data
        is_record = values["afterwards"] == "record" if self.is_long_ago else None
        return Incident.declare(
            title=values["title"],
            severity=values["severity"],
            team=values["team"],
            services=values["services"],
            by=self.user,
            at=self.now,
            is_record=is_record,
            is_drill=values["is_drill"],
            drill_outside=values["drill_outside"],
            **{**self._filled(), "started_at": values["since"]},
        )
