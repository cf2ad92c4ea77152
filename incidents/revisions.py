"""The revision of an incident: it counts whatever its page shows.

Open pages ask whether it has grown; so whatever changes what they show lets it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F


def touch(*incidents: int | None) -> None:
    """Let the pages of these incidents know, in the transaction of the change."""
    touch_all(each for each in incidents if each is not None)


def touch_held(incidents: Iterable[int]) -> None:
    """Do the same for many whose rows this transaction has locked already."""
    from incidents.models import Incident

    Incident.objects.filter(pk__in=incidents).update(revision=F("revision") + 1)


def touch_all(incidents: Iterable[int]) -> None:
    """Do the same for many; in one order, so that no two of them wait in a ring."""
    from incidents.models import Incident

    for pk in sorted(set(incidents)):
        Incident.objects.filter(pk=pk).update(revision=F("revision") + 1)
