"""The forms of what is set up once: teams, services and calendars."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from incidents.forms.calendar_fields import CountryField, DaysField
from incidents.forms.people import ZoneField
from incidents.forms.persons import PersonField
from incidents.forms.seen import SeenForm
from incidents.forms.tags import TagsField
from incidents.models import Calendar, Playbook, PlaybookVersion, Service, Team
from incidents.working_time import BUILT_IN, LONGEST_PAUSE, NeverWorks, WorkingTime

Row = TypeVar("Row", bound=models.Model)
DAYS = ("country", "days_off", "sprint_weeks", "sprint_anchor")
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
        value = getattr(stored, name)
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        return str(value or gettext("nothing"))


class PlaybookField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Offers playbooks by name and short name, as two may have one name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.slug})"


class TeamForm(SetUpForm[Team]):
    lead = PersonField(label=_("Lead"))
    manager = PersonField(label=_("Manager"))
    calendar = forms.ModelChoiceField(
        label=_("Calendar"),
        queryset=Calendar.objects.all(),
        required=False,
        help_text=_("Without one: UTC, Monday to Friday, 09:00 to 17:00."),
    )
    playbook = PlaybookField(
        label=_("Playbook"),
        queryset=Playbook.objects.none(),
        required=False,
        help_text=_(
            "For incidents declared from now on. Nothing happens to those that run: "
            "each keeps the playbook and the version it began with. Without one: the "
            "playbook every installation starts with."
        ),
    )

    class Meta:
        model = Team
        fields = ("name", "lead", "manager", "playbook", "calendar")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields.get("playbook")
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = playbooks_for(self.instance)


def playbooks_for(team: Team) -> models.QuerySet[Playbook]:
    """Offer the published playbooks in use, and the one the team has already."""
    published = PlaybookVersion.objects.values("playbook")
    offered = models.Q(retired_at=None) | models.Q(pk=team.playbook_id)
    return Playbook.objects.filter(offered, pk__in=published)


class ServiceForm(SetUpForm[Service]):
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.all(), required=False
    )
    tags = TagsField(
        label=_("Tags"),
        required=False,
        help_text=_(
            "Words that a playbook's rules look for, separated by commas: payments, "
            "internal."
        ),
    )

    class Meta:
        model = Service
        fields = ("name", "team", "tier", "tags", "is_retired")


def sprint_choices() -> list[tuple[int, str]]:
    return [(n, ngettext("%d week", "%d weeks", n) % n) for n in range(1, 13)]


class CalendarForm(SetUpForm[Calendar]):
    zone = ZoneField()
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one working day.")},
    )
    country = CountryField(label=_("Public holidays of"))
    days_off = DaysField(
        label=_("Own days off"),
        required=False,
        help_text=_("One date a line, like 2026-12-24."),
    )
    sprint_weeks = forms.TypedChoiceField(
        label=_("Length of a sprint"),
        coerce=int,
        choices=sprint_choices,
    )
    sprint_anchor = forms.DateField(
        label=_("First day of a sprint"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Of any sprint: the others are counted from it."),
    )

    class Meta:
        model = Calendar
        fields = ("name", "zone", "opens_at", "closes_at", "weekdays", *DAYS)
        widgets = {
            "opens_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a calendar by which nothing would ever be due."""
        cleaned = super().clean()
        for name in ("opens_at", "closes_at"):
            at = cleaned.get(name)
            if at and (at.second or at.microsecond):
                self.add_error(name, gettext("Write hours and minutes, like 09:00."))
        working = self.working_time()
        if working and working.opens < working.closes:
            self._refuse_idleness(working)
        return cleaned

    def working_time(self) -> WorkingTime | None:
        """Give what is written as working time, or None while it cannot be read."""
        if not self.is_bound:
            return self.instance.working_time() if self.instance.pk else BUILT_IN
        counting = [name for name in self.fields if name != "name"]
        if any(name not in self.cleaned_data for name in counting):
            return None
        written = {name: self.cleaned_data[name] for name in counting}
        return Calendar(name=self.data.get("name", ""), **written).working_time()

    def _refuse_idleness(self, working: WorkingTime) -> None:
        today = working.day_of(timezone.now())
        try:
            pause = next(working.working_days(today)) - today
        except NeverWorks:
            pause = timedelta.max
        if pause.days > LONGEST_PAUSE:
            sentence = gettext(
                "By these days nobody would work for more than a year: remove some, or "
                "choose another working day."
            )
            self.add_error("days_off", sentence)
