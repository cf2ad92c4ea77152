from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from incidents.entry_times import EXAMPLES, Reader, UnclearTime


class EntryTimeField(forms.CharField):
    """A moment typed as people say it; the form gives it a `reader` when it is made."""

    reader: Reader

    def __init__(self, *, now_if_empty: bool = False, **kwargs: Any) -> None:
        self.now_if_empty = now_if_empty
        attrs = {
            "placeholder": _("now") if now_if_empty else "14:05",
            "autocomplete": "off",
            "size": 18,
        }
        super().__init__(
            **{
                "required": False,
                "max_length": 60,
                "help_text": EXAMPLES,
                "widget": forms.TextInput(attrs=attrs),
                **kwargs,
            }
        )

    def clean(self, value: str | None) -> datetime | None:  # type: ignore[override]
        typed = super().clean(value or "")
        if not typed and not self.now_if_empty:
            return None
        try:
            return self.reader.read(typed)
        except UnclearTime as question:
            raise ValidationError(str(question), code="time") from question
