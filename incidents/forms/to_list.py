"""What forms of updates have in common: they go to the list of whom they are for.

Where the team has bound no list to an audience, and where the update is of an earlier
time, it is written down only: somebody has told them already, by other means.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.forms.refusals import add_refusal
from incidents.forms.verb_form import VerbForm
from incidents.sending import RESTRICTED, Draft, Recipients, lists_of, told_apart

# Whoever writes the present minute down means now.
OF_NOW = timedelta(minutes=2)


class ToListForm(VerbForm):
    audience = forms.ChoiceField(label=_("Who is it for?"))
    restricted = forms.BooleanField(
        label=_("This incident is restricted: send it to their list all the same"),
        required=False,
    )
    nonce = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def prepare(self) -> None:
        lists = lists_of(self.incident)
        choices: Any = self.fields["audience"]
        choices.choices = told_apart(self.incident, lists)
        self.lists = lists
        self.fields["nonce"].initial = secrets.token_urlsafe(12)
        if not (self.incident.restricted and lists):
            del self.fields["restricted"]

    @cached_property
    def to(self) -> Recipients:
        """Give who is on the list that this goes to, if it goes to one."""
        at = self.cleaned_data.get("at") or self.now
        is_of_now = self.now - at < OF_NOW
        found = self.lists.get(self.cleaned_data["audience"])
        return found if found and is_of_now else Recipients()

    def draft(self) -> Draft:
        """Give what goes to the list."""
        raise NotImplementedError

    def take(self) -> bool:
        """Send it, or write it down; False, with the reasons, if refused."""
        if not self.to.is_anybody:
            return super().take()
        sure = {RESTRICTED} if self.cleaned_data.get("restricted") else set()
        try:
            self.incident.send_message(
                self.draft(), by=self.user, at=self.now, sure=sure
            )
        except Refused as refusal:
            add_refusal(self, refusal)
            return False
        return True

    def result(self) -> str:
        if not self.to.is_anybody:
            return super().result()
        told = {"list": self.to.contact, "who": self.to.in_words}
        return gettext("On its way to “%(list)s”: %(who)s.") % told
