"""Builds the document of a post-mortem as HTML, ready to be typeset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.text import Truncator
from django.utils.translation import get_language

from incidents.choices import ITEM_STATUS_BADGES, PRIORITY_BADGES, STATUS_BADGES
from incidents.models import ActionItem, Incident
from postmortems.models import PostMortem, Section
from postmortems.rendering import figures
from postmortems.rendering.chronicle import chronicle, zone_name
from postmortems.rendering.prose import prose

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.utils.safestring import SafeString

    from incidents.models import RoleAssignment

TEMPLATE = "postmortems/pdf/document.html"
# What fits beside the page's head in one line.
LONGEST_RUNNING_TITLE = 76
LONGEST_WIDOW = 15


@dataclass(frozen=True)
class Document:
    html: str
    is_draft: bool


@dataclass(frozen=True)
class Part:
    section: Section
    html: SafeString


@dataclass(frozen=True)
class Line:
    """An action item with the colours of its badges."""

    item: ActionItem
    priority_badge: str
    status_badge: str


def build(
    postmortem: PostMortem, *, number: int, by: User | None, now: datetime
) -> Document:
    """Assemble text and record as they are now, as version `number` made for `by`."""
    postmortem = PostMortem.objects.select_related(
        "author",
        "published_by",
        "incident__severity",
        "incident__lead",
        "incident__team__calendar",
    ).get(pk=postmortem.pk)
    incident = postmortem.incident
    zone = incident.team.zone
    context = {
        "language": get_language() or "en",
        "postmortem": postmortem,
        "incident": incident,
        "title": _no_widow(incident.title),
        "running_title": Truncator(incident.title).chars(LONGEST_RUNNING_TITLE),
        "status_badge": STATUS_BADGES[incident.status],
        "zone": zone,
        "zone_name": zone_name(now, zone),
        "number": number,
        "requested_by": by,
        "rendered_at": figures.moment(now, zone),
        "times": figures.times(incident, zone, now),
        "phases": figures.phases(incident),
        "facts": figures.facts(incident),
        "people": _people(incident),
        "parts": [Part(s, prose(s.body)) for s in postmortem.sections.all()],
        "lines": _lines(incident),
        "chronicle": chronicle(incident, zone),
    }
    return Document(render_to_string(TEMPLATE, context), postmortem.is_draft)


def _no_widow(title: str) -> str:
    """Keep the last two words together: one alone in the last line looks lost."""
    head, _space, last = title.rpartition(" ")
    return f"{head}\N{NO-BREAK SPACE}{last}" if len(last) < LONGEST_WIDOW else title


def _people(incident: Incident) -> list[RoleAssignment]:
    """List who held a role, each role and person once, latest last."""
    roles = incident.roles.exclude(held_at=None).select_related("person")
    return list({(role.role, role.person_id): role for role in roles}.values())


def _lines(incident: Incident) -> list[Line]:
    items = incident.items.select_related("owner").worst_first()
    return [
        Line(item, PRIORITY_BADGES[item.priority], ITEM_STATUS_BADGES[item.status])
        for item in items
    ]
