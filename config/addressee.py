"""Pages behind signed links in mails: whoever holds the mail acts as its addressee."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from incidents.digest_times import zone_of
from incidents.signed_links import Damaged, Expired

HEADERS = {
    # Whoever has the address acts as the addressee: it goes nowhere else. With
    # "no-referrer" browsers would post without their origin, which CSRF asks for.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


class Link(Protocol):
    """What a signed link opens, for the person it was written to."""

    @property
    def person(self) -> User: ...
    @property
    def is_shut(self) -> bool: ...
    @property
    def asks_for_log_in(self) -> bool: ...


@method_decorator(never_cache, name="dispatch")
class AddresseeView(View):
    """Opens the link for its addressee, in their zone; nothing changes by looking."""

    http_method_names = ["get", "head", "options"]
    # The page's own route, and what it says where a link does not open.
    route: ClassVar[str]
    shut_template: ClassVar[str]

    def opened(self, token: str) -> Link:
        """Find what the link opens, and keep it; raises Expired or Damaged."""
        raise NotImplementedError

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
            link = self.opened(token)
        except Expired:
            return self.shut(request, "expired", status=410)
        except Damaged:
            return self.shut(request, "damaged", status=404)
        if link.is_shut:
            return self.shut(request, "closed", status=403)
        if link.asks_for_log_in and request.user.pk != link.person.pk:
            if request.user.is_authenticated:
                return self.shut(request, "somebody_else", status=403)
            return redirect_to_login(
                reverse(self.route, args=[token]), reverse("admin:login")
            )
        self.token, self.person = token, link.person
        with timezone.override(zone_of(link.person)):
            return super().dispatch(request, token=token, **kwargs)

    def shut(self, request: HttpRequest, why: str, *, status: int) -> HttpResponse:
        """Say why a link does not open, and what to do instead."""
        context = {
            **admin.site.each_context(request),
            "title": _("This link does not open"),
            "why": why,
        }
        return render(request, self.shut_template, context, status=status)
