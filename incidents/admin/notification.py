"""Notifications: what was sent, what waits, what failed, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from incidents import acknowledge_links, item_links
from incidents.admin.base import reported
from incidents.admin.lists import Column, FilteredAdmin, acting
from incidents.admin.notification_steps import STEPS, obstacles, steps_of
from incidents.admin.reminder_pages import who_gets_what
from incidents.changes import Refused
from incidents.choices import DELIVERY_BADGES, DeliveryState, NotificationKind
from incidents.filters import NotificationFilter
from incidents.models import Notification
from incidents.names import name_of

# A mail brings its own styles and nothing else; no script runs, nothing is fetched.
PREVIEW_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "sandbox": [True],
}


@dataclass(frozen=True, slots=True)
class NotificationLine:
    pk: int
    url: str
    subject: str
    to: str
    kind: str
    state: str
    state_badge: str
    at: datetime
    attempts: int
    error: str


@admin.register(Notification)
class NotificationAdmin(FilteredAdmin[Notification]):
    filter_bar = NotificationFilter
    rows_template = "admin/incidents/notification/_rows.html"
    change_list_template = "admin/incidents/notification/change_list.html"
    search_fields = ("subject", "address")
    search_help_text = _("Words of the subject, or an address")
    ordering = ("-created_at", "-pk")
    empty_hint = _("No message matches. What will be sent next is one page further.")
    columns = (
        Column("subject", _("subject"), ("subject",), "column-title"),
        Column("to", _("to"), ("address",)),
        Column("kind", _("kind"), ("kind", "-created_at")),
        Column("state", _("state"), ("state", "-created_at")),
        Column("when", _("when"), ("-created_at", "-pk")),
        Column("attempts", _("attempts"), ("-attempts",), "number"),
        Column("error", _("reason")),
    )

    def rows(self, request: HttpRequest, keys: Sequence[Any]) -> QuerySet[Notification]:
        wanted = Notification.objects.filter(pk__in=keys).select_related("user")
        return wanted.defer("text", "html", "calendar")

    def lines(
        self, request: HttpRequest, rows: Sequence[Notification]
    ) -> list[NotificationLine]:
        home = reverse("admin:incidents_notification_changelist")
        return [_line(row, home) for row in rows]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        step = view(require_POST(self.step_view))
        name = "incidents_notification"
        return [
            path("coming/", view(self.coming_view), name=f"{name}_coming"),
            *(
                path(f"<int:pk>/{verb}/", step, {"verb": verb}, name=f"{name}_{verb}")
                for verb in STEPS
            ),
            path("<int:pk>/preview/", view(self.preview_view), name=f"{name}_preview"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Notification | None = None
    ) -> bool:
        """Nobody edits a message; trying again is a step of its own."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say above the list what keeps all of it from leaving."""
        told = {"obstacles": obstacles(request, now=timezone.now())}
        return super().changelist_view(request, {**told, **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        mail = self.visible_or_404(request, object_id)
        context = {
            "title": mail.subject,
            "mail": mail,
            "text": readable_by(request, mail, mail.text),
            "line": self.lines(request, [mail])[0],
            "steps": steps_of(request, mail),
        }
        return self._page(request, "page", context)

    def step_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Send a failed message again, let one go after all, or drop one."""
        mail = self.visible_or_404(request, str(pk))
        step, because = STEPS[verb], request.POST.get("because", "")
        with reported(request, mail.subject, done=str(step.done)):
            if verb not in steps_of(request, mail):
                raise Refused.because("forbidden", _now("That cannot be done with it."))
            step.take(mail, acting(request), timezone.now(), because)
        return HttpResponseRedirect(
            reverse("admin:incidents_notification_change", args=[pk])
        )

    @method_decorator(csp(PREVIEW_POLICY))
    @method_decorator(xframe_options_sameorigin)
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the HTML as the addressee gets it, shut off from our own pages."""
        mail = self.visible_or_404(request, str(pk))
        if mail.is_secret or not mail.html:
            raise Http404(_now("There is nothing to show."))
        return HttpResponse(readable_by(request, mail, mail.html))

    def coming_view(self, request: HttpRequest) -> HttpResponse:
        """Say who gets what at a moment, and why."""
        return self._page(request, "coming", who_gets_what(request))

    def _page(
        self, request: HttpRequest, name: str, context: dict[str, Any]
    ) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"admin/incidents/notification/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "list_url": reverse("admin:incidents_notification_changelist"),
                "obstacles": obstacles(request, now=timezone.now()),
                **context,
            },
        )


def readable_by(request: HttpRequest, mail: Notification, words: str) -> str:
    """Keep from everybody but the addressee the links that act in their name."""
    if mail.user_id == request.user.pk:
        return words
    words = item_links.LINKS.without_signatures(words)
    return acknowledge_links.LINKS.without_signatures(words)


def _line(row: Notification, home: str) -> NotificationLine:
    return NotificationLine(
        pk=row.pk,
        url=f"{home}{row.pk}/change/",
        subject=row.subject,
        to=name_of(row.user) or row.address,
        kind=str(NotificationKind(row.kind).label),
        state=str(DeliveryState(row.state).label),
        state_badge=DELIVERY_BADGES[DeliveryState(row.state)],
        at=row.sent_at or row.due_at,
        attempts=row.attempts,
        error=row.suppressed_because or row.error,
    )
