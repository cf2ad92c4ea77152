"""The forms of taking the last step back, and of watching."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.forms.verb_form import VerbForm
from incidents.undoing import offer_of


class UndoForm(VerbForm):
    verb, heading, button = "undo", _("Undo"), _("Take it back")
    done = _("Taken back.")
    template = "undo"
    # It names what the person saw, not when: two minutes count on the server.
    seen = forms.RegexField(
        r"^[0-9]{1,18}(-[0-9]{1,18})?$", required=False, widget=forms.HiddenInput
    )
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        self.offer = offer_of(self.incident, self.now)
        if self.offer:
            self.fields["seen"].initial = self.offer.key

    @property
    def says(self) -> str:
        """Say what would be taken back, and how long that can be done."""
        if self.offer is None:
            return gettext("There is nothing to take back.")
        until = timezone.localtime(self.offer.until)
        named = {"what": self.offer.what, "time": f"{until:%H:%M:%S %Z}"}
        return gettext("“%(what)s” can be taken back until %(time)s.") % named

    def arguments(self) -> dict[str, Any]:
        return {"seen": self.cleaned_data["seen"]}

    def result(self) -> str:
        """Name what had been sent, as the timeline does."""
        undone = self.incident.timeline.filter(verb="undo", author=self.user)
        said = undone.order_by("pk").last()
        return said.text if said else super().result()


class WatchForm(VerbForm):
    verb, heading, button = "watch", _("Watch"), _("Watch it")
    done = _("You watch it: you get a mail whenever it moves on.")
    leads_to = "#region-head"
    at = None  # type: ignore[assignment]


class UnwatchForm(VerbForm):
    verb, heading, button = "unwatch", _("Stop watching"), _("Stop watching")
    done = _("You no longer watch it.")
    leads_to = "#region-head"
    at = None  # type: ignore[assignment]
