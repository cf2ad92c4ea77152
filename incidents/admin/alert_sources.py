"""Alert sources: who may raise incidents, and for whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from incidents.admin.alert_source_pages import AlertSourcePages
from incidents.admin.setup import KEEPS_ALL_TEAMS, SetUpAdmin, keeps_team, kept_teams
from incidents.alerts.signature import new_address, new_secret
from incidents.choices import AlertState
from incidents.forms.alert_source import AlertSourceForm
from incidents.models import AlertSource

BADGE = '<span class="badge badge-{}">{}</span>'
AT_FIRST = ("name", "team", "kind", "is_signed", "severity", "service", "recovery")
LATER = ("name", "team", "severity", "service", "recovery", "is_active")


@admin.register(AlertSource)
class AlertSourceAdmin(AlertSourcePages, SetUpAdmin[AlertSource]):
    """Managers keep those of their own teams, administrators all of them."""

    form = AlertSourceForm
    change_form_template = "admin/incidents/alertsource/page.html"
    list_display = ("name", "team", "kind", "door", "last_alert", "state")
    list_select_related = ("team",)
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertSource]:
        kept = super().get_queryset(request).filter(team__in=kept_teams(request))
        failed = Q(alerts__state=AlertState.FAILED)
        return kept.select_related("team__calendar", "team__playbook").annotate(
            last_at=Max("alerts__received_at"), failed=Count("alerts", filter=failed)
        )

    def has_change_permission(
        self, request: HttpRequest, obj: AlertSource | None = None
    ) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or keeps_team(request, obj.team)

    def get_fields(
        self, request: HttpRequest, obj: AlertSource | None = None
    ) -> list[Any]:
        """Ask once what sends and how: its mapping and its secrets hang on that."""
        return list(AT_FIRST if obj is None else LATER)

    def get_form(
        self,
        request: HttpRequest,
        obj: AlertSource | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Offer managers their own teams alone."""
        form = super().get_form(request, obj, change, **kwargs)
        if not request.user.has_perm(KEEPS_ALL_TEAMS):
            # A new field, since every form of the class shares the declared one.
            own = forms.ModelChoiceField(label=_("Team"), queryset=kept_teams(request))
            form.base_fields["team"] = own
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the one team of who keeps no other."""
        first_two = list(kept_teams(request)[:2])
        return {"team": first_two[0].pk} if len(first_two) == 1 else {}

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        """Make the address, and the secret of one that signs, with the source."""
        if not change:
            obj.shown_address = new_address(obj)
            obj.shown_secret = new_secret(obj) if obj.is_signed else ""
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.opened_page(request, obj, obj.shown_address, obj.shown_secret)

    @admin.display(description=_("known by"), ordering="is_signed")
    def door(self, source: AlertSource) -> str:
        return gettext("signature") if source.is_signed else gettext("address alone")

    @admin.display(description=_("last alert"), ordering="last_at")
    def last_alert(self, source: Any) -> str:
        if source.last_at is None:
            return "—"
        return f"{timezone.localtime(source.last_at):%Y-%m-%d %H:%M %Z}"

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, source: Any) -> str:
        if not source.is_active:
            return format_html(BADGE, "grey", gettext("Off"))
        if not source.failed:
            return format_html(BADGE, "green", gettext("Active"))
        said = ngettext("%d alert failed", "%d alerts failed", source.failed)
        return format_html(BADGE, "red", said % source.failed)
