"""The mails to photograph: digests of 1, 7 and 200 items, the team's week, a move."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from incidents import outbox
from incidents.choices import Capacity, NotificationKind
from incidents.digest_mail import Digest, Line
from incidents.digest_mail import compose as compose_digest
from incidents.mail_wording import Wording
from incidents.models import ActionItem, Notification
from incidents.moved_items import compose as compose_moved
from incidents.team_week import TeamWeek
from incidents.weekly import compose as compose_week

if TYPE_CHECKING:
    from tests.screens.world import FullWorld

SIZES = (1, 7, 200)
MAILS = (*(f"digest-{size}" for size in SIZES), "weekly", "moved")
CAPACITIES = (Capacity.OWNER, Capacity.TEAM_LEAD, Capacity.STAND_IN, Capacity.LEAD)


def mails_of(world: FullWorld) -> dict[str, Notification]:
    """Queue one mail of each kind and size to the lead; none of them is sent."""
    lead, team = world.lead, world.running.team
    moved = ActionItem.objects.filter(moves__gte=1).latest("moves")
    wordings = {f"digest-{size}": digest(world, size) for size in SIZES}
    wordings["weekly"] = compose_week(TeamWeek.of(team, lead, world.now), lead)
    wordings["moved"] = compose_moved(moved, lead)
    return {name: queued(name, words, world) for name, words in wordings.items()}


def queued(name: str, wording: Wording, world: FullWorld) -> Notification:
    return outbox.queue(
        key=f"screens:{name}",
        kind=NotificationKind.DIGEST,
        user=world.lead,
        now=world.now,
        due_at=world.now + timedelta(days=1),
        **wording._asdict(),
    )


def digest(world: FullWorld, size: int) -> Wording:
    stored = ActionItem.objects.select_related("incident__severity", "owner", "team")
    items = list(stored.order_by("pk"))
    lines = [
        line(items[number % len(items)], size - number - 2, number, world)
        for number in range(size)
    ]
    return compose_digest(Digest(world.lead, world.now, lines))


def line(item: ActionItem, days_late: int, number: int, world: FullWorld) -> Line:
    """Say of an item that it is so late, and why its reader hears of it."""
    own = item.owner_id == world.lead.pk
    return Line(
        item=item,
        due_on=world.now.date() - timedelta(days=days_late),
        days_late=days_late,
        rung=days_late,
        is_new=True,
        capacity=Capacity.OWNER if own else CAPACITIES[number % 4],
        names_incident=number != 2,
    )
