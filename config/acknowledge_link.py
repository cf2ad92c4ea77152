"""The page behind “Acknowledge” in an escalation: read, and take it up, at 02:14."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from config.item_link import HEADERS
from incidents.acknowledge_links import ROUTE, opened
from incidents.changes import Blocker, Refused, coming_by
from incidents.digest_times import zone_of
from incidents.names import name_of
from incidents.permissions import may
from incidents.signed_links import Damaged, Expired


@method_decorator(never_cache, name="dispatch")
class AcknowledgeLinkView(View):
    """Shows the incident to the one it was written to; only a press changes it."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = self.found(request, *args, **kwargs)
        for name, value in HEADERS.items():
            answer.headers[name] = value
        return answer

    def found(
        self, request: HttpRequest, token: str, **kwargs: Any
    ) -> HttpResponseBase:
        """Open the link, or say on a page of its own why it does not open."""
        try:
            link = opened(token)
        except Expired:
            return shut(request, "expired", status=410)
        except Damaged:
            return shut(request, "damaged", status=404)
        if link.incident is None:
            return shut(request, "closed", status=403)
        if link.asks_for_log_in and request.user.pk != link.person.pk:
            if request.user.is_authenticated:
                return shut(request, "somebody_else", status=403)
            return redirect_to_login(
                reverse("acknowledge_link", args=[token]), reverse("admin:login")
            )
        self.token, self.person, self.incident = token, link.person, link.incident
        with timezone.override(zone_of(link.person)):
            return super().dispatch(request, token=token, **kwargs)

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


def shut(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    """Say why a link does not open, and what to do instead."""
    context = {
        **admin.site.each_context(request),
        "title": _("This link does not open"),
        "why": why,
    }
    template = "incidents/acknowledge_link_shut.html"
    return render(request, template, context, status=status)
