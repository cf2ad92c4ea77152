from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.forms.moment import MomentForm
from incidents.forms.persons import PersonField
from incidents.models import ActionItem

# Years for which every zone and calendar can reckon.
YEARS = range(2000, 2200)


class WhoForm(MomentForm):
    """Asks for a moment, and if wished for one person or one action item.

    Who may not read other people's mail is asked for no person: it is themselves.
    """

    person = PersonField(label=_("Person"), empty_label=_("everybody"))
    item = forms.IntegerField(
        label=_("Action item"),
        required=False,
        min_value=1,
        max_value=2**31,
        widget=forms.NumberInput(attrs={"placeholder": _("its number")}),
    )

    def __init__(
        self, asked: Mapping[str, str], *, reader: User, now: datetime, sees_all: bool
    ) -> None:
        local = timezone.localtime(now)
        usual = {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}
        super().__init__({**usual, **{name: v for name, v in asked.items() if v}})
        self.reader = reader
        if not sees_all:
            del self.fields["person"]

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day.year not in YEARS:
            raise forms.ValidationError(gettext("Choose a day nearer to the present."))
        return day

    def clean_item(self) -> ActionItem | None:
        number = self.cleaned_data["item"]
        if number is None:
            return None
        items = ActionItem.objects.visible_to(self.reader)
        item = items.select_related("incident", "team", "owner").filter(pk=number)
        if not item:
            sentence = gettext("There is no action item %s: its page has the number.")
            raise forms.ValidationError(sentence % number)
        return item[0]
