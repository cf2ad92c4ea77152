"""The page behind a link in a reminder: an item, and steps on it, without a log-in."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from config.addressee import AddresseeView
from incidents.changes import Refused, coming_by
from incidents.forms.items import ItemStep
from incidents.forms.refusals import add_refusal
from incidents.forms.reminder import LINK_STEPS, offered_steps
from incidents.item_links import ROUTE, ItemLink, opened
from incidents.item_page import ItemPage
from incidents.lines import item_lines
from incidents.models import ActionItem
from incidents.permissions import may_change_item


class ItemLinkView(AddresseeView):
    """Shows the item to the one it was written to; nothing changes by looking."""

    route = "item_link"
    shut_template = "incidents/item_link_shut.html"

    def opened(self, token: str) -> ItemLink:
        self.link = opened(token)
        return self.link

    @property
    def item(self) -> ActionItem:
        if self.link.item is None:
            raise RuntimeError("A link that is shut opens nothing.")
        return self.link.item

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
