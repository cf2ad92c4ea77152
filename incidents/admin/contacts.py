"""Contacts: who and what the codes of playbooks stand for."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.admin.setup import SetUpAdmin
from incidents.choices import ContactKind
from incidents.forms.contacts import ContactForm
from incidents.history import field_changes
from incidents.models import Contact
from incidents.names import name_of
from incidents.sending import chat_of

WAYS = "routes"
# So many addresses of a long list are shown to who may not change it.
MOST_SHOWN = 20
# What a history calls them.
HIDDEN = _("reached by")


@admin.register(Contact)
class ContactAdmin(SetUpAdmin[Contact]):
    """Everybody reads contacts; how people are reached, only who may change them."""

    form = ContactForm
    list_display = ("name", "kind", "person", "reached_by")
    list_select_related = ("user",)
    search_fields = ("name",)

    def get_fields(self, request: HttpRequest, obj: Contact | None = None) -> list[Any]:
        if obj is None or self.has_change_permission(request, obj):
            return ["name", "kind", "user", WAYS, "hook_kind", "chat_address"]
        ways = "kept_back" if is_person(obj) else "ways"
        return ["name", "kind", "person", ways, "chat"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Contact | None = None
    ) -> tuple[str, ...]:
        return ("person", "kept_back", "ways", "chat")

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Leave addresses out for who may not change contacts: it may be a person's."""
        contact = self.visible_or_404(request, object_id)
        context = dict(extra_context or {})
        if not self.has_change_permission(request, contact):
            changes = field_changes(contact)
            context["changes"] = [each for each in changes if each.field != str(HIDDEN)]
        return super().history_view(request, object_id, context)

    @admin.display(description=_("person"), ordering="user__first_name")
    def person(self, contact: Contact) -> str:
        return name_of(contact.user) or "—"

    @admin.display(description=_("reached by"))
    def reached_by(self, contact: Contact) -> str:
        """Name the media alone, without an address, each with how many there are."""
        counted = Counter(route["medium"] for route in contact.routes)
        media = [f"{name} × {n:,}" if n > 1 else name for name, n in counted.items()]
        if contact.hook_kind:
            media.append(contact.get_hook_kind_display())
        if not media and contact.user:
            return gettext("their own addresses")
        return ", ".join(media) or "—"

    @admin.display(description=_("reached by"))
    def kept_back(self, contact: Contact) -> str:
        text = gettext("%s; addresses of people are shown to who keeps contacts")
        return text % self.reached_by(contact)

    @admin.display(description=_("chat"))
    def chat(self, contact: Contact) -> str:
        return chat_of(contact) or "—"

    @admin.display(description=_("reached by"))
    def ways(self, contact: Contact) -> str:
        first = contact.routes[:MOST_SHOWN]
        lines = ((route["medium"], route["address"]) for route in first)
        shown = format_html_join(", ", "{}: {}", lines) or "—"
        if not (more := len(contact.routes) - len(first)):
            return shown
        return format_html("{} {}", shown, gettext("and %s more") % f"{more:,}")


def is_person(contact: Contact) -> bool:
    return contact.kind == ContactKind.PERSON or contact.user_id is not None
