"""The forms of a playbook: its next version, a new one, and a day to explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.forms.moment import MomentForm
from incidents.models import Playbook, Team
from incidents.patterns import slug_of
from incidents.playbooks.files import LONGEST_SLUG
from incidents.playbooks.load import (
    LONGEST_DOCUMENT,
    BrokenPlaybook,
    Problem,
    read_playbook,
)
from incidents.playbooks.schema import PlaybookDocument

SATURDAY = 5
NIGHT = time(2, 14)
LINES_AROUND = 3
# A character takes at most four bytes.
MOST_BYTES = 4 * LONGEST_DOCUMENT


@dataclass(frozen=True)
class Quoted:
    """A problem beside the lines of the text it is about."""

    problem: Problem
    lines: tuple[tuple[int, str, bool], ...]


class DraftForm(forms.Form):
    """A text, pasted or uploaded, that goes through a preview before it is published.

    Whatever is wrong with it, the text stays in the form.
    """

    document = forms.CharField(
        label=_("Document (YAML)"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A file takes the place of the text below."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,text/plain"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content: PlaybookDocument | None = None
        self.problems: Sequence[Problem] = ()
        self.text = ""

    @property
    def is_publishing(self) -> bool:
        return self.data.get("step") == "publish"

    @property
    def is_readable(self) -> bool:
        """Whether the document can be shown as it would be; a note may be missing."""
        return self.content is not None and not set(self.errors) - {"note", "base"}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if uploaded := cleaned.get("file"):
            self._read(uploaded)
        self.text = str(cleaned.get("document", self.data.get("document", "")))
        self.keep(document=self.text)
        if not {"file", "document"} & set(self.errors):
            self._check()
        return cleaned

    def keep(self, **values: object) -> None:
        """Show these values when the form is printed again."""
        posted = {name: self.data.get(name) for name in self.data}
        self.data = {**posted, **values}

    def quoted(self) -> list[Quoted]:
        """Put each problem beside the line it names, with those before and after."""
        lines = self.text.splitlines()
        found = []
        for problem in self.problems:
            first = max(problem.line - LINES_AROUND, 1)
            last = problem.line + LINES_AROUND
            shown = enumerate(lines[first - 1 : last], start=first)
            excerpt = tuple((n, text, n == problem.line) for n, text in shown)
            found.append(Quoted(problem, excerpt))
        return found

    def _read(self, uploaded: UploadedFile[Any]) -> None:
        """Take the file in place of the text, if it is one."""
        if (uploaded.size or 0) > MOST_BYTES:
            self.add_error("file", gettext("This file is too long to be a playbook."))
            return
        try:
            self.cleaned_data["document"] = str(uploaded.read(), "utf-8-sig")
        except UnicodeDecodeError:
            sentence = gettext("This is no text in UTF-8: save it as such.")
            self.add_error("file", sentence)

    def _check(self) -> None:
        if not self.text.strip():
            self.add_error("document", gettext("Paste a document, or choose a file."))
            return
        try:
            self.content = read_playbook(self.text)
        except BrokenPlaybook as broken:
            self.problems = broken.problems
            sentence = gettext("The document cannot be published yet.")
            self.add_error("document", sentence)


class NoteField(forms.CharField):
    """Marked as required from the start, though a draft is shown without it."""

    def validate(self, value: Any) -> None:
        """Leave it to the form, which asks once it is published."""


class NextVersionForm(DraftForm):
    """The next version of a playbook that is there."""

    note = NoteField(
        label=_("What changed"),
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Required to publish: a few words for the list of versions."),
    )
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ("file", "document", "note", "base")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_named = "note" in self.errors or cleaned.get("note")
        if self.is_publishing and self.content and not is_named:
            self.add_error("note", gettext("Say in a few words what changed."))
        return cleaned


class NewPlaybookForm(DraftForm):
    """A playbook that is not there yet, with its first version."""

    slug = forms.SlugField(
        label=_("Short name"),
        max_length=LONGEST_SLUG,
        required=False,
        help_text=_("For commands and files, such as on-call; else made of the name."),
    )
    field_order = ("slug", "file", "document")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.content and "slug" not in self.errors:
            usual = slug_of(self.content.name)[:LONGEST_SLUG].rstrip("-") or "playbook"
            slug = cleaned["slug"] = cleaned.get("slug") or usual
            self.keep(slug=slug)
            if Playbook.objects.filter(slug=slug).exists():
                sentence = gettext("There is a playbook %s already: choose another.")
                self.add_error("slug", sentence % slug)
        return cleaned


class ExplainForm(MomentForm):
    """When it might break, how badly, and for whom; what is not asked is the usual."""

    field_order = ("severity", "day", "time", "team")
    severity = forms.ChoiceField(label=_("Severity"))
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.select_related("calendar"),
        required=False,
        empty_label=_("any, by the built-in calendar"),
    )

    def __init__(
        self,
        content: PlaybookDocument,
        asked: Mapping[str, str],
        now: datetime,
        *,
        team: Team | None = None,
    ) -> None:
        levels = [(each.code, str(each.name)) for each in content.severities]
        usual = {
            "severity": levels[0][0],
            "day": f"{coming_saturday(now):%Y-%m-%d}",
            "time": f"{NIGHT:%H:%M}",
            "team": team.pk if team else "",
        }
        # No team is a choice of its own, where the address names the field.
        chosen = {name: v for name, v in asked.items() if v or name == "team"}
        super().__init__({**usual, **chosen})
        severity: Any = self.fields["severity"]
        severity.choices = [(code, f"{code} {name}") for code, name in levels]


def coming_saturday(now: datetime) -> date:
    """Give the next Saturday in the reader's zone, after today."""
    today = timezone.localdate(now)
    return today + timedelta(days=(SATURDAY - today.weekday()) % 7 or 7)
