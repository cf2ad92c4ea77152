"""Drills: everything runs as in earnest, and nobody outside the team hears of it.

Whoever belongs to the incident's team, or has taken a role in it, takes part. Others
would have been told; a drill names them, and tells them only where somebody said so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from incidents.mail_wording import clipped

if TYPE_CHECKING:
    from incidents.models import Incident

# The same in every language: it is what people look for before they run.
MARK = "DRILL"
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Reach:
    """Whom an incident may tell: everybody, or those who take part in its drill."""

    is_open: bool
    people: frozenset[int] = frozenset()
    addresses: frozenset[str] = frozenset()

    @classmethod
    def of(cls, incident: Incident) -> Reach:
        """Read who takes part; one query, and none where it is no drill."""
        if not stays_inside(incident):
            return cls(is_open=True)
        found = _taking_part(incident).values_list(
            "pk", "email", "profile__urgent_address"
        )
        rows = list(found)
        written = {each for _key, *both in rows for each in both if each}
        return cls(
            is_open=False,
            people=frozenset(pk for pk, *_both in rows),
            addresses=frozenset(map(str.lower, written)),
        )

    def takes(self, who: User | str) -> bool:
        """Say whether this person, or whoever reads this address, is told."""
        if self.is_open:
            return True
        if isinstance(who, User):
            return who.pk in self.people
        return who.strip().lower() in self.addresses

    @property
    def takes_chats(self) -> bool:
        """Say whether it may be posted to chats: nobody knows who reads those."""
        return self.is_open


def stays_inside(incident: Incident) -> bool:
    """Say whether it is a drill of which nobody outside the team may hear."""
    return incident.is_drill and not incident.drill_outside


def reaches(incident: Incident, who: User | str) -> bool:
    """Say it of one person or address; for many, ask one `Reach` of the incident."""
    return Reach.of(incident).takes(who)


def subject_of(incident: Incident, subject: str) -> str:
    """Begin the subject of a drill with DRILL, once."""
    if not incident.is_drill or subject.startswith(MARK):
        return subject
    return clipped(f"{MARK}: {subject}", LONGEST_SUBJECT)


def marked(incident: Incident, text: str) -> str:
    """Let the first line of a drill's text say that it is one, once."""
    if not incident.is_drill or text.startswith(MARK):
        return text
    return f"{MARK}: {_('this is an exercise, nothing is broken.')}\n\n{text}"


def _taking_part(incident: Incident) -> QuerySet[User]:
    team = incident.team
    held = incident.roles.current().values("person")
    return User.objects.filter(
        Q(profile__team=team)
        | Q(pk__in=[key for key in (team.lead_id, team.manager_id) if key])
        | Q(pk__in=held),
        is_active=True,
    )
