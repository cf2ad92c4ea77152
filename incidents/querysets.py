"""Which rows: the adjectives of the domain, and who may see what.

`incident_visible_to` is the one rule of visibility; every queryset's `visible_to`
is made of it, and lists, pages, filters, counts, mail and downloads ask only those.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self, TypeAlias, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, F, Func, Q, When

from incidents.choices import (
    MODES,
    POSTMORTEM_DEADLINES,
    SECRET_NOTIFICATIONS,
    CloseReason,
    ConditionKind,
    DeadlineKind,
    DeadlineState,
    DeliveryState,
    PostMortemState,
    Status,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    # Named in the base classes below, as text: the models import this module.
    from incidents.models import (  # noqa: F401
        ActionItem,
        Alert,
        Attachment,
        Call,
        Condition,
        Deadline,
        Incident,
        Message,
        Notification,
        RoleAssignment,
        TimelineEvent,
    )

# Whoever asks: somebody known, or nobody in particular.
Person: TypeAlias = "User | AnonymousUser"
Child = TypeVar("Child", bound=models.Model)
NOBODY = Q(pk__in=[])
VIEW_INCIDENT = "incidents.view_incident"
SEE_RESTRICTED = "incidents.see_restricted_incident"


def incident_visible_to(user: Person, path: str = "") -> Q:
    """Build the condition that `user` may see the incident found by `path`.

    `path` is the look-up that leads from the row to the incident, such as
    "incident" or "postmortem__incident"; empty for incidents themselves.
    """
    if not user.is_active or not user.has_perm(VIEW_INCIDENT):
        return NOBODY
    return Q() if user.has_perm(SEE_RESTRICTED) else open_or_close_to(user, path)


def open_or_close_to(user: Person, path: str = "") -> Q:
    """Build the half of it that the row decides: open to all, or close to `user`."""
    from incidents.models import RoleAssignment

    inside = f"{path}__" if path else ""
    held = RoleAssignment.objects.standing().filter(person_id=user.pk)
    return (
        Q(**{f"{inside}restricted": False})
        | Q(**{f"{path or 'pk'}__in": held.values("incident")})
        | Q(**{f"{inside}team__lead": user.pk})
        | Q(**{f"{inside}team__manager": user.pk})
    )


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(incident_visible_to(user))

    def running(self) -> Self:
        # A resolved one, and no other, has its time: SQLite takes a partial index
        # only for a condition without parameters.
        return self.filter(closed_at=None, resolved_at=None)

    def closed(self) -> Self:
        return self.exclude(closed_at=None)

    def awaiting_postmortem(self) -> Self:
        """Keep resolved incidents whose required post-mortem nobody can read yet."""
        worked = self.filter(
            status=Status.RESOLVED, is_drill=False, postmortem_required=True
        )
        return worked.filter(close_reason__in=["", CloseReason.COMPLETED]).exclude(
            postmortem_state=PostMortemState.PUBLISHED
        )

    def with_late_papers(self) -> Self:
        """Keep those whose report, draft or review was missed and is still lacking."""
        from incidents.models import Deadline

        missed = Deadline.objects.unended().missed()
        papers = missed.filter(kind__in=POSTMORTEM_DEADLINES)
        return self.filter(pk__in=papers.values("incident"))

    def of(self, user: Person) -> Self:
        """Keep those in which this person holds a role now."""
        from incidents.models import RoleAssignment

        held = RoleAssignment.objects.current().filter(person_id=user.pk)
        return self.filter(pk__in=held.values("incident"))


class ChildQuerySet(models.QuerySet[Child]):
    """Rows that hang off an incident and are as visible as it is."""

    incident_path = "incident"

    def visible_to(self, user: Person) -> Self:
        return self.filter(incident_visible_to(user, self.incident_path))


class RoleAssignmentQuerySet(ChildQuerySet["RoleAssignment"]):
    def standing(self) -> Self:
        """Keep what is held or offered now: both let a person see the incident."""
        return self.filter(left_at=None)

    def current(self) -> Self:
        return self.filter(left_at=None, held_at__isnull=False)

    def offered(self) -> Self:
        """Keep the offers that nobody has answered yet."""
        return self.filter(left_at=None, held_at=None)


class TimelineQuerySet(ChildQuerySet["TimelineEvent"]):
    def visible_to(self, user: Person) -> Self:
        """Leave out the events of items of no incident: their items show them."""
        return super().visible_to(user).filter(incident__isnull=False)

    def chronological(self) -> Self:
        return self.order_by("at", "pk")

    def standing(self) -> Self:
        """Leave out what was struck."""
        return self.filter(struck_at=None)

    def pinned(self) -> Self:
        return self.filter(is_pinned=True)


class ActionItemQuerySet(ChildQuerySet["ActionItem"]):
    def visible_to(self, user: Person) -> Self:
        """Add the owner, who sees the item even of an incident they may not see.

        An item of no incident is open to everybody who may see incidents at all.
        """
        if not user.is_active or user.pk is None:
            return self.none()
        seen = incident_visible_to(user, "incident")
        if not seen:  # no condition is everything, which `|` would forget
            return self
        loose = Q(incident=None) if seen != NOBODY else NOBODY
        return self.filter(seen | loose | Q(owner=user.pk))

    def pending(self) -> Self:
        return self.filter(finished_at=None)  # see `running`

    def overdue(self, today: date) -> Self:
        return self.pending().filter(due_on__lt=today)

    def due_between(self, first: date, last: date) -> Self:
        return self.pending().filter(due_on__range=(first, last))

    def unowned(self) -> Self:
        return self.pending().filter(owner=None)

    def answered_by(self, team: int | str) -> Self:
        """Keep what a team answers for, of its incidents or of its own."""
        return self.filter(Q(incident__team=team) | Q(team=team))

    def worst_first(self) -> Self:
        """Order what is overdue longest first, then by priority; no date comes last."""
        return self.order_by(F("due_on").asc(nulls_last=True), "priority", "pk")

    def awake_first(self, today: date) -> Self:
        """Keep the order, but put what is snoozed behind all else."""
        asleep = Case(When(_asleep(today), then=1), default=0)
        return self.order_by(asleep, *self.query.order_by)

    def asleep(self, today: date) -> Self:
        """Keep what is snoozed until a later day."""
        return self.filter(_asleep(today))

    def awake(self, today: date) -> Self:
        return self.exclude(_asleep(today))


def _asleep(today: date) -> Q:
    return Q(snoozed_until__gt=today)


class ConditionQuerySet(ChildQuerySet["Condition"]):
    def holding(self) -> Self:
        """Keep the flags that are set."""
        return self.flags().filter(until_at=None)

    def flags(self) -> Self:
        return self.filter(kind=ConditionKind.FLAG)

    def modes(self) -> Self:
        """Keep the freezes and maintenances that every page speaks of."""
        # As they are written in the partial index, for SQLite: see `running`.
        kinds = [Func(template=f"'{mode.value}'") for mode in MODES]
        return self.filter(until_at=None, kind__in=kinds)


class CallQuerySet(ChildQuerySet["Call"]):
    def waiting(self) -> Self:
        """Keep the calls of which nobody has said yet how they went."""
        return self.filter(ended_at=None)


class MessageQuerySet(ChildQuerySet["Message"]):
    """Messages are as visible as their incident."""


class AttachmentQuerySet(ChildQuerySet["Attachment"]):
    incident_path = "event__incident"


class AlertQuerySet(models.QuerySet["Alert"]):
    def stored(self) -> Self:
        """Keep what nobody has worked off yet: without parameters, see `running`."""
        return self.filter(worked_at=None)

    def visible_to(self, user: Person) -> Self:
        """Show alerts to who keeps the sources; one of a hidden incident to nobody."""
        if not user.has_perm("incidents.view_alertsource"):
            return self.none()
        seen = incident_visible_to(user, "incident")
        return self.filter(Q(incident=None) | seen) if seen else self


class DeadlineQuerySet(ChildQuerySet["Deadline"]):
    def unended(self) -> Self:
        """Keep what still has to be done and has a time, late or not."""
        # Conditions without parameters, for SQLite's partial index.
        return self.filter(ended_at=None, due_at__isnull=False)

    def promises(self) -> Self:
        """Leave out the rungs of the ladder, which are climbed by themselves."""
        return self.exclude(kind=DeadlineKind.RUNG)

    def ticking(self) -> Self:
        return self.filter(state=DeadlineState.OPEN)

    def passed(self, now: datetime) -> Self:
        """Keep what is still open though its time has come; the sweep marks it."""
        is_over = Q(late_at__lt=now) | Q(kind=DeadlineKind.RUNG)
        # Nothing is late before it is due, and that is indexed.
        ticking = self.unended().ticking().filter(due_at__lte=now)
        return ticking.filter(is_over, late_at__lte=now)

    def to_nudge(self, now: datetime) -> Self:
        """Keep what somebody is to be reminded of by now, once, before it is due."""
        unsaid = self.filter(ended_at=None, nudged_at=None, nudge_at__isnull=False)
        return unsaid.ticking().filter(nudge_at__lte=now)

    def stirring(self, now: datetime) -> Self:
        """Keep both, of one incident, in the order in which their time came."""
        return (self.passed(now) | self.to_nudge(now)).order_by("due_at", "pk")

    def missed(self) -> Self:
        return self.filter(state=DeadlineState.MISSED)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Person) -> Self:
        """Show people their own mail, administrators every one.

        A digest gathers many incidents, so being allowed to see one of them is
        no reason to read somebody else's.
        """
        if not user.is_active or user.pk is None:
            return self.none()
        if user.has_perm(SEE_RESTRICTED):
            return self
        return self.filter(user=user.pk)

    def waiting(self) -> Self:
        return self.filter(state=DeliveryState.QUEUED)

    def claimable(self, now: datetime) -> Self:
        """Keep what is due and not in anybody's hands."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.waiting().filter(free, due_at__lte=now)

    def urgent(self) -> Self:
        """Keep what somebody waits for at the log-in page.

        Its keys begin with their kinds. So the index of keys finds the few of them
        in a backlog of any length; no other index knows them from the rest.
        """
        kinds = sorted(SECRET_NOTIFICATIONS)
        # A number follows the colon: before a letter in the order of any language.
        within = (f"{kinds[0]}:", f"{kinds[-1]}:z")
        return self.filter(kind__in=kinds, key__range=within)

    def lock(self, most: int) -> list[int]:
        """Lock what is due longest and nobody else has locked; give its keys."""
        free = self.select_for_update(skip_locked=True).order_by("due_at", "pk")
        return list(free.values_list("pk", flat=True)[:most])

    def failed_since(self, at: datetime) -> Self:
        """Keep what failed and was last tried since; `due_at` is when that was due."""
        return self.filter(state=DeliveryState.FAILED, due_at__gte=at)
