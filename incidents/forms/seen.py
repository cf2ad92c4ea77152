"""Forms that remember what they showed, so that two editors never overwrite each other.

Every field posts, hidden beside it, the value the page was made with. `changes` names
only the fields this person changed, each with what they saw and what they wrote.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.utils.functional import cached_property

Row = TypeVar("Row", bound=models.Model)


class SeenForm(forms.ModelForm[Row]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    @cached_property
    def changed_data(self) -> list[str]:
        """Name the changed fields; a forged value that compares with none is one."""
        return [bound.name for bound in self if _has_changed(bound)]

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Give {field: (value seen, value written)} of the fields that were changed."""
        return {
            name: (self._seen(name), _plain(self.cleaned_data[name]))
            for name in self.changed_data
        }

    def see_anew(self, stored: Row, stale: Collection[str]) -> None:
        """Take what is stored by now as seen: saving once more overwrites knowingly.

        What was not changed in this form is shown as others left it meanwhile.
        """
        changed, now = self.changed_data, model_to_dict(stored, list(self.fields))
        self.data = self.data.copy()  # type: ignore[attr-defined]
        for bound in self:
            widget = bound.field.hidden_widget()
            text = widget.format_value(bound.field.prepare_value(now[bound.name]))
            if bound.name in stale or bound.name not in changed:
                self._put(bound.html_initial_name, text)
            if bound.name not in changed:
                self._put(bound.html_name, text)

    def _put(self, name: str, text: Any) -> None:
        many = text if isinstance(text, list) else [text or ""]
        self.data.setlist(name, [str(each) for each in many])  # type: ignore[attr-defined]

    def _seen(self, name: str) -> Any:
        bound = self[name]
        raw = (
            self.fields[name]
            .hidden_widget()
            .value_from_datadict(
                self.data,
                self.files,
                bound.html_initial_name,
            )
        )
        try:
            seen = _plain(bound.field.to_python(raw) if raw is not None else None)
            is_number = not isinstance(seen, Decimal) or seen.is_finite()
            return seen if is_number else raw
        except ValidationError:
            return raw  # what nobody can have seen is stale


def _has_changed(bound: Any) -> bool:
    try:
        return bool(bound._has_changed())
    except ArithmeticError:
        return True


def _plain(value: Any) -> Any:
    """Make rows of a many-to-many field comparable."""
    return set(value) if isinstance(value, QuerySet) else value
