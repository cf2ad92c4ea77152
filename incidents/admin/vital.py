"""System health: what needs an administrator, and the mail that a restore holds."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents import holding
from incidents.admin.base import DebriefAdmin, reported
from incidents.admin.lists import acting
from incidents.changes import Refused
from incidents.checkup import worst, worst_first
from incidents.choices import DeliveryState, NotificationKind
from incidents.forms.rows import is_key
from incidents.health import examine
from incidents.models import Vital
from incidents.names import name_of

# What fits on a page; the next ones follow when these are decided.
MOST_SHOWN = 200


@admin.register(Vital)
class VitalAdmin(DebriefAdmin[Vital]):
    def get_urls(self) -> list[Any]:
        """Offer two pages and no rows: nobody edits a vital sign."""
        view = self.admin_site.admin_view
        name = "incidents_vital"
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("held/", view(self.held_view), name=f"{name}_held"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        checks = worst_first(examine(timezone.now()))
        rows = [(check, _page_about(check.code)) for check in checks]
        context = {"rows": rows, "state": worst(checks)}
        return self._page(request, "health", _("System health"), **context)

    def held_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a restore holds, and take what is decided about it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            with reported(request, _("Held mail")):
                _decide(request)
            return redirect("admin:incidents_vital_held")
        found = holding.current()
        if found is None:
            return redirect("admin:incidents_vital_changelist")
        total = found.undecided().count()
        context = {"hold": found, "rows": _rows(found), "total": total}
        context["more"] = total - MOST_SHOWN
        return self._page(request, "held", _("Held mail"), **context)

    def _page(
        self, request: HttpRequest, name: str, title: str, **context: Any
    ) -> TemplateResponse:
        frame = self.admin_site.each_context(request)
        template = f"admin/incidents/vital/{name}.html"
        return TemplateResponse(request, template, {**frame, "title": title, **context})


def _rows(found: holding.Hold) -> list[dict[str, Any]]:
    return [
        {
            "mail": mail,
            "to": name_of(mail.user) or mail.address,
            "kind": NotificationKind(mail.kind).label,
            "in_doubt": in_doubt,
        }
        for mail, in_doubt in found.told_apart(found.undecided()[:MOST_SHOWN])
    ]


def _decide(request: HttpRequest) -> None:
    """Release or drop what was chosen, or all there is; raises Refused."""
    verb, _space, which = request.POST.get("decision", "").partition(" ")
    person = acting(request)
    if verb == "lift":
        holding.lift(by=person)
        messages.success(request, _("Mail leaves again."))
        return
    chosen = [int(key) for key in request.POST.getlist("mail") if is_key(key)]
    if which != "all" and not chosen:
        raise Refused.because("nothing", _("Choose messages first."), "mail")
    keys = None if which == "all" else chosen
    if verb == "release":
        count = holding.release(keys, by=person)
        said = ngettext(
            "%s message goes out when the hold is lifted.",
            "%s messages go out when the hold is lifted.",
            count,
        )
        messages.success(request, said % count)
    elif verb == "drop":
        count = holding.drop(keys, by=person)
        said = ngettext("%s message is dropped.", "%s messages are dropped.", count)
        messages.success(request, said % count)


def _page_about(code: str) -> tuple[str, str]:
    """Give address and name of the page where something can be done; else nothing."""
    mails = reverse("admin:incidents_notification_changelist")
    pages = {
        "failed": (f"{mails}?state={DeliveryState.FAILED}", _("Failed messages")),
        "alerts": (
            reverse("admin:incidents_alertsource_changelist"),
            _("Alert sources"),
        ),
        "outbox": (f"{mails}?state={DeliveryState.QUEUED}", _("Waiting messages")),
        "held": (reverse("admin:incidents_vital_held"), _("Held mail")),
    }
    return pages.get(code, ("", ""))
