"""Links in a reminder: each opens one action item, as the one it was written to.

The address itself says who and what, under our signature, and is good for 30 days.
It may be read by whoever holds the mail, so it opens nothing beyond that item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.urls import reverse

from incidents.models import ActionItem

GOOD_FOR = timedelta(days=30)
# What events say of a step that was taken on the page behind such a link.
ROUTE = {"route": "reminder"}
PLACE = "TOKEN"
SIGNED = re.compile(r"/reminder/(\d+)-\d+\.[\w-]+\.[\w-]+/")


class Expired(Exception):
    """A link that we signed, but too long ago."""


class Damaged(Exception):
    """An address that was never signed by us as it is."""


@dataclass(frozen=True)
class ItemLink:
    """What a link opens: an item, for the person it was written to."""

    person: User
    item: ActionItem | None  # None: they are gone, or may not see it any more

    @property
    def asks_for_log_in(self) -> bool:
        """Whether holding the mail is not enough: the incident is restricted."""
        incident = self.item.incident if self.item else None
        return incident is not None and incident.restricted


def link_to(item: ActionItem, person: User) -> str:
    """Give the whole address that opens an item for a person."""
    token = _signer().sign(f"{item.pk}-{person.pk}")
    return f"{settings.SITE_URL}{_path().replace(PLACE, token)}"


def opened(token: str) -> ItemLink:
    """Find what a link opens now; raises Expired or Damaged."""
    try:
        signed = _signer().unsign(token, max_age=GOOD_FOR)
    except SignatureExpired as error:
        raise Expired from error
    except BadSignature as error:
        raise Damaged from error
    item, person = map(int, signed.split("-"))
    reader = User.objects.select_related("profile").filter(pk=person).first()
    if reader is None:
        raise Damaged
    seen = ActionItem.objects.visible_to(reader).filter(pk=item)
    found = seen.select_related("incident__severity", "incident__team", "team", "owner")
    return ItemLink(reader, found.first())


def without_signatures(words: str) -> str:
    """Turn the links of a mail into plain ones, for whoever else may read it."""

    def plain(link: re.Match[str]) -> str:
        return reverse("admin:incidents_actionitem_change", args=[link[1]])

    return SIGNED.sub(plain, words)


@cache
def _path() -> str:
    """Give the path with a place for the token; a digest has many of them."""
    return reverse("item_link", args=[PLACE])


def _signer() -> TimestampSigner:
    # Neither "." nor what stands between needs quoting in an address.
    return TimestampSigner(salt="incidents.item_links", sep=".")
