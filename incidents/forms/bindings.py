"""The form of a team's bindings: a contact, or nobody yet, for every code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.bindings import Unbound
from incidents.choices import BoundKind
from incidents.models import Binding, Contact, Team

Key = tuple[str, str]


class BindingsForm(forms.Form):
    """Saves only what this person changed; what somebody else changed is refused."""

    def __init__(
        self,
        *args: Any,
        team: Team,
        codes: Iterable[Unbound],
        bound: Mapping[Key, Binding],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.team, self.bound = team, bound
        self.codes = {name_of(each): each for each in codes}
        self.contacts = {each.pk: each for each in Contact.objects.all()}
        choices = [
            ("", str(_("nobody yet"))),
            *((str(each.pk), each.name) for each in self.contacts.values()),
        ]
        for name, each in self.codes.items():
            self.fields[name] = forms.ChoiceField(
                label=f"{BoundKind(each.kind).label}: {each.name}",
                choices=choices,
                required=False,
                initial=self._stored(each),
                show_hidden_initial=True,
            )

    @cached_property
    def unbound(self) -> list[forms.BoundField]:
        return [self[n] for n, e in self.codes.items() if e.key not in self.bound]

    @cached_property
    def others(self) -> list[forms.BoundField]:
        return [self[n] for n, e in self.codes.items() if e.key in self.bound]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Give each code's label and its contact, for who may only look."""
        bound = {key: row.contact.name for key, row in self.bound.items()}
        return [
            (str(self.fields[name].label), bound.get(each.key, ""))
            for name, each in self.codes.items()
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse what was bound otherwise since this page was made."""
        for name in self.changed_data:
            seen = self.data.get(self.add_initial_prefix(name), "")
            stored = self._stored(self.codes[name])
            if name in self.cleaned_data and seen != stored:
                binding = self.bound.get(self.codes[name].key)
                now = binding.contact if binding else gettext("nobody yet")
                sentence = gettext("It was changed meanwhile and now is: %s")
                self.add_error(name, sentence % now)
        return self.cleaned_data

    def save(self) -> int:
        """Bind what was changed, and say how many codes that were."""
        for name in self.changed_data:
            each, chosen = self.codes[name], self.cleaned_data[name]
            rows = Binding.objects.filter(
                team=self.team, kind=each.kind, code=each.code
            )
            if not chosen:
                rows.delete()
                continue
            Binding.objects.update_or_create(
                team=self.team,
                kind=each.kind,
                code=each.code,
                defaults={"contact": self.contacts[int(chosen)]},
            )
        return len(self.changed_data)

    def _stored(self, each: Unbound) -> str:
        binding = self.bound.get(each.key)
        return str(binding.contact_id) if binding else ""


def name_of(each: Unbound) -> str:
    return f"{each.kind}-{each.code}"
