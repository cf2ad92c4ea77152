"""What the form of every verb has in common: who acts on what, and how it is taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.entry_times import Reader
from incidents.forms.refusals import add_refusal
from incidents.forms.times import EntryTimeField
from incidents.models import Incident
from incidents.repeats import AlreadyThere

Text = str | Promise
TWO_ROWS = forms.Textarea(attrs={"rows": 2})


class VerbForm(forms.Form):
    """What a verb asks for; `take` calls it. Subclasses name the verb and its words."""

    verb: ClassVar[str]
    heading: ClassVar[Text]
    button: ClassVar[Text]
    done: ClassVar[Text]
    # Where on the incident page the person goes on.
    leads_to: ClassVar[str] = ""
    template: ClassVar[str] = "verb"
    at = EntryTimeField(label=_("When"), now_if_empty=True)
    # What is said of the second of two presses.
    already = ""

    def __init__(
        self,
        *args: Any,
        incident: Incident,
        user: User,
        now: datetime,
        zone: ZoneInfo,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.incident, self.user, self.now, self.zone = incident, user, now, zone
        reader = Reader(now, zone, span_of(incident))
        for field in self.fields.values():
            if isinstance(field, EntryTimeField):
                field.read_with(reader)
        self.prepare()

    def prepare(self) -> None:
        """Fill in the choices that depend on the incident or the person."""

    def arguments(self) -> dict[str, Any]:
        """Give what the verb takes beside `by` and `at`."""
        return {}

    def incident_named(self, reference: str) -> Incident | None:
        """Find another incident by its reference, among those the person sees."""
        if not reference.strip():
            return None
        seen = Incident.objects.visible_to(self.user)
        other = seen.filter(reference__iexact=reference.strip()).first()
        if other is None:
            raise forms.ValidationError(
                _("There is no incident %(reference)s that you can see."),
                params={"reference": reference},
            )
        return other

    def result(self) -> str:
        """Say how it worked; empty where the page shows it anyway."""
        return str(self.done)

    def take(self) -> bool:
        """Call the verb; False, with the reasons beside their fields, if refused."""
        at = self.cleaned_data.get("at") or self.now
        verb = getattr(self.incident, self.verb)
        try:
            verb(**self.arguments(), by=self.user, at=at)
        except AlreadyThere as repeated:
            self.already = str(repeated)
        except Refused as refusal:
            add_refusal(self, refusal)
            return False
        return True


def span_of(incident: Incident) -> tuple[datetime, datetime] | None:
    """Give the span of an incident that is over, for reading bare times."""
    end = incident.resolved_at or incident.closed_at
    start = incident.started_at or incident.detected_at or incident.declared_at
    return (min(start, end), end) if end else None
