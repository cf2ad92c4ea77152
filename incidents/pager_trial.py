"""Trying the urgent address: better at noon than at 02:14."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from incidents.changes import Refused
from incidents.choices import NotificationKind
from incidents.models.mail import URGENT
from incidents.outbox import queue
from incidents.people import profile_of


def try_pager(person: User, *, at: datetime) -> str:
    """Queue one line to a person's own urgent address, at most once a minute."""
    address = profile_of(person).urgent_address
    if not address:
        sentence = _("Write your urgent address first, and save it.")
        raise Refused.because("no_address", sentence, "urgent_address")
    line = _("Debrief: this is how the ladder of an incident reaches you here.")
    queue(
        key=f"page_trial:{person.pk}:{at:%Y%m%dT%H%M}{URGENT}",
        kind=NotificationKind.ESCALATION,
        subject=line,
        text=line,
        user=person,
        address=address,
        now=at,
    )
    return address
