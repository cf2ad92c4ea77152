"""The pages of an alert source: its secrets once, its mapping, its last alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents.admin.base import DebriefAdmin, reported
from incidents.alerts.mappings import mapping_of
from incidents.alerts.paths import BadPath
from incidents.alerts.raising import key_within
from incidents.alerts.reading import Unreadable, read
from incidents.alerts.signature import new_address, new_secret
from incidents.alerts.starts import FOR_KIND, STARTS
from incidents.alerts.trying import Outcome, outcomes
from incidents.alerts.working import work_again
from incidents.changes import Refused
from incidents.choices import ALERT_BADGES, AlertState
from incidents.forms.alert_source import MappingForm
from incidents.models import Alert, AlertSource, Incident

NAME = "incidents_alertsource"
STEPS = ("new-address", "new-secret", "end-secret")
MOST_LISTED = 30


@dataclass(frozen=True)
class AlertLine:
    """One alert as it is listed: what became of it, and not what it says."""

    pk: int
    at: datetime
    state: str
    badge: str
    error: str
    incident: Incident | None
    has_failed: bool


class AlertSourcePages(DebriefAdmin[AlertSource]):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        step, again = require_POST(self.step_view), require_POST(self.again_view)
        alert = "<int:pk>/alerts/<int:alert_pk>/"
        return [
            path("<int:pk>/mapping/", view(self.mapping_view), name=f"{NAME}_mapping"),
            path("<int:pk>/step/<slug:step>/", view(step), name=f"{NAME}_step"),
            path(alert, view(self.alert_view), name=f"{NAME}_alert"),
            path(f"{alert}again/", view(again), name=f"{NAME}_again"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show below the form its secrets, its mapping and what came in last."""
        if source := self.get_object(request, object_id):
            listed = {"alerts": lines_of(request, source), "most": MOST_LISTED}
            extra_context = {**listed, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra_context)

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Make another address or secret, shown once, or end the old secret."""
        source = self._kept(request, pk)
        if step not in STEPS or (step != "new-address" and not source.is_signed):
            raise Http404
        with reported(request, source):
            address, secret = renew(source, step)
            if address or secret:
                return self.opened_page(request, source, address, secret)
            messages.success(request, _("The old secret is ended."))
        return redirect(f"admin:{NAME}_change", pk)

    def mapping_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Edit where what is found, and try it on a sample; trying writes nothing."""
        source = self._kept(request, pk)
        if request.method != "POST":
            return self._mapping_page(request, source, _asked_form(request, source))
        form = MappingForm(request.POST, source=source)
        if not form.is_valid() or "try" in request.POST:
            return self._mapping_page(request, source, form)
        if not saved(source, form):
            return self._mapping_page(request, source, form)
        messages.success(request, _("The mapping of %s is saved.") % source)
        return redirect(f"admin:{NAME}_change", pk)

    def alert_view(self, request: HttpRequest, pk: int, alert_pk: int) -> HttpResponse:
        """Show what came in, to who sees every incident it may be about."""
        source, alert = self._alert(request, pk, alert_pk)
        [line] = _lines([alert])
        context = {"original": source, "alert": alert, "line": line}
        title = _("Alert of %s") % source
        return self._page(request, "alert", title, **context)

    def again_view(self, request: HttpRequest, pk: int, alert_pk: int) -> HttpResponse:
        source, alert = self._alert(request, pk, alert_pk)
        with reported(request, source, done=_("It is worked off again in a moment.")):
            work_again(alert)
        return redirect(f"admin:{NAME}_change", pk)

    def opened_page(
        self, request: HttpRequest, source: AlertSource, address: str, secret: str
    ) -> TemplateResponse:
        """Show address and secret this once, ready to be pasted where they belong."""
        context = {
            "original": source,
            "address": address,
            "secret": secret,
            "token": address.rstrip("/").rpartition("/")[2],
            "door": f"{settings.SITE_URL}{reverse('hook_bearer')}",
        }
        return self._page(request, "opened", str(source), **context)

    def _mapping_page(
        self, request: HttpRequest, source: AlertSource, form: MappingForm
    ) -> TemplateResponse:
        tried = _tried(request, source, form)
        starts = [(code, STARTS[code].name) for code in FOR_KIND[source.kind]]
        context = {"original": source, "form": form, "tried": tried, "starts": starts}
        title = _("How %s is read") % source
        answer = self._page(request, "mapping", title, **context)
        answer.status_code = 422 if form.errors else 200
        return answer

    def _kept(self, request: HttpRequest, pk: int) -> AlertSource:
        source = self.visible_or_404(request, str(pk))
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        return source

    def _alert(
        self, request: HttpRequest, pk: int, alert_pk: int
    ) -> tuple[AlertSource, Alert]:
        source = self._kept(request, pk)
        visible = source.alerts.visible_to(request.user)
        alert = visible.select_related("incident").filter(pk=alert_pk).first()
        if alert is None or _speaks_of_hidden(request, source, alert):
            raise Http404(_("There is no such page, or not for you."))
        return source, alert

    def _page(
        self, request: HttpRequest, name: str, title: str, **context: Any
    ) -> TemplateResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts}
        template = f"admin/incidents/alertsource/{name}.html"
        return TemplateResponse(request, template, {**frame, "title": title, **context})


def renew(source: AlertSource, step: str) -> tuple[str, str]:
    """Take a step on the locked row; give the address and the secret it made."""
    with transaction.atomic():
        current = AlertSource.objects.select_for_update().get(pk=source.pk)
        if step == "new-secret" and current.secret_before:
            sentence = _("Two secrets are alive already: end the old one first.")
            raise Refused.because("two_secrets", sentence)
        address = new_address(current) if step == "new-address" else ""
        secret = new_secret(current) if step == "new-secret" else ""
        if step == "end-secret":
            current.secret_before = ""
        current.save(update_fields=["token_hash", "secret", "secret_before"])
    return address, secret


def saved(source: AlertSource, form: MappingForm) -> bool:
    """Store the mapping, unless somebody else changed it meanwhile."""
    with transaction.atomic():
        current = AlertSource.objects.select_for_update().get(pk=source.pk)
        if form.is_stale(current):
            return False
        current.mapping = form.differences()
        current.save(update_fields=["mapping"])
    return True


def lines_of(request: HttpRequest, source: AlertSource) -> list[AlertLine]:
    """List what came in last, failed or not, but nothing of hidden incidents."""
    rows = source.alerts.visible_to(request.user).select_related("incident")
    return _lines(rows.defer("body")[:MOST_LISTED])


def _lines(rows: Any) -> list[AlertLine]:
    return [
        AlertLine(
            pk=row.pk,
            at=row.received_at,
            state=str(AlertState(row.state).label),
            badge=ALERT_BADGES[row.state],
            error=row.error,
            incident=row.incident,
            has_failed=row.state == AlertState.FAILED,
        )
        for row in rows
    ]


def _asked_form(request: HttpRequest, source: AlertSource) -> MappingForm:
    """Begin with a known sender's mapping, or with an alert that came in."""
    start = request.GET.get("start", "")
    if start in FOR_KIND[source.kind]:
        chosen = STARTS[start]
        return MappingForm(
            source=source, start=chosen.mapping, sample=chosen.sample_text
        )
    alert_pk = request.GET.get("alert", "")
    if alert_pk.isdecimal() and len(alert_pk) < 19:
        visible = source.alerts.visible_to(request.user)
        alert = visible.filter(pk=int(alert_pk)).first()
        if alert and not _speaks_of_hidden(request, source, alert):
            return MappingForm(source=source, sample=alert.body)
    return MappingForm(source=source)


def _tried(
    request: HttpRequest, source: AlertSource, form: MappingForm
) -> list[Outcome]:
    if not form.is_bound or form.errors or (body := form.read_sample()) is None:
        return []
    try:
        return outcomes(source, form.mapping(), body, user=request.user)
    except Unreadable as unreadable:
        form.add_error("each", str(unreadable))
        return []


def _speaks_of_hidden(request: HttpRequest, source: AlertSource, alert: Alert) -> bool:
    """Say whether one of its alerts belongs to an incident this person may not see."""
    try:
        found = mapping_of(source).signals(read(alert.body.encode()))
    except (Unreadable, BadPath):
        return False
    keys = {
        key_within(str(source.pk), each.key) for each in found if hasattr(each, "key")
    }
    about = Incident.objects.filter(alert_key__in=keys)
    return about.exclude(pk__in=about.visible_to(request.user)).exists()
