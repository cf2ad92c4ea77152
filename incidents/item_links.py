"""Links in a reminder: each opens one action item, as the one it was written to.

They are good for 30 days. Whoever holds the mail may read it, so a link opens nothing
beyond its item.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User

from incidents.models import ActionItem
from incidents.signed_links import SignedLinks

GOOD_FOR = timedelta(days=30)
# What events say of a step that was taken on the page behind such a link.
ROUTE = {"route": "reminder"}
LINKS = SignedLinks(
    "incidents.item_links",
    route="item_link",
    plain_route="admin:incidents_actionitem_change",
    good_for=GOOD_FOR,
)


@dataclass(frozen=True)
class ItemLink:
    """What a link opens: an item, for the person it was written to."""

    person: User
    item: ActionItem | None  # None: they are gone, or may not see it any more

    @property
    def is_shut(self) -> bool:
        return self.item is None

    @property
    def asks_for_log_in(self) -> bool:
        """Whether holding the mail is not enough: the incident is restricted."""
        incident = self.item.incident if self.item else None
        return incident is not None and incident.restricted


def link_to(item: ActionItem, person: User) -> str:
    """Give the whole address that opens an item for a person."""
    return LINKS.to(item.pk, person)


def opened(token: str) -> ItemLink:
    """Find what a link opens now; raises Expired or Damaged."""
    item, reader = LINKS.read(token)
    seen = ActionItem.objects.visible_to(reader).filter(pk=item)
    found = seen.select_related("incident__severity", "incident__team", "team", "owner")
    return ItemLink(reader, found.first())
