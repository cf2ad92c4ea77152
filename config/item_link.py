"""The page behind a link in a reminder: an item, and steps on it, without a log-in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from incidents.changes import Refused, coming_by
from incidents.digest_times import zone_of
from incidents.forms.items import ItemStep
from incidents.forms.refusals import add_refusal
from incidents.forms.reminder import LINK_STEPS, offered_steps
from incidents.item_links import ROUTE, opened
from incidents.item_page import ItemPage
from incidents.lines import item_lines
from incidents.permissions import may_change_item
from incidents.signed_links import Damaged, Expired

HEADERS = {
    # Whoever has the address acts as the addressee: it goes nowhere else. With
    # "no-referrer" browsers would post without their origin, which CSRF asks for.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@method_decorator(never_cache, name="dispatch")
class ItemLinkView(View):
    """Shows the item to the one it was written to; nothing changes by looking."""

    http_method_names = ["get", "head", "options"]

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
        if link.item is None:
            return shut(request, "closed", status=403)
        if link.asks_for_log_in and request.user.pk != link.person.pk:
            if request.user.is_authenticated:
                return shut(request, "somebody_else", status=403)
            return redirect_to_login(
                reverse("item_link", args=[token]), reverse("admin:login")
            )
        self.token, self.link, self.item = token, link, link.item
        with timezone.override(zone_of(link.person)):
            return super().dispatch(request, token=token, **kwargs)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page(request)

    def page(self, request: HttpRequest, form: ItemStep | None = None) -> HttpResponse:
        may_change = may_change_item(self.link.person, self.item)
        [line] = item_lines([self.item], self.link.person, today=timezone.localdate())
        steps = offered_steps(self.item, form) if may_change else []
        context = {
            **admin.site.each_context(request),
            "title": self.item.title,
            "item": self.item,
            "line": line,
            "token": self.token,
            "person": self.link.person,
            "steps": steps,
            # What was refused because it is not offered (any more).
            "refused": form if form not in steps else None,
            "may_change": may_change,
            "page": ItemPage(self.item, sees_incident=bool(line.incident_url)),
        }
        status = 422 if form is not None else 200
        return render(request, "incidents/item_link.html", context, status=status)


class ItemLinkStepView(ItemLinkView):
    """Takes a step as the addressee, who may do here what they may do anywhere."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, token: str, verb: str = "") -> HttpResponse:
        return redirect("item_link", token=token)

    def post(self, request: HttpRequest, token: str, verb: str) -> HttpResponse:
        if verb not in LINK_STEPS:
            raise Http404
        form = LINK_STEPS[verb](request.POST, items=[self.item], auto_id=f"{verb}-%s")
        if not form.is_valid() or not self.taken(form):
            return self.page(request, form)
        messages.success(request, form.result(self.item))
        return redirect("item_link", token=token)

    def taken(self, form: ItemStep) -> bool:
        """Take the step; False, with every reason on the form, where it is refused."""
        try:
            if not may_change_item(self.link.person, self.item):
                raise Refused.because("forbidden", _("Your group only reads."))
            with coming_by(**ROUTE):
                form.take(self.item, by=self.link.person, at=timezone.now())
        except Refused as refused:
            add_refusal(form, refused)
            return False
        return True


def shut(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    """Say why a link does not open, and what to do instead."""
    context = {
        **admin.site.each_context(request),
        "title": _("This link does not open"),
        "why": why,
    }
    return render(request, "incidents/item_link_shut.html", context, status=status)
