"""The forms of the review meeting: when, where and who; and its follow-up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.forms.persons import PersonField
from incidents.forms.refusals import add_refusal
from incidents.working_time import instant
from postmortems.agenda import minutes_of
from postmortems.forms.fields import Text
from postmortems.forms.review import PeopleField
from postmortems.meetings import Plan
from postmortems.models.review import LONGEST_MEETING

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.changes import Refused
    from incidents.models import Incident
    from postmortems.models import Meeting

USUAL_TIME = time(10)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MeetingForm(forms.Form):
    """Asks for a meeting in the zone of the incident's team."""

    day = forms.DateField(label=_("Day"), widget=DayInput)
    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        validators=[MinValueValidator(5), MaxValueValidator(LONGEST_MEETING)],
        widget=forms.NumberInput(attrs={"min": 5, "max": LONGEST_MEETING, "step": 5}),
    )
    place = forms.CharField(
        label=_("Where"),
        required=False,
        max_length=300,
        help_text=_("A room, or an address."),
    )
    attendees = PeopleField(label=_("Who comes"), required=False)
    guests = Text(
        label=_("Guests"),
        help_text=_(
            "One a line: a name, or “Ann <ann@vendor.example>”, who is invited by mail."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2_000}),
    )
    follow_up_on = forms.DateField(
        label=_("Follow-up"),
        required=False,
        widget=DayInput,
        help_text=_("The day on which you look whether it was done."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    def __init__(
        self, *args: Any, incident: Incident, people: Iterable[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = incident.team.zone
        self.fields["time"].help_text = _now("In %s.") % self.zone.key
        attendees = self.fields["attendees"]
        if isinstance(attendees, PeopleField):
            attendees.offer(people)

    @property
    def when(self) -> list[forms.BoundField]:
        return [self[name] for name in ("day", "time", "minutes")]

    @property
    def rest(self) -> list[forms.BoundField]:
        names = ("place", "attendees", "guests", "follow_up_on")
        return [self[name] for name in names]

    def plan(self) -> Plan | None:
        """Give what was asked for, with the instant; None where that is none."""
        said = self.cleaned_data
        try:
            starts_at = instant(said["day"], said["time"], self.zone)
        except (OverflowError, ValueError):
            self.add_error("day", _now("Choose a day nearer to the present."))
            return None
        return Plan(
            starts_at,
            said["minutes"],
            said["place"],
            said["attendees"],
            said["guests"],
            said["follow_up_on"],
        )

    def show(self, refusal: Refused) -> None:
        add_refusal(self, refusal)


class FollowUpForm(forms.Form):
    follow_up_on = forms.DateField(
        label=_("Follow-up"), required=False, widget=DayInput
    )


class NewItemForm(forms.Form):
    """An action item taken in the meeting, with who does it by when."""

    title = forms.CharField(label=_("What must change?"), max_length=200)
    owner = PersonField(label=_("Owner"))
    due_on = forms.DateField(label=_("Due"), required=False, widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", "item")
        super().__init__(*args, **kwargs)


def said_of(meeting: Meeting) -> dict[str, Any]:
    """Give what the form shows of a meeting there is."""
    local = meeting.starts_at.astimezone(meeting.postmortem.incident.team.zone)
    return {
        "day": local.date(),
        "time": local.time(),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "attendees": [str(each.pk) for each in meeting.attendees.all()],
        "guests": meeting.guests,
        "follow_up_on": meeting.follow_up_on,
        "seen": meeting.sequence,
    }


def proposed(
    incident: Incident, likely: Iterable[int], now: datetime
) -> dict[str, Any]:
    """Propose a morning of work soon, for as long as the agenda takes."""
    return {
        "day": _next_working_day(incident, now),
        "time": USUAL_TIME,
        "minutes": minutes_of(incident.playbook.postmortem.agenda),
        "attendees": [str(key) for key in sorted(set(likely))],
        "seen": 0,
    }


def _next_working_day(incident: Incident, now: datetime) -> date:
    today = timezone.localtime(now, incident.team.zone).date()
    ahead = (today + timedelta(days=n) for n in range(1, 15))
    works = incident.team.working_time.works_on
    return next((day for day in ahead if works(day)), today + timedelta(days=1))
