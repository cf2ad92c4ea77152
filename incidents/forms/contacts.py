"""The form of a contact: who or what it is, and how it is reached."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.validators import URLValidator, validate_email
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.chat import NotAChat, hook_of
from incidents.choices import HookKind
from incidents.forms.list_field import ListField, numbered_lines
from incidents.forms.persons import PersonField
from incidents.forms.setup import SetUpForm
from incidents.models import Contact
from incidents.models.contact import MEDIA
from incidents.playbooks.schema import is_storable

# Of people and rotas nobody tries more; of a list everybody gets a mail.
MOST_ROUTES = 20
MOST_MAILS = 2_000
LONGEST_MAIL = 254
LONGEST_ADDRESS = 320
SPELLINGS = {"e-mail": "email", "mail": "email", "telephone": "phone", "link": "url"}
PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{2,30}")
HTTP = URLValidator(schemes=["http", "https"])
Route = dict[str, str]


class RoutesField(ListField):
    """Ways to reach a contact, one “medium: address” a line, the best one first.

    A line that is an address alone is one to send mail to.
    """

    widget = forms.Textarea(
        attrs={"rows": 5, "spellcheck": "false", "placeholder": "phone: +49 30 555 010"}
    )

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        typed = numbered_lines(value)
        routes, wrong = [], []
        for number, line in typed:
            try:
                routes.append(_route(line))
            except forms.ValidationError as error:
                told = {"number": number, "problem": error.messages[0]}
                wrong.append(gettext("Line %(number)d: %(problem)s") % told)
        if wrong:
            raise forms.ValidationError(wrong[:10])
        _hold_to_most(routes)
        # Each once: whoever is on a list twice gets no second mail.
        once: dict[tuple[str, str], Route] = {}
        for each in routes:
            once.setdefault((each["medium"], each["address"].lower()), each)
        return list(once.values())


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
            "a colon, and the address. For a list, paste its mail addresses, one a "
            "line, at most 2,000."
        ),
    )

    hook_kind = forms.ChoiceField(
        label=_("Chat"),
        choices=[("", _("none")), *HookKind.choices],
        required=False,
        help_text=_("Messages to it are posted to this chat, too, if it has one."),
    )
    chat_address = forms.CharField(
        label=_("Address to post to"),
        required=False,
        max_length=2_000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Contact
        fields = ("name", "kind", "user", "routes", "hook_kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = self.instance.hook_address
        self.kept_kind = self.instance.hook_kind
        if field := self.fields.get("chat_address"):
            field.help_text = self._about_the_address()

    def _about_the_address(self) -> str:
        if not self.kept:
            return gettext("The incoming webhook of the channel; it is never shown.")
        host = urlsplit(self.kept).hostname
        sentence = gettext("Set, at %s, never shown. Write a new one to replace it.")
        return sentence % host

    @cached_property
    def changed_data(self) -> list[str]:
        """Name the columns; the address of a chat changes with its kind, or alone."""
        changed = [name for name in super().changed_data if name != "chat_address"]
        if "hook_kind" in changed or "chat_address" in super().changed_data:
            changed.append("hook_address")
        return changed

    def clean(self) -> dict[str, Any]:
        """Refuse a contact that nobody could be reached by."""
        cleaned = super().clean()
        self._take_hook(cleaned)
        is_readable = not {"user", "routes", "chat_address"} & self.errors.keys()
        ways = ("user", "routes", "hook_kind")
        if is_readable and not any(cleaned.get(way) for way in ways):
            sentence = gettext("Choose a person, or write how it is reached.")
            self.add_error("routes", sentence)
        return cleaned

    def _take_hook(self, cleaned: dict[str, Any]) -> None:
        """Keep the address of the chat, unless a new one or another kind was chosen."""
        kind, typed = cleaned.get("hook_kind", ""), cleaned.get("chat_address", "")
        is_kept = kind == self.kept_kind and not typed
        if is_kept or "chat_address" not in self.fields:
            return
        if not kind:
            if typed:
                sentence = gettext("Choose what kind of chat this is the address of.")
                self.add_error("hook_kind", sentence)
            self.instance.hook_address = ""
            return
        try:
            hook_of(kind, typed)
        except NotAChat as problem:
            self.add_error("chat_address", str(problem))
        self.instance.hook_address = typed


def _hold_to_most(routes: list[Route]) -> None:
    mails = [route for route in routes if route["medium"] == "email"]
    if len(mails) > MOST_MAILS:
        sentence = gettext("A list has at most %(most)s addresses; this one has %(n)s.")
        numbers = {"most": f"{MOST_MAILS:,}", "n": f"{len(mails):,}"}
        raise forms.ValidationError(sentence % numbers)
    if len(routes) - len(mails) > MOST_ROUTES:
        sentence = gettext("Write at most %d ways; nobody tries more.")
        raise forms.ValidationError(sentence % MOST_ROUTES)


def written(routes: list[Route]) -> str:
    """Write ways to reach a contact as people edit them; a list by its addresses."""
    if len(routes) > 1 and all(route["medium"] == "email" for route in routes):
        return "\n".join(route["address"] for route in routes)
    return "\n".join(f"{route['medium']}: {route['address']}" for route in routes)


def _route(line: str) -> Route:
    """Read one line, or raise ValidationError with what is wrong with it."""
    if ":" not in line and "@" in line:
        line = f"email: {line}"
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
            if len(address) > LONGEST_MAIL:
                raise forms.ValidationError("")
        elif medium == "url":
            HTTP(address)
        elif medium == "phone" and not PHONE.fullmatch(address):
            raise forms.ValidationError("")
    except forms.ValidationError as error:
        sentence = {
            "email": gettext(
                "“%s” is no e-mail address like desk@example.com: write it alone, "
                "without a name, one a line."
            ),
            "url": gettext("“%s” is no address like https://status.example.com."),
            "phone": gettext("“%s” is no number like +49 30 555 010."),
        }[medium]
        raise forms.ValidationError(sentence % address[:40]) from error
