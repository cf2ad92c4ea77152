"""The forms of what is set up once: teams, services, calendars, playbooks."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.forms.people import ZoneField
from incidents.forms.persons import PersonField
from incidents.forms.seen import SeenForm
from incidents.models import Calendar, Playbook, Service, Team
from incidents.playbooks.load import BrokenPlaybook, load_playbook

Row = TypeVar("Row", bound=models.Model)
WEEKDAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)


class SetUpForm(SeenForm[Row]):
    """Refuses a field that somebody else changed since this page was made."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.changed_data if self.instance.pk else ():
            if name in cleaned and self._is_stale(name):
                sentence = gettext("It was changed meanwhile and now is: %s")
                self.add_error(name, sentence % self._stored(name))
        return cleaned

    def _is_stale(self, name: str) -> bool:
        field, bound = self.fields[name], self[name]
        widget = field.hidden_widget()
        shown = widget.value_from_datadict(
            self.data,
            self.files,
            bound.html_initial_name,
        )
        return field.has_changed(self.initial.get(name), shown)

    def _stored(self, name: str) -> str:
        stored = type(self.instance)._default_manager.get(pk=self.instance.pk)
        return str(getattr(stored, name) or gettext("nothing"))


class TeamForm(SetUpForm[Team]):
    lead = PersonField(label=_("Lead"))
    manager = PersonField(label=_("Manager"))
    calendar = forms.ModelChoiceField(
        label=_("Calendar"),
        queryset=Calendar.objects.all(),
        required=False,
        help_text=_("Without one: UTC, Monday to Friday, 09:00 to 17:00."),
    )

    class Meta:
        model = Team
        fields = ("name", "lead", "manager", "calendar")


class ServiceForm(SetUpForm[Service]):
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.all(), required=False
    )

    class Meta:
        model = Service
        fields = ("name", "team", "tier", "is_retired")


class CalendarForm(SetUpForm[Calendar]):
    zone = ZoneField()
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one working day.")},
    )

    class Meta:
        model = Calendar
        fields = ("name", "zone", "opens_at", "closes_at", "weekdays")
        widgets = {
            "opens_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }


class DocumentField(forms.CharField):
    """A playbook's document as text; its value is the document."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 24, "spellcheck": "false"})
        label = _("Document (YAML)")
        super().__init__(label=label, widget=widget, strip=False, **kwargs)

    def clean(self, value: Any) -> Any:
        try:
            return load_playbook(super().clean(value))
        except BrokenPlaybook as broken:
            raise forms.ValidationError(list(broken.sentences)) from broken


class PublishForm(forms.Form):
    document = DocumentField()


class PlaybookForm(forms.ModelForm[Playbook]):
    """A new playbook, with its first version."""

    document = DocumentField()

    class Meta:
        model = Playbook
        fields = ("name", "slug")
