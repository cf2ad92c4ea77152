"""The forms of a review: who is asked to read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.names import name_of
from postmortems.forms.fields import Text

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PeopleField(forms.MultipleChoiceField):
    """Some of the people it is given; cleaned, the people themselves."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)
        self.people: dict[str, User] = {}

    def offer(self, people: Iterable[User]) -> None:
        self.people = {str(each.pk): each for each in people}
        self.choices = [(key, name_of(each)) for key, each in self.people.items()]

    def clean(self, value: Any) -> tuple[User, ...]:
        return tuple(self.people[key] for key in super().clean(value))


class AskForm(forms.Form):
    people = PeopleField(
        label=_("Who reads it?"),
        error_messages={"required": _("Choose who is asked.")},
    )
    note = Text(
        label=_("Anything to look at?"),
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 1_000}),
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        kwargs.setdefault("prefix", "ask")
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        if isinstance(field, PeopleField):
            field.offer(people)
            invalid = _now("Somebody chosen may not be asked: choose again.")
            field.error_messages["invalid_choice"] = invalid
