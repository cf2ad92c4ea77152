"""The writing form: a text for each section, beside what it said when it was opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.forms.refusals import add_refusal
from postmortems.models import PostMortem, Section
from postmortems.models.postmortem import LONGEST_SECTION

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FEWEST_ROWS, MOST_ROWS, CHARACTERS_PER_ROW = 5, 24, 90
SEEN = "seen_"


class Text(forms.CharField):
    """Markdown as it was typed, with the line ends the database has."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


@dataclass(frozen=True)
class Entry:
    """One section of the form; `stored` is what somebody else wrote meanwhile."""

    section: Section
    field: forms.BoundField
    seen: forms.BoundField
    stored: str | None


class WriteForm(forms.Form):
    """Saves the sections that were changed; a stale one comes back with both texts."""

    def __init__(self, data: Any = None, *, postmortem: PostMortem) -> None:
        super().__init__(data)
        self.postmortem = postmortem
        self.sections = list(postmortem.sections.all())
        self.conflicts: dict[str, str] = {}
        for section in self.sections:
            self.fields[section.key] = Text(
                label=section.title,
                help_text=section.prompt,
                initial=section.body,
                required=False,
                strip=False,
                max_length=LONGEST_SECTION,
                widget=forms.Textarea(attrs={"rows": rows_for(section.body)}),
            )
            self.fields[SEEN + section.key] = Text(
                initial=section.body,
                required=False,
                strip=False,
                widget=forms.HiddenInput,
            )

    def entries(self) -> Iterator[Entry]:
        for section in self.sections:
            yield Entry(
                section=section,
                field=self[section.key],
                seen=self[SEEN + section.key],
                stored=self.conflicts.get(section.key),
            )

    def save(self, *, by: User, at: datetime) -> bool:
        """Write what was changed; False, with the reasons in the form, if refused."""
        texts = self.cleaned_data
        changes = {
            section.key: (texts[SEEN + section.key], texts[section.key])
            for section in self.sections
            # A section the post did not carry was not emptied by it.
            if section.key in self.data and SEEN + section.key in self.data
        }
        try:
            self.postmortem.write(changes, by=by, at=at)
        except Refused as refusal:
            self._show(refusal)
            return False
        return True

    def _show(self, refusal: Refused) -> None:
        add_refusal(self, refusal)
        stale = {each.field for each in refusal.blockers if each.code == "stale"}
        if stale:
            self.add_error(None, _("Nothing was saved yet: see the marked sections."))
        self.data = data = cast(QueryDict, self.data).copy()
        for section in self.postmortem.sections.filter(key__in=stale):
            # Whoever has read the other text may put theirs in its place.
            self.conflicts[section.key] = section.body
            data[SEEN + section.key] = section.body


def rows_for(text: str) -> int:
    """Choose a height in which most of the text is seen at once."""
    lines = sum(1 + len(line) // CHARACTERS_PER_ROW for line in text.split("\n"))
    return min(max(lines + 2, FEWEST_ROWS), MOST_ROWS)
