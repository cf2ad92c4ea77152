from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from incidents.models import Incident
from postmortems.panel import panel_for

register = template.Library()


@register.inclusion_tag("admin/postmortems/_incident_panel.html", takes_context=True)
def postmortem_panel(context: dict[str, Any], incident: Incident) -> dict[str, Any]:
    """Show the post-mortem on the page of its incident."""
    return panel_for(incident, context["request"].user, timezone.now())
