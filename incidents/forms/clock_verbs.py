"""The forms of the verbs that keep an incident's clocks: updates, flags, deadlines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.apply_preview import Move, preview_of_apply, preview_of_promote
from incidents.clocks import AUDIENCES
from incidents.deadlines import update_clock
from incidents.forms.rows import is_key
from incidents.forms.to_list import ToListForm
from incidents.forms.verb_form import TWO_ROWS, VerbForm
from incidents.models import Deadline, PlaybookVersion
from incidents.models.incident_clocks import BY_HAND
from incidents.sending import Draft
from incidents.targets import How, NotATarget, Target

# Whoever states when the next update comes means today or soon.
LONGEST_WAIT = timedelta(days=31)
WHAT_IS_READ = _(
    "Write how long until the next update, at most 31 days: such as 30 min, "
    "1 h 30 min, 2 days or daily."
)
FARTHEST = timedelta(days=3660)


class TargetField(forms.CharField):
    """A span as playbooks write it; a bare number is minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 60, **kwargs})

    def clean(self, value: str | None) -> Target | None:
        typed = super().clean(value or "")
        if not typed:
            return None
        try:
            target = Target.parse(f"{typed} min" if typed.isdecimal() else typed)
        except NotATarget as error:
            raise ValidationError(WHAT_IS_READ, code="target") from error
        if target.how not in {How.ELAPSED, How.DAILY} or target.span > LONGEST_WAIT:
            raise ValidationError(WHAT_IS_READ, code="target")
        if target.how == How.ELAPSED and not target.span:
            raise ValidationError(_("The next update comes later."), code="target")
        return target


class PostUpdateForm(ToListForm):
    verb, heading, button = "post_update", _("Post an update"), _("Post the update")
    done = _("The update is noted.")
    field_order = ("audience", "text", "next_in", "at", "restricted")
    text = forms.CharField(
        label=_("What do they read?"),
        max_length=9_000,
        widget=TWO_ROWS,
        help_text=_(
            "“Nothing new” is an update too. It is sent to the list of whom it is for; "
            "where there is none, or it is of an earlier time, it is written down only."
        ),
    )
    next_in = TargetField(label=_("Next update in"))

    def prepare(self) -> None:
        super().prepare()
        self.fields["next_in"].help_text = self._about_the_next()

    def _about_the_next(self) -> str:
        clocks = (update_clock(self.incident, code) for code in AUDIENCES)
        if any(each and each.target.how == How.STATED for each in clocks):
            return gettext("Such as 30 min; the playbook wants it said each time.")
        return gettext("Such as 30 min; empty: as the playbook promises.")

    def arguments(self) -> dict[str, Any]:
        names = ("audience", "text", "next_in")
        return {name: self.cleaned_data[name] for name in names}

    def draft(self) -> Draft:
        typed = self.cleaned_data
        return Draft(
            typed["audience"],
            typed["text"],
            next_in=typed["next_in"],
            nonce=typed["nonce"],
        )


class FlagForm(VerbForm):
    """Asks which flag; of one that was posted, the verb says what is wrong with it."""

    leads_to = "#flags"
    field_order = ("code", "at")
    code = forms.ChoiceField(label=_("Flag"))

    def prepare(self) -> None:
        choices: Any = self.fields["code"]
        known = self.incident.playbook.flag_names
        held = self.incident.conditions.holding().values_list("code", flat=True)
        choices.choices = [
            (code, known.get(code, code)) for code in self.offered(known, list(held))
        ]

    def offered(self, known: Iterable[str], held: list[str]) -> Iterable[str]:
        """Choose from the codes that the playbook knows, and those that hold."""
        raise NotImplementedError

    def arguments(self) -> dict[str, Any]:
        return {"code": self.cleaned_data["code"]}


class SetFlagForm(FlagForm):
    verb, heading, button = "set_flag", _("Set a flag"), _("Set the flag")
    done = _("The flag is set.")

    def offered(self, known: Iterable[str], held: list[str]) -> Iterable[str]:
        return [code for code in known if self.is_bound or code not in held]


class ClearFlagForm(FlagForm):
    verb, heading, button = "clear_flag", _("Clear a flag"), _("Clear the flag")
    done = _("The flag is cleared.")

    def offered(self, known: Iterable[str], held: list[str]) -> Iterable[str]:
        return dict.fromkeys([*held, *(known if self.is_bound else ())])


class PromoteForm(VerbForm):
    verb, heading, button = "promote", _("Declare it"), _("Declare it")
    done = _("Declared: the clocks and the ladder run from now on.")
    template = "promote"
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        self.blockers = self.incident.blockers_of_promote()

    @property
    def moves(self) -> list[Move]:
        """Say which clocks it would start or move."""
        if self.blockers:
            return []
        return preview_of_promote(self.incident, at=self.now)


class ApplyForm(VerbForm):
    """Asks to go on under another version, and shows first what would move."""

    verb, heading, button = (
        "apply_playbook",
        _("Apply another version"),
        _("Apply it"),
    )
    done = _("The incident goes on under this version.")
    template = "apply"
    version = forms.ModelChoiceField(
        queryset=PlaybookVersion.objects.none(), widget=forms.HiddenInput
    )
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        worked_by = self.incident.playbook_version
        versions = PlaybookVersion.objects.filter(playbook=worked_by.playbook_id)
        version: Any = self.fields["version"]
        version.queryset = versions
        newest = versions.order_by("-number").first()
        asked = self.data.get("version") if self.is_bound else None
        chosen = versions.filter(pk=asked).first() if asked and is_key(asked) else None
        self.offered = chosen or newest
        version.initial = self.offered.pk if self.offered else None
        self.blockers = (
            self.incident.blockers_of_apply(self.offered) if self.offered else []
        )

    @property
    def moves(self) -> list[Move]:
        """Say what applying it would change; nothing where it cannot be applied."""
        if self.offered is None or self.blockers:
            return []
        return preview_of_apply(self.incident, self.offered, at=self.now)

    def arguments(self) -> dict[str, Any]:
        return {"version": self.cleaned_data["version"]}


class DeadlineForm(VerbForm):
    """A verb on one deadline, which the address or a hidden field names."""

    field_order = ("deadline", "at")
    deadline = forms.ModelChoiceField(
        queryset=Deadline.objects.none(), label=_("What"), empty_label=None
    )

    def prepare(self) -> None:
        rows = self.incident.deadlines.unended().filter(kind__in=BY_HAND)
        deadline: Any = self.fields["deadline"]
        deadline.queryset = self.incident.deadlines.all() if self.is_bound else rows


class MeetDeadlineForm(DeadlineForm):
    verb, heading, button = "meet_deadline", _("Done"), _("Done")
    done = _("Noted as done.")
    leads_to = "#afterwards"

    def arguments(self) -> dict[str, Any]:
        return {"deadline": self.cleaned_data["deadline"]}


class MoveDeadlineForm(DeadlineForm):
    verb, heading, button = "move_deadline", _("Move a deadline"), _("Move it")
    done = _("It is due at the new time.")
    leads_to = "#afterwards"
    to = forms.DateTimeField(
        label=_("Due at"),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}
        ),
        error_messages={"invalid": _("Write the day and time, as 2026-11-24 16:00.")},
    )
    reason = forms.CharField(label=_("Why?"), max_length=500)
    at = None  # type: ignore[assignment]

    def prepare(self) -> None:
        super().prepare()
        to: Any = self.fields["to"]
        to.help_text = gettext("In %s.") % self.zone.key

    def clean_to(self) -> datetime:
        to: datetime = self.cleaned_data["to"]
        if abs(to - self.now) > FARTHEST:
            raise ValidationError(_("Choose a time within ten years: check the year."))
        return to

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("deadline", "to", "reason")}
