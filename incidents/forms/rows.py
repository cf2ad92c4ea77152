"""Keys as they come by post: what is no key is answered before a database sees it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

LONGEST_KEY = 18


def is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several rows; a number longer than any key is no choice."""

    def _check_values(self, value: Any) -> QuerySet[Any]:
        for each in value if isinstance(value, list | tuple) else ():
            if not is_key(str(each)):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(each)[: LONGEST_KEY + 1]},
                )
        return super()._check_values(value)  # type: ignore[misc,no-any-return]
