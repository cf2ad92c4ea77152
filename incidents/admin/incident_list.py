"""The list of incidents: what a line says, and what can be done to several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from incidents.admin.base import reported
from incidents.admin.lists import Column, FilteredAdmin, acting
from incidents.changes import Refused
from incidents.filters import IncidentFilter
from incidents.lines import IncidentLine, incident_lines, narrow, open_items_of
from incidents.models import Incident
from incidents.permissions import may

if TYPE_CHECKING:
    from incidents.querysets import IncidentQuerySet


class IncidentListMixin(FilteredAdmin[Incident]):
    filter_bar = IncidentFilter
    change_list_template = "admin/incidents/incident/change_list.html"
    rows_template = "admin/incidents/incident/_rows.html"
    search_fields = ("reference", "title")
    search_help_text = _("Reference or words of the title")
    ordering = ("-declared_at", "-pk")
    empty_hint = _("No incident matches. Take a filter away, or declare one.")
    actions = ("acknowledge_selected", "resolve_selected")
    columns = (
        Column("reference", _("reference"), ("reference",)),
        Column("title", _("title"), ("title",), "column-title"),
        Column("severity", _("severity"), ("severity__rank", "-declared_at")),
        Column("status", _("status"), ("status", "-declared_at")),
        Column("due", _("due")),
        Column("lead", _("lead"), ("lead__first_name", "lead__last_name")),
        Column("age", pgettext_lazy("of an incident", "age"), ("-declared_at", "-pk")),
        Column("items", _("open items"), css="number"),
        Column("postmortem", _("post-mortem"), ("postmortem_state", "-declared_at")),
    )

    def rows(self, request: HttpRequest, keys: Sequence[Any]) -> QuerySet[Incident]:
        return narrow(Incident.objects.filter(pk__in=keys))

    def lines(
        self, request: HttpRequest, rows: Sequence[Incident]
    ) -> list[IncidentLine]:
        return incident_lines(rows, open_items_of(rows), now=timezone.now())

    @admin.action(description=_("Acknowledge"), permissions=["change"])
    def acknowledge_selected(
        self, request: HttpRequest, queryset: IncidentQuerySet
    ) -> None:
        self._step(request, queryset, "acknowledge", gettext("%s: acknowledged"))

    @admin.action(description=_("Resolve"), permissions=["change"])
    def resolve_selected(
        self, request: HttpRequest, queryset: IncidentQuerySet
    ) -> None:
        self._step(request, queryset, "resolve", gettext("%s: resolved"))

    def _step(
        self, request: HttpRequest, rows: IncidentQuerySet, verb: str, done: str
    ) -> None:
        """Take one step on each, each with its own permission and its own result."""
        by = acting(request)
        for incident in rows:
            with reported(request, incident.reference, done=done % incident.reference):
                if not may(by, verb, incident):
                    raise Refused.because("forbidden", gettext("You may not do this."))
                getattr(incident, verb)(by=by, at=timezone.now())
