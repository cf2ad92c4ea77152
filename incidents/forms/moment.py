"""A moment that is asked about: a day, and a time in the reader's zone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.working_time import instant


class MomentForm(forms.Form):
    """Asks for day and time; what is cleaned has the instant as `at`."""

    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["time"].label = gettext("Time (%s)") % zone

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "day" in cleaned and "time" in cleaned:
            zone: Any = timezone.get_current_timezone()
            try:
                cleaned["at"] = instant(cleaned["day"], cleaned["time"], zone)
            except OverflowError:
                sentence = gettext("Choose a day nearer to the present.")
                self.add_error("day", sentence)
        return cleaned
