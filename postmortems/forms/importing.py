"""What is asked of whoever imports a write-up: the text, then what it leaves open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.bindings import playbook_of
from incidents.changes import Refused
from incidents.models import Playbook, Severity, Team
from incidents.models.team import validate_zone
from postmortems.importing import (
    Choices,
    Source,
    may_publish,
    source_of,
    source_of_text,
)
from postmortems.importing.archives import (
    Archive,
    brought_back,
    carried,
    is_archive,
    write_ups_of,
)
from postmortems.importing.bringing import RESTRICT
from postmortems.importing.files import ENDINGS, MOST_BYTES
from postmortems.importing.foreign_parts import unknown_of
from postmortems.markdown_in.decoding import too_long
from postmortems.meanings import Meaning

MEANING = "meaning-"
MOST_ASKED = 40
NEEDED = ("team", "playbook", "severity", "day", "zone")


class ImportForm(forms.Form):
    """A file or pasted text; what was typed is kept, whatever is wrong with it."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        max_length=200,
        help_text=_("Markdown, plain text, or a zip archive of up to 20; up to 1 MiB."),
        widget=forms.FileInput(
            attrs={"accept": ",".join((*ENDINGS, "text/markdown", ".zip"))}
        ),
    )
    text = forms.CharField(
        label=_("or its text"),
        required=False,
        strip=False,
        help_text=_("Paste the source of the page, up to 1 MiB."),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    packed = forms.CharField(required=False, widget=forms.HiddenInput)
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.select_related("calendar", "playbook"),
        help_text=_("The incident will be its record."),
    )
    playbook = forms.ModelChoiceField(
        label=_("Playbook"),
        queryset=Playbook.objects.all(),
        required=False,
        empty_label=_("that of the team"),
        help_text=_("Its sections are filled, and its severities count."),
    )
    severity = forms.ModelChoiceField(
        label=_("Severity"),
        queryset=Severity.objects.none(),
        required=False,
        empty_label=_("as the text says, else the mildest"),
    )
    day = forms.DateField(
        label=_("Date"),
        required=False,
        help_text=_("Empty: as the text says. Such as 2026-11-21."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=64,
        validators=[validate_zone],
        help_text=_("Of times that name none. Empty: that of the team."),
        widget=forms.TextInput(attrs={"placeholder": "Europe/Berlin"}),
    )
    restricted = forms.BooleanField(label=_("Restrict the incident"), required=False)
    drops_open = forms.BooleanField(
        label=_("Drop the action items that are open in it"),
        required=False,
        help_text=_("Else they are to be done, and their owners are reminded."),
    )
    publishes = forms.BooleanField(
        label=_("Publish it as it came"),
        required=False,
        help_text=_("Else it is a draft. Empty sections are left out."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        profile = getattr(user, "profile", None)
        self.initial.setdefault("team", profile and profile.team_id)
        if not user.has_perm(RESTRICT):
            del self.fields["restricted"]
        if not may_publish(user):
            del self.fields["publishes"]
        field: Any = self.fields["severity"]
        if playbook := self._rules():
            offered = playbook.severities.filter(is_current=True).order_by("rank")
            field.queryset = offered
            field.error_messages["invalid_choice"] = _(
                "Choose one of these: the playbook is another one now."
            )

    def _rules(self) -> Playbook | None:
        """Give the playbook that is chosen, else that of the chosen team."""
        for name in ("playbook", "team"):
            field: Any = self.fields[name]
            try:
                found = field.clean(self[name].value())
            except ValidationError:
                continue
            if isinstance(found, Playbook):
                return found
            if isinstance(found, Team):
                return playbook_of(found)
        return None

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file and (file.size or 0) > MOST_BYTES:
            raise ValidationError(too_long(), code="long")
        return file

    def clean(self) -> dict[str, Any]:
        """Read what was given; a file counts before a text."""
        file, text = self.cleaned_data.get("file"), self.cleaned_data.get("text", "")
        name = self.cleaned_data.get("name", "")
        self.source: Source | None = None
        self.choices: Choices | None = None
        self.archive: Archive | None = None
        packed = self.cleaned_data.get("packed", "")
        try:
            if file:
                self._take(file.read(), str(file.name))
            elif packed:
                self._take(brought_back(packed), name)
            elif text.strip():
                self.source = source_of_text(text, name)
            elif not self.errors:
                sentence = gettext("Choose a file, or paste a text.")
                raise Refused.because("nothing", sentence, "file")
        except Refused as refused:
            self.refuse(refused)
        if self.source:
            self._ask_for_meanings(self.source)
        # Read now: what is found wrong with a field later takes its value away.
        self.choices = self._choices() if not set(NEEDED) & set(self.errors) else None
        return self.cleaned_data

    def _take(self, content: bytes, name: str) -> None:
        if is_archive(content, name):
            self.archive = Archive(name, carried(content), write_ups_of(content))
        else:
            self.source = source_of(content, name)

    def _ask_for_meanings(self, source: Source) -> None:
        """Ask of each section that nobody knows what it is about."""
        if source.is_ours:
            return
        choices = [("", gettext("a section of its own")), *Meaning.choices]
        try:
            unknown = list(unknown_of(source.writeup(self.times_in)))[:MOST_ASKED]
        except Refused as refused:
            self.refuse(refused)
            return
        for number, section in unknown:
            if not (section.heading or section.body):
                continue
            name = f"{MEANING}{number}"
            label = section.heading or section.body[:60]
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, required=False
            )
            given = self.data.get(name, "")
            self.cleaned_data[name] = given if given in Meaning.values else ""

    @property
    def times_in(self) -> str:
        team = self.cleaned_data.get("team")
        own = self.cleaned_data.get("zone")
        return own or (team.zone.key if team else "UTC")

    @property
    def asked(self) -> list[forms.BoundField]:
        """Give the fields for the meaning of sections."""
        return [self[name] for name in self.fields if name.startswith(MEANING)]

    @property
    def chosen(self) -> list[forms.BoundField]:
        """Give the fields that say how it is imported."""
        return [self[name] for name in NEEDED]

    @property
    def ticks(self) -> list[forms.BoundField]:
        names = ("restricted", "drops_open", "publishes")
        return [self[name] for name in names if name in self.fields]

    def _choices(self) -> Choices:
        values = self.cleaned_data
        return Choices(
            team=values["team"],
            playbook=values["playbook"],
            severity=values["severity"],
            day=values["day"],
            zone=values["zone"],
            restricted=values.get("restricted", False),
            drops_open=values["drops_open"],
            publishes=values.get("publishes", False),
            meanings={
                int(name.removeprefix(MEANING)): values[name]
                for name in self.fields
                if name.startswith(MEANING) and values.get(name)
            },
        )

    def refuse(self, refused: Refused) -> None:
        for blocker in refused.blockers:
            field = blocker.field if blocker.field in self.fields else None
            self.add_error(field, ValidationError(blocker.sentence, blocker.code))
