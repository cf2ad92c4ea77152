"""The page behind “Acknowledge” in an escalation: read, and take it up, at 02:14."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from config.addressee import AddresseeView
from incidents.acknowledge_links import ROUTE, AcknowledgeLink, opened
from incidents.changes import Blocker, Refused, coming_by
from incidents.models import Incident
from incidents.names import name_of
from incidents.permissions import may


class AcknowledgeLinkView(AddresseeView):
    """Shows the incident to the one it was written to; only a press changes it."""

    http_method_names = ["get", "head", "post", "options"]
    route = "acknowledge_link"
    shut_template = "incidents/acknowledge_link_shut.html"

    def opened(self, token: str) -> AcknowledgeLink:
        self.link = opened(token)
        return self.link

    @property
    def incident(self) -> Incident:
        if self.link.incident is None:
            raise RuntimeError("A link that is shut opens nothing.")
        return self.link.incident

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page(request)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Acknowledge as the addressee, who may do here what they may do anywhere."""
        try:
            if not may(self.person, "acknowledge", self.incident):
                raise Refused.because("forbidden", _("Your group only reads."))
            with coming_by(**ROUTE):
                self.incident.acknowledge(by=self.person, at=timezone.now())
        except Refused as refused:
            self.incident.refresh_from_db(fields=["acknowledged_at", "closed_at"])
            return self.page(request, refused.blockers)
        return redirect("acknowledge_link", token=token)

    def page(
        self, request: HttpRequest, refused: tuple[Blocker, ...] = ()
    ) -> HttpResponse:
        incident = self.incident
        context = {
            **admin.site.each_context(request),
            "title": incident.title,
            "incident": incident,
            "token": self.token,
            "person": self.person,
            "acknowledged_by": self.acknowledged_by(),
            "may_acknowledge": may(self.person, "acknowledge", incident)
            and not incident.blockers_of_acknowledge(),
            "refused": refused,
        }
        status = 409 if refused else 200
        template = "incidents/acknowledge_link.html"
        return render(request, template, context, status=status)

    def acknowledged_by(self) -> str:
        """Name who acknowledged it, as far as the timeline knows."""
        told = self.incident.timeline.filter(verb="acknowledge", struck_at=None)
        event = told.select_related("author").order_by("-at", "-pk").first()
        return name_of(event.author) if event else ""
