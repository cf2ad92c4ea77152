"""Earlier incidents like this one, as they are offered to who writes about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.models import ActionItem
from postmortems.choices import FactorCategory
from postmortems.models import Finding, PostMortem
from postmortems.recurrence import left_open, offered_to

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Incident, Service

MOST_OFFERED = 6
MOST_OPEN = 3


@dataclass(frozen=True)
class Before:
    """An earlier incident: why it is like this one, and what it left undone."""

    reference: str
    title: str
    url: str
    at: datetime
    why: str
    written_up: str = ""
    still_open: list[ActionItem] = field(default_factory=list)


def happened_before(user: User, incident: Incident) -> list[Before]:
    """List the latest such incidents that this person sees, in a few queries."""
    earlier = offered_to(user, incident).prefetch_related("services")
    found = list(earlier[:MOST_OFFERED])
    if not found:
        return []
    keys = [each.pk for each in found]
    papers = {each.incident_id: each for each in _papers(keys)}
    factors = _factors([incident.pk, *keys])
    left = _left_open(user, keys, incident)
    services = set(incident.services.all())
    return [
        Before(
            reference=each.reference,
            title=each.title,
            url=_page(each, papers.get(each.pk)),
            at=each.started_at or each.declared_at,
            why=_why(each, incident, services, factors),
            written_up=_written_up(papers.get(each.pk)),
            still_open=left.get(each.pk, []),
        )
        for each in found
    ]


def _papers(keys: list[int]) -> Iterable[PostMortem]:
    return PostMortem.objects.filter(incident__in=keys)


def _page(incident: Incident, paper: PostMortem | None) -> str:
    """Lead to its post-mortem if there is one."""
    name = "admin:postmortems_postmortem_change"
    return reverse(name, args=[paper.pk]) if paper else incident.get_absolute_url()


def _written_up(paper: PostMortem | None) -> str:
    if paper is None:
        return ""
    return _("published") if paper.version else _("being written")


def _factors(keys: list[int]) -> dict[int, set[str]]:
    """Give the categories of factors by incident."""
    path = "section__postmortem__incident"
    named = Finding.objects.filter(**{f"{path}__in": keys}).exclude(category="")
    found: dict[int, set[str]] = {}
    for key, category in named.values_list(path, "category").distinct():
        found.setdefault(key, set()).add(category)
    return found


def _why(
    earlier: Incident,
    incident: Incident,
    services: set[Service],
    factors: dict[int, set[str]],
) -> str:
    reasons = [str(each) for each in earlier.services.all() if each in services]
    if earlier.cause_category and earlier.cause_category == incident.cause_category:
        cause = earlier.get_cause_category_display()
        reasons.append(_("same kind of cause: %s") % cause)
    shared = factors.get(earlier.pk, set()) & factors.get(incident.pk, set())
    names = [str(FactorCategory(each).label) for each in sorted(shared)]
    if names:
        reasons.append(_("same factor: %s") % ", ".join(names))
    return " · ".join(reasons)


def _left_open(
    user: User, keys: list[int], incident: Incident
) -> dict[int, list[ActionItem]]:
    """Give what was not done yet when this incident began."""
    items = left_open(incident).visible_to(user).filter(incident__in=keys)
    found: dict[int, list[ActionItem]] = {}
    for item in items:
        key = item.incident_id or 0
        if len(found.setdefault(key, [])) < MOST_OPEN:
            found[key].append(item)
    return found
