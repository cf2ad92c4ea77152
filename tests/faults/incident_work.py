"""What there is to do about incidents: rungs that are due, messages, alerts.

Each is promised in the journal before anybody is struck; the books hold that against
what became of it. Nobody else has the addresses that are told of it.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from incidents.alerts.signature import hash_of, sign
from incidents.choices import BoundKind, ContactKind, HookKind, Recovery, SourceKind
from incidents.models import (
    AlertSource,
    Contact,
    Deadline,
    Incident,
    Profile,
    RoleAssignment,
    Team,
)
from incidents.sending import Draft
from tests.faults.world import DOMAIN, World, persistently

if TYPE_CHECKING:
    from tests.faults.field import Field

TOKEN, SECRET = "a-token-of-the-faults", "a-secret-of-the-faults"
RUNG = "rung:boss"
# To each audience: so many letters, besides one post to its chat.
LISTED = 2
Request = dict[str, Any]


class IncidentWork:
    """Ever more incidents with something to do for workers and for web processes."""

    def __init__(self, world: World, field: Field) -> None:
        self._world, self._field = world, field
        self._numbers = itertools.count(1)
        self.source = AlertSource.objects.create(
            name="Monitoring",
            team=world.team,
            kind=SourceKind.GENERIC,
            severity=world.incident.severity.code,
            recovery=Recovery.RESOLVE,
            token_hash=hash_of(TOKEN),
            secret=SECRET,
        )

    def owe_rungs(self, number: int) -> list[int]:
        """Have a rung fall due now, in so many incidents that have leads to be told."""
        names = [f"{next(self._numbers)}@{DOMAIN}" for _ in range(number)]
        promises = persistently(lambda: self._write_rungs(names))
        for incident, person in promises:
            promise = {"incident": incident, "rung": RUNG, "person": person}
            self._field.note("promised rung", **promise)
        return [incident for incident, _person in promises]

    @transaction.atomic
    def _write_rungs(self, names: list[str]) -> list[tuple[int, int]]:
        now, like = timezone.now(), self._world.incident
        people = User.objects.bulk_create(
            User(username=f"rung.{name}", email=f"rung.{name}") for name in names
        )
        Profile.objects.bulk_create(
            Profile(user=user, team=like.team, urgent_address=f"page.{name}")
            for user, name in zip(people, names, strict=True)
        )
        incidents = Incident.objects.bulk_create(
            Incident(
                reference=f"LADDER-{name.partition('@')[0]}",
                title="Checkout fails",
                playbook_version=like.playbook_version,
                severity=like.severity,
                tracking=like.tracking,
                team=like.team,
                declared_at=now,
            )
            for name in names
        )
        RoleAssignment.objects.bulk_create(
            RoleAssignment(incident=incident, role="boss", person=user, held_at=now)
            for incident, user in zip(incidents, people, strict=True)
        )
        times = dict.fromkeys(("starts_at", "due_at", "late_at"), now)
        told = {"label": "The boss is called", "tells": ["boss"], "media": ["pager"]}
        Deadline.objects.bulk_create(
            Deadline(
                incident=incident,
                key=RUNG,
                kind="rung",
                counts_from="declared",
                state="open",
                **told,
                **times,
            )
            for incident in incidents
        )
        return [(each.pk, who.pk) for each, who in zip(incidents, people, strict=True)]

    def open_again(self, incident: int) -> None:
        """Open a rung again, as taking back the step that had ended it does."""
        self._field.note("opened again", incident=incident)
        rows = Deadline.objects.filter(incident=incident, key=RUNG)
        rows.update(state="open", ended_at=None, nudged_at=None)

    def write(self, script: str = "ok") -> Request:
        """Write a message that nobody has sent yet, to readers of its own."""
        number = next(self._numbers)
        incident = persistently(lambda: self._write_list(number, script))
        draft = {"incident": incident, "nonce": f"draft-{number}"}
        self._field.note("promised message", **draft, rows=LISTED + 1)
        return draft

    @transaction.atomic
    def _write_list(self, number: int, script: str) -> int:
        like = self._world.incident
        calendar = like.team.calendar
        team = Team.objects.create(name=f"Team {number}", calendar=calendar)
        routes = [
            {"medium": "email", "address": f"reader.{number}.{each}@{DOMAIN}"}
            for each in range(LISTED)
        ]
        contact = Contact.objects.create(
            name=f"Readers {number}",
            kind=ContactKind.LIST,
            routes=routes,
            hook_kind=HookKind.JSON,
            hook_address=f"{self._field.chat.url}/{script}.{number}",
        )
        kind = BoundKind.AUDIENCE
        team.bindings.create(kind=kind, code="customers", contact=contact)
        now, by = timezone.now(), self._world.lead
        incident = Incident.declare(
            title="Checkout fails", severity=like.severity, team=team, by=by, at=now
        )
        return incident.pk

    def send(self, draft: Request) -> None:
        """Press the button until it has an answer, as a person does."""
        persistently(lambda: send(draft))
        self._field.note("settled", keys=[key_of_draft(draft)])

    def ring(self) -> list[Request]:
        """Give what monitoring is about to send of one outage, in its order."""
        key = f"outage-{next(self._numbers)}"
        requests = [
            request(key=key, title="Checkout fails", status="firing"),
            request(key=key, title="Checkout and search fail", status="firing"),
            request(key=key, title="All is well", status="resolved"),
        ]
        self._field.note("promised alert", key=key, sent=len(requests))
        return requests

    def post(self, *requests: Request) -> None:
        """Send alerts until each has its yes, as monitoring does."""
        for each in requests:
            until(lambda each=each: post(each) in (200, 202))


def send(draft: Request) -> None:
    """Send a message as its page does."""
    incident = Incident.objects.get(pk=draft["incident"])
    words = "Payments work again for some. We go on."
    message = Draft("customers", words, subject="Payments", nonce=draft["nonce"])
    by = User.objects.get(username=f"lead@{DOMAIN}")
    incident.send_message(message, by=by, at=timezone.now())


def key_of_draft(draft: Request) -> str:
    return f"draft:{draft['nonce']}"


def request(**said: str) -> Request:
    """Sign an alert, as its source does once, however often it sends it."""
    body, now = json.dumps(said), str(int(timezone.now().timestamp()))
    signature = sign(SECRET, now, body.encode())
    headers = {"X-Debrief-Time": now, "X-Debrief-Signature": signature}
    return {"body": body, "headers": headers}


def post(request: Request) -> int:
    """Send an alert once; give the status of the answer."""
    answer = Client(SERVER_NAME="localhost").generic(
        "POST",
        f"/hooks/{TOKEN}/",
        request["body"].encode(),
        content_type="application/json",
        headers=request["headers"],
    )
    return answer.status_code


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    give_up_at = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > give_up_at:
            raise TimeoutError("An alert found no yes")
        time.sleep(0.1)
