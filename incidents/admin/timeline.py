"""The timeline of all incidents, and the page on which an entry is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.admin.lists import Column, FilteredAdmin, acting
from incidents.changes import Refused
from incidents.choices import Kind
from incidents.filters import TimelineFilter
from incidents.forms.refusals import add_refusal
from incidents.forms.timeline import EntryForm
from incidents.models import Incident, TimelineEvent
from incidents.names import name_of
from incidents.timeline_page import line_of


@dataclass(frozen=True, slots=True)
class EventLine:
    url: str
    at: datetime
    kind: str
    text: str
    author: str
    incident: str
    incident_title: str
    incident_url: str
    is_entry: bool
    is_struck: bool


@admin.register(TimelineEvent)
class TimelineEventAdmin(FilteredAdmin[TimelineEvent]):
    filter_bar = TimelineFilter
    list_title = _("Timeline")
    rows_template = "admin/incidents/timelineevent/_rows.html"
    search_fields = ("text",)
    search_help_text = _("Words of an entry")
    ordering = ("-at", "-pk")
    empty_hint = _("No entry matches. Entries are written on an incident's page.")
    columns = (
        Column("at", _("happened"), ("-at", "-pk")),
        Column("text", _("entry"), css="column-title"),
        Column("kind", _("kind"), ("kind", "-at")),
        Column("author", _("author"), ("author__first_name", "-at")),
        Column("incident", _("incident"), ("incident__reference", "-at")),
    )

    def rows(
        self, request: HttpRequest, keys: Sequence[Any]
    ) -> QuerySet[TimelineEvent]:
        wanted = TimelineEvent.objects.filter(pk__in=keys)
        return wanted.select_related("incident", "author")

    def lines(
        self, request: HttpRequest, rows: Sequence[TimelineEvent]
    ) -> list[EventLine]:
        home = reverse("admin:incidents_timelineevent_changelist")
        incidents = reverse("admin:incidents_incident_changelist")
        return [_line(row, home, incidents) for row in rows]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Entries are written on the page of their incident."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        event = self.visible_or_404(request, object_id)
        incident = incident_of(event)
        may_change = self.has_change_permission(request, event) and not event.struck_at
        form = EntryForm(request.POST or None, instance=event)
        if may_change and form.is_valid() and self.corrected(request, object_id, form):
            return HttpResponseRedirect(incident.get_absolute_url())
        context = {
            **self.admin_site.each_context(request),
            "title": _now("An entry of %s") % incident.reference,
            "opts": self.opts,
            "event": self.visible_or_404(request, object_id),
            "line": line_of(event),
            "form": form if may_change else None,
        }
        name = "admin/incidents/timelineevent/page.html"
        status = 422 if form.errors else 200
        return TemplateResponse(request, name, context, status=status)

    def corrected(self, request: HttpRequest, pk: str, form: EntryForm) -> bool:
        """Correct the entry; False, with the reasons in the form, if refused."""
        stored = self.visible_or_404(request, pk)
        if not form.changed_data:
            return True
        try:
            stored.correct(by=acting(request), **form.correction(stored))
        except Refused as refused:
            add_refusal(form, refused)
            return False
        messages.success(request, _now("The entry is corrected."))
        return True


def incident_of(event: TimelineEvent) -> Incident:
    """Give its incident; the list leaves out the events of items without one."""
    if event.incident is None:
        raise Http404
    return event.incident


def _line(row: TimelineEvent, home: str, incidents: str) -> EventLine:
    incident = incident_of(row)
    return EventLine(
        url=f"{home}{row.pk}/change/",
        at=row.at,
        kind=str(Kind(row.kind).label),
        text=row.text,
        author=name_of(row.author),
        incident=incident.reference,
        incident_title=incident.title,
        incident_url=f"{incidents}{row.incident_id}/change/",
        is_entry=row.is_entry,
        is_struck=row.struck_at is not None,
    )
