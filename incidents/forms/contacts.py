"""The form of a contact: who or what it is, and how it is reached."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.forms.list_field import ListField, numbered_lines
from incidents.forms.persons import PersonField
from incidents.forms.setup import SetUpForm
from incidents.models import Contact
from incidents.models.contact import MEDIA
from incidents.playbooks.schema import is_storable

MOST_ROUTES = 20
LONGEST_ADDRESS = 320
SPELLINGS = {"e-mail": "email", "mail": "email", "telephone": "phone", "link": "url"}
PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{2,30}")
HTTP = URLValidator(schemes=["http", "https"])
Route = dict[str, str]


class RoutesField(ListField):
    """Ways to reach a contact, one “medium: address” a line, the best one first."""

    widget = forms.Textarea(
        attrs={"rows": 5, "spellcheck": "false", "placeholder": "phone: +49 30 555 010"}
    )

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        typed = numbered_lines(value)
        if len(typed) > MOST_ROUTES:
            sentence = gettext("Write at most %d ways; nobody tries more.")
            raise forms.ValidationError(sentence % MOST_ROUTES)
        routes, wrong = [], []
        for number, line in typed:
            try:
                routes.append(_route(line))
            except forms.ValidationError as error:
                told = {"number": number, "problem": error.messages[0]}
                wrong.append(gettext("Line %(number)d: %(problem)s") % told)
        if wrong:
            raise forms.ValidationError(wrong[:10])
        return routes


class ContactForm(SetUpForm[Contact]):
    user = PersonField(
        label=_("Person"),
        help_text=_(
            "For somebody who works here: their own addresses count beside those below."
        ),
    )
    routes = RoutesField(
        label=_("Reached by"),
        required=False,
        help_text=_(
            "One way a line, the best one first: email, pager, phone, chat or url, "
            "a colon, and the address."
        ),
    )

    class Meta:
        model = Contact
        fields = ("name", "kind", "user", "routes")

    def clean(self) -> dict[str, Any]:
        """Refuse a contact that nobody could be reached by."""
        cleaned = super().clean()
        is_readable = not {"user", "routes"} & self.errors.keys()
        if is_readable and not (cleaned.get("user") or cleaned.get("routes")):
            sentence = gettext("Choose a person, or write how it is reached.")
            self.add_error("routes", sentence)
        return cleaned


def written(routes: list[Route]) -> str:
    """Write ways to reach a contact as people edit them."""
    return "\n".join(f"{route['medium']}: {route['address']}" for route in routes)


def _route(line: str) -> Route:
    """Read one line, or raise ValidationError with what is wrong with it."""
    medium, colon, address = (part.strip() for part in line.partition(":"))
    medium = SPELLINGS.get(medium.lower(), medium.lower())
    if medium not in MEDIA or not colon:
        sentence = gettext(
            "“%(line)s” begins with no medium. Write one of %(media)s, a colon, and "
            "the address."
        )
        facts = {"line": line[:40], "media": ", ".join(MEDIA)}
        raise forms.ValidationError(sentence % facts)
    if not address:
        sentence = gettext("the address after “%s:” is missing.")
        raise forms.ValidationError(sentence % medium)
    if len(address) > LONGEST_ADDRESS or not is_storable(address):
        sentence = gettext("an address has at most %d plain characters.")
        raise forms.ValidationError(sentence % LONGEST_ADDRESS)
    _check(medium, address)
    return {"medium": medium, "address": address}


def _check(medium: str, address: str) -> None:
    try:
        if medium == "email":
            validate_email(address)
        elif medium == "url":
            HTTP(address)
        elif medium == "phone" and not PHONE.fullmatch(address):
            raise forms.ValidationError("")
    except forms.ValidationError as error:
        sentence = {
            "email": gettext("“%s” is no e-mail address like desk@example.com."),
            "url": gettext("“%s” is no address like https://status.example.com."),
            "phone": gettext("“%s” is no number like +49 30 555 010."),
        }[medium]
        raise forms.ValidationError(sentence % address[:40]) from error
