"""The writing form: what each section says, beside what it said when it was opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from incidents.changes import Blocker, Refused
from incidents.forms.rows import is_key
from postmortems.forms.fields import (
    LINE,
    NEW,
    SEEN,
    TEXT,
    Text,
    area,
    is_same,
    lines_of,
    rows_for,
    seen,
)
from postmortems.forms.unsettled import Unsettled
from postmortems.models import Draft, Finding, PostMortem, Section
from postmortems.models.section import is_too_long, tidy

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Written:
    """One text of the form; `stored` is what somebody else wrote meanwhile."""

    field: forms.BoundField
    seen: forms.BoundField
    stored: str | None
    is_unsaved: bool


class WriteForm(forms.Form):
    """Saves the texts that were changed; a stale one comes back with both texts.

    Opened without `data` it has what this person typed and did not save, and a former
    text that is to be restored.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        postmortem: PostMortem,
        draft: Draft | None = None,
        restored: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self.postmortem = postmortem
        self.draft = draft
        self.unsettled = Unsettled(postmortem, data)
        self.is_restored = bool(restored)
        self.conflicts: dict[str, str] = {}
        self.unsaved: list[str] = []
        for section in self.sections:
            self._add(TEXT + section.key, section.body, section.title)
            self._describe(section)
            if section.takes_lines:
                label = _("New lines of “%s”") % section.title
                widget = area(rows=1, placeholder=_("New line …"))
                widget.attrs["aria-label"] = label
                self.fields[NEW + section.key] = Text(label=label, widget=widget)
        for pk, finding in self.findings.items():
            label = _("A line of “%s”") % finding.section.title
            self._add(f"{LINE}{pk}", finding.text, label, fewest=1)
        if data is None:
            self._put_back(draft)
            for name, text in (restored or {}).items():
                self._prefill(name, text)

    @cached_property
    def sections(self) -> list[Section]:
        return list(self.postmortem.sections.all())

    @cached_property
    def findings(self) -> dict[int, Finding]:
        mine = Finding.objects.filter(section__postmortem=self.postmortem)
        near = ("section", "item__owner", "evidence", "earlier")
        rows = mine.select_related(*near).order_by("order", "pk")
        return {row.pk: row for row in rows}

    def _add(self, name: str, stored: str, label: str, fewest: int = 4) -> None:
        widget = area(rows=rows_for(stored, fewest))
        widget.attrs["aria-label"] = label
        self.fields[name] = Text(label=label, initial=stored, widget=widget)
        self.fields[SEEN + name] = Text(initial=stored, widget=seen())

    def _describe(self, section: Section) -> None:
        """Tie the field to the questions that stand above it."""
        if section.prompts or section.fields:
            widget = self.fields[TEXT + section.key].widget
            widget.attrs["aria-describedby"] = f"asks-{section.key}"

    def _put_back(self, draft: Draft | None) -> None:
        """Show what was typed and not saved, where it still differs."""
        texts = draft.texts if draft else {}
        gone: dict[int, str] = {}
        for name, (was, typed) in texts.items():
            if name not in self.fields:
                if name.startswith(LINE) and typed.strip() and typed != was:
                    gone[int(name.removeprefix(LINE))] = typed
                continue
            stored = self.fields[name].initial or ""
            if is_same(typed, stored):
                continue
            self._prefill(name, typed)
            if not is_same(was, stored):
                self.conflicts[name] = stored
        for key, text in _sections_of(gone):
            name = NEW + key
            if name in self.fields:
                before = self.fields[name].initial
                self._prefill(name, f"{before}\n{text}" if before else text)

    def _prefill(self, name: str, text: str) -> None:
        field = self.fields[name]
        field.initial = text
        fewest = 1 if name.startswith((LINE, NEW)) else 4
        field.widget.attrs["rows"] = rows_for(text, fewest)
        if name not in self.unsaved:
            self.unsaved.append(name)

    def written(self, name: str) -> Written:
        return Written(
            field=self[name],
            seen=self[SEEN + name],
            stored=self.conflicts.get(name),
            is_unsaved=name in self.unsaved,
        )

    def clean(self) -> dict[str, Any]:
        for section in self.sections:
            if is_too_long(self.cleaned_data.get(TEXT + section.key, "")):
                self.add_error(TEXT + section.key, section.too_long().sentence)
        return self.cleaned_data

    def has_changed(self) -> bool:
        """Say whether anything came that its writer had not seen there before.

        The page leaves out what was not touched, which is not the same as emptied.
        """
        if any(not is_same(*pair) for _name, pair in self._typed()):
            return True
        texts = self.cleaned_data.items()
        return any(name.startswith(NEW) and text.strip() for name, text in texts)

    def save(self, *, by: User, at: datetime) -> bool:
        """Write what was changed; False, with the reasons in the form, if refused."""
        typed = dict(self._typed())
        keys = {TEXT + each.key: each.key for each in self.sections}
        changes = {keys[name]: typed[name] for name in typed if name in keys}
        lines = {pk: typed[f"{LINE}{pk}"] for pk in self._lines_posted(typed)}
        added = {
            name.removeprefix(NEW): lines_of(text)
            for name, text in self.cleaned_data.items()
            if name.startswith(NEW) and text.strip()
        }
        try:
            with transaction.atomic():
                others = self._typed_elsewhere(by)
                self.postmortem.write(
                    changes, findings=lines, added=added, by=by, at=at
                )
                self.unsettled.take(by=by, at=at)
                self.postmortem.drafts.filter(person=by).delete()
                if others:
                    Draft.keep(self.postmortem, others, by=by, at=at)
        except Refused as refusal:
            self._show(refusal)
            return False
        return True

    def _typed_elsewhere(self, by: User) -> dict[str, tuple[str, str]]:
        """Give what this person keeps of fields that this post says nothing of."""
        mine = self.postmortem.drafts.filter(person=by).first()
        texts = mine.texts if mine else {}
        return {name: pair for name, pair in texts.items() if name not in self.data}

    def _typed(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Give what came; what the post did not carry was not emptied by it."""
        for name in self.fields:
            if name in self.data and SEEN + name in self.data:
                yield name, (self.cleaned_data[SEEN + name], self.cleaned_data[name])
        # A line that somebody took away meanwhile has no field any more.
        for name in self.data:
            if name.startswith(LINE) and name not in self.fields:
                pair = self.data.get(SEEN + name, ""), self.data[name]
                yield name, (tidy(pair[0]), tidy(pair[1].replace("\0", "")))

    def _lines_posted(self, typed: Mapping[str, Any]) -> list[int]:
        keys = (name.removeprefix(LINE) for name in typed if name.startswith(LINE))
        return [int(key) for key in keys if is_key(key)]

    def _show(self, refusal: Refused) -> None:
        self.data = data = cast(QueryDict, self.data).copy()
        stored = {TEXT + each.key: each for each in self.sections}
        for blocker in refusal.blockers:
            name = self._field_of(blocker)
            self.add_error(name if name in self.fields else None, blocker.sentence)
            if blocker.code == "gone":
                self._offer_anew(data, int(blocker.field.rpartition("-")[2]))
            if blocker.code != "stale":
                continue
            # Whoever has read the other text may put theirs in its place.
            row = stored.get(name) or self.findings[int(name.removeprefix(LINE))]
            row.refresh_from_db()
            text = row.body if isinstance(row, Section) else row.text
            self.conflicts[name] = data[SEEN + name] = text
        if self.conflicts:
            self.add_error(None, _("Nothing was saved yet: see the marked sections."))

    def _offer_anew(self, data: QueryDict, pk: int) -> None:
        """Put the text of a line that is gone where new ones are typed."""
        text = str(data[f"{LINE}{pk}"])
        for key, line in _sections_of({pk: text}):
            before = str(data.get(NEW + key, "")).rstrip()
            data[NEW + key] = f"{before}\n{line}" if before else line

    def _field_of(self, blocker: Blocker) -> str:
        if blocker.field.startswith("finding-"):
            return LINE + blocker.field.removeprefix("finding-")
        is_text = TEXT + blocker.field in self.fields
        return TEXT + blocker.field if is_text else blocker.field


def _sections_of(lines: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Say in which sections lines stood that are no longer there."""
    if not lines:
        return
    past = Finding.history.filter(id__in=lines).order_by("id", "-history_id")
    places = {row.id: row.section_id for row in past}
    keys = dict(Section.objects.filter(pk__in=places.values()).values_list("pk", "key"))
    for pk, text in lines.items():
        if places.get(pk) in keys:
            yield keys[places[pk]], text
