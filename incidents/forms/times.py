from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from incidents.entry_times import EXAMPLES, Reader, UnclearTime


class EntryTimeField(forms.CharField):
    """A moment typed as people say it; the form says who is to read it."""

    _reader: Reader

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

    def read_with(self, reader: Reader) -> None:
        """Read by this reader, and name its zone beside the field."""
        self._reader = reader
        names = {"examples": self.help_text, "zone": reader.zone.key}
        self.help_text = _("In %(zone)s: %(examples)s") % names

    def clean(self, value: str | None) -> datetime | None:
        typed = super().clean(value or "")
        if not typed and not self.now_if_empty:
            return None
        try:
            return self._reader.read(typed)
        except UnclearTime as question:
            raise ValidationError(str(question), code="time") from question
