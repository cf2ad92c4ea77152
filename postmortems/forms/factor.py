"""What is known of a contributing factor besides its words."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from incidents.forms.seen import SeenForm
from incidents.models import TimelineEvent
from postmortems.models import Finding, PostMortem


class EvidenceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Offers the entries of the document, in their order and its zone."""

    zone: tzinfo | None = None

    def label_from_instance(self, obj: TimelineEvent) -> str:
        at = obj.at.astimezone(self.zone)
        return f"{at:%-d %b %H:%M} · {Truncator(obj.document_says).chars(90)}"


class FactorForm(SeenForm[Finding]):
    evidence = EvidenceField(
        label=_("Shown by"),
        queryset=TimelineEvent.objects.none(),
        required=False,
        empty_label=_("no entry of the timeline"),
    )

    class Meta:
        model = Finding
        fields = ("category", "priority", "evidence", "earlier")

    def __init__(self, *args: Any, postmortem: PostMortem, **kwargs: Any) -> None:
        # Several of these stand on one page: each names its fields by its row.
        super().__init__(*args, auto_id=False, label_suffix="", **kwargs)
        row = self.instance
        self.postmortem = postmortem
        offered = postmortem.incident.timeline.standing().filter(in_postmortem=True)
        if row.evidence_id:
            offered |= postmortem.incident.timeline.filter(pk=row.evidence_id)
        evidence: Any = self.fields["evidence"]
        evidence.zone = postmortem.incident.team.zone
        evidence.label = _("Shown by (times in %s)") % evidence.zone.key
        evidence.queryset = offered.chronological()
        earlier: Any = self.fields["earlier"]
        earlier.queryset = row.section.findings.exclude(pk=row.pk)
        earlier.empty_label = _("no other factor")
        for name, words in (("category", _("not said")), ("priority", _("none"))):
            choices: Any = self.fields[name]
            choices.choices = [("", words), *choices.choices[1:]]
        for name, field in self.fields.items():
            field.widget.attrs["id"] = f"factor-{row.pk}-{name}"

    def save_described(self, *, by: Any, at: datetime) -> None:
        """Write what was changed, or raise Refused."""
        changes = self.changes()
        was = {name: seen for name, (seen, _new) in changes.items()}
        if "priority" in was:
            was["priority"] = int(was["priority"]) if was["priority"] else None
        new = {name: now for name, (_seen, now) in changes.items()}
        if new:
            row = Finding.objects.get(pk=self.instance.pk)
            self.postmortem.describe(row, by=by, at=at, was=was, **new)
