"""The pages of messages: writing one, and what became of one that went out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.admin.contacts import is_person
from incidents.admin.lists import acting
from incidents.deliveries import SentMessage
from incidents.forms.messages import MessageForm
from incidents.message_page import MessagePage
from incidents.models import Contact, Incident
from incidents.permissions import granted

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Incident]
else:
    Base = object

KEEPS_CONTACTS = "incidents.change_contact"


class MessageMixin(Base):
    if TYPE_CHECKING:

        def incident_or_404(self, request: HttpRequest, object_id: str) -> Incident: ...
        def refuse(self, request: HttpRequest, incident: Incident) -> HttpResponse: ...
        def show(
            self,
            request: HttpRequest,
            name: str,
            context: dict[str, Any],
            incident: Incident | None = None,
        ) -> TemplateResponse: ...

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "incidents_incident"
        return [
            path("<int:pk>/message/", view(self.message_view), name=f"{name}_message"),
            path(
                "<int:pk>/messages/<int:message_pk>/",
                view(self.sent_view),
                name=f"{name}_sent",
            ),
            *super().get_urls(),
        ]

    def message_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write a message: look at it, send it, or note that it was posted."""
        incident = self.incident_or_404(request, str(pk))
        if not granted(request.user, "send_message", incident):
            return self.refuse(request, incident)
        asked = {name: request.GET.get(name, "") for name in ("template", "audience")}
        page = MessagePage(incident, acting(request), timezone.now(), **asked)
        if request.method != "POST":
            return self.message_page(request, page, MessageForm(page=page))
        form, action = MessageForm(request.POST, page=page), request.POST.get("action")
        if action not in {"send", "copied"}:
            is_part = request.headers.get("HX-Request") == "true"
            shown = form if is_part else MessageForm.looked_at(form)
            name = "_message_read" if is_part else "message"
            return self.message_page(request, page, shown, name)
        if form.is_valid() and form.take(action):
            messages.success(request, _done(page, action))
            return HttpResponseRedirect(f"{incident.get_absolute_url()}#messages")
        return self.message_page(request, page, form)

    def message_page(
        self,
        request: HttpRequest,
        page: MessagePage,
        form: MessageForm,
        name: str = "message",
    ) -> HttpResponse:
        context = {
            "title": _("Write a message"),
            "form": form,
            "page": page,
            "shows_addresses": shows_addresses(request, page.recipients.contact),
        }
        answer = self.show(request, name, context, page.incident)
        if name.startswith("_"):
            answer.status_code = 200  # what is looked at is not judged
        return answer

    def sent_view(self, request: HttpRequest, pk: int, message_pk: int) -> HttpResponse:
        """Show a message as it went out, and what became of it at each address."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        incident = self.incident_or_404(request, str(pk))
        found = incident.messages.select_related("contact", "sent_by")
        message = found.filter(pk=message_pk).first()
        if message is None:
            raise Http404(_("There is no such message, or not for you."))
        shown = shows_addresses(request, message.contact)
        context = {
            "title": _("Message of %s") % incident.reference,
            "sent": SentMessage(message, shows_addresses=shown),
        }
        return self.show(request, "sent", context, incident)


def shows_addresses(request: HttpRequest, contact: Contact | None) -> bool:
    """Keep the addresses of a person for those who keep contacts; lists are open."""
    if contact is None or request.user.has_perm(KEEPS_CONTACTS):
        return True
    return not is_person(contact)


def _done(page: MessagePage, action: str | None) -> str:
    if action == "copied":
        return _("Noted: posted to %s.") % page.audience_label
    told = {"audience": page.audience_label, "who": page.recipients.in_words}
    return _("On its way to %(audience)s: %(who)s.") % told
