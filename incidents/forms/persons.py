from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from incidents.names import name_of

BY_NAME = ("first_name", "last_name", "username")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Offers the active people by name, or nobody."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.filter(is_active=True).order_by(*BY_NAME)
        defaults: dict[str, Any] = {
            "queryset": people,
            "required": False,
            "empty_label": _("nobody"),
        }
        super().__init__(**(defaults | kwargs))

    def label_from_instance(self, obj: Any) -> str:
        return name_of(obj)
