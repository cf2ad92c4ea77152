"""What happened before: earlier incidents like this one, and what they left undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, Subquery

from incidents.models import ActionItem, Incident, TimelineEvent
from postmortems.models import Finding
from postmortems.snapshot import Snapshot, StillOpen

if TYPE_CHECKING:
    from incidents.querysets import ActionItemQuerySet, IncidentQuerySet, Person

MOST_NAMED = 20
REOPENED = "item_reopen"
TURNS = (REOPENED, "item_complete", "item_drop")


def earlier_like(incident: Incident) -> IncidentQuerySet:
    """Keep earlier incidents that share a service, a factor or the kind of cause."""
    began = incident.started_at or incident.detected_at or incident.declared_at
    shared = Incident.services.through.objects.filter(
        incident=OuterRef("pk"), service__in=incident.services.all()
    )
    factors = Finding.objects.exclude(category="").filter(
        section__postmortem__incident=OuterRef("pk"),
        category__in=Finding.objects.exclude(category="")
        .filter(section__postmortem__incident=incident)
        .values("category"),
    )
    alike = Q(Exists(shared)) | Q(Exists(factors))
    if incident.cause_category:
        alike |= Q(cause_category=incident.cause_category)
    earlier = Incident.objects.filter(declared_at__lt=began, is_drill=False)
    return earlier.filter(alike).exclude(pk=incident.pk)


def offered_to(user: Person, incident: Incident) -> IncidentQuerySet:
    """Keep of these what the reader may see, the latest first."""
    seen = earlier_like(incident).visible_to(user)
    return seen.order_by("-declared_at", "-pk")


def left_open(incident: Incident) -> ActionItemQuerySet:
    """Keep items of such earlier incidents that were not done when this one began."""
    began = incident.started_at or incident.detected_at or incident.declared_at
    pending = Q(finished_at=None) | Q(finished_at__gt=began)
    # What was reopened since was done by then, however it stands now.
    turns = TimelineEvent.objects.filter(
        item=OuterRef("pk"), verb__in=TURNS, at__gt=began
    )
    reopened = Q(next_turn=REOPENED)
    items = ActionItem.objects.filter(
        pending, incident__in=earlier_like(incident).values("pk"), created_at__lt=began
    ).alias(next_turn=Subquery(turns.order_by("at", "pk").values("verb")[:1]))
    return items.filter(~reopened | Q(next_turn=None)).order_by(
        "priority", "due_on", "pk"
    )


def still_open(incident: Incident) -> tuple[StillOpen, ...]:
    """Name the items that earlier incidents like this one had left open.

    Whoever reads this may not be allowed to see a restricted one: it is left out.
    """
    told = left_open(incident).filter(incident__restricted=False)
    items = told.select_related("incident")
    return tuple(
        StillOpen(
            item=item.title,
            reference=item.incident.reference if item.incident else "",
            title=item.incident.title if item.incident else "",
            due_on=item.due_on,
        )
        for item in items[:MOST_NAMED]
    )


def discreet(snapshot: Snapshot, user: Person | None = None) -> Snapshot:
    """Leave out earlier incidents that were restricted since, for who may not see them.

    Without `user` nobody knows who will read it, so restricted ones are left out.
    """
    named = {each.reference for each in snapshot.still_open}
    if not named:
        return snapshot
    found = Incident.objects.filter(reference__in=named)
    seen = found.filter(restricted=False) if user is None else found.visible_to(user)
    left = set(seen.values_list("reference", flat=True))
    kept = tuple(each for each in snapshot.still_open if each.reference in left)
    return snapshot.model_copy(update={"still_open": kept})
