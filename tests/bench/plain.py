"""What the pages are measured against: a stock admin list and a bare view.

Both run behind the same middleware and the same log-in. Django's own templates come
from an engine of their own, since ours override some of them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import include, path

from incidents.models import Incident

ROWS = """<!doctype html>
<html><head><title>{{ incident.reference }}</title></head><body>
<h1>{{ incident.reference }} {{ incident.title }}</h1>
<p>{{ incident.severity }} {{ incident.get_status_display }} {{ incident.lead }}</p>
<ul>{% for event in events %}
<li id="event-{{ event.pk }}">{{ event.at|date:"Y-m-d H:i" }}
{{ event.get_kind_display }} {{ event.text }} {{ event.author.get_full_name }}</li>
{% endfor %}</ul></body></html>
"""


class StockIncidentAdmin(admin.ModelAdmin[Incident]):
    """As many columns as our list has, of the same rows, and nothing else."""

    list_display = (
        "reference",
        "title",
        "severity",
        "status",
        "lead",
        "team",
        "declared_at",
        "users_affected",
        "postmortem_state",
    )
    # By itself it would ask for every lead, who may be nobody, with a query of its own.
    list_select_related = ("severity", "lead", "team")
    list_per_page = 50

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        response.using = "stock"
        return response


site = admin.AdminSite(name="stock")
site.register(Incident, StockIncidentAdmin)


@login_required
def bare(request: HttpRequest, pk: int) -> HttpResponse:
    incident = get_object_or_404(
        Incident.objects.select_related("severity", "lead"), pk=pk
    )
    events = incident.timeline.select_related("author")[:50]
    rows = {"incident": incident, "events": events}
    return HttpResponse(template().render(rows, request))


@cache
def template() -> Any:
    return engines["stock"].from_string(ROWS)


urlpatterns = [
    path("", include("config.urls")),
    path("stock/", site.urls),
    path("bare/<int:pk>/", bare),
]
