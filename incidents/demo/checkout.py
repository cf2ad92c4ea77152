"""The demo's running incident, in which everything that may happen has happened."""

from __future__ import annotations

import json
from importlib import resources

from django.conf import settings
from django.contrib.auth.models import User

from incidents.alerts.signature import hash_of, new_address, new_secret
from incidents.alerts.storing import store
from incidents.alerts.working import work_off
from incidents.choices import (
    CallOutcome,
    ItemKind,
    Kind,
    Priority,
    SourceKind,
    Status,
)
from incidents.demo import ALERT_TOKEN
from incidents.demo.hands import Hands
from incidents.demo.people import services
from incidents.images import drawn_anew
from incidents.models import AlertSource, Call, Incident
from incidents.sending import Draft

CHART = resources.files("incidents.demo") / "declines.png"
SAYS = "Declined card payments by country of issue: those of the EU rise at once."
NEWS = """{reference} after 20 min: Identified
Impact: some 3 % of payments fail, all of EU cards
Known: a host of the card processor answers too slowly
Done: its certificate is fine, and nothing of ours has changed
Next: EU cards go through the second processor"""


class FailingCheckout(Hands):
    """Runs since 47 minutes; nobody has taken communications, so customers wait."""

    def record(self) -> None:
        incident = self.comes_in()
        self.is_taken_up(incident)
        self.cause_is_sought(incident)
        self.way_round_is_tried(incident)
        for person in (self.cast.viewer, self.cast.manager):
            incident.watch(by=person, at=self.now)

    def comes_in(self) -> Incident:
        """Let an alert declare it; off the demo nobody knows the source's address."""
        rank, team = 1, self.cast.payments
        services(["Checkout", "Payments API"], team, tier=rank)
        source = AlertSource(
            name="Payments monitoring",
            team=team,
            kind=SourceKind.GENERIC,
            severity=self.cast.severity(team, rank + 1).code,
            is_signed=not settings.DEMO,
        )
        new_address(source)
        if settings.DEMO:
            source.token_hash = hash_of(ALERT_TOKEN)
        else:
            new_secret(source)
        source.save()
        said = {
            "key": "eu-cards-declined",
            "title": "Checkout fails for cards issued in the EU",
            "status": "firing",
            "severity": self.cast.severity(team, rank).code,
            "summary": "Cards issued in the EU are declined at the last step of "
            "checkout. Cards from elsewhere and wallets work.",
            "service": "Checkout",
            "link": "https://monitoring.demo.example/d/declines",
            "started": self.ago(minutes=47).isoformat(),
        }
        body, at = json.dumps(said).encode(), self.ago(minutes=46)
        alert, _is_new = store(source, body, time=f"{at.timestamp():.0f}", now=at)
        work_off(clock=lambda: at)
        return Incident.objects.get(alerts=alert)

    def is_taken_up(self, incident: Incident) -> None:
        rosa, leo, ada = self.cast.responder, self.cast.lead, self.cast.administrator
        self.called(incident, rosa, minutes=44)
        incident.acknowledge(by=leo, at=self.when(incident, minutes=43))
        self.role(incident, "lead", leo, self.ago(minutes=43))
        self.role(incident, "operations", rosa, self.ago(minutes=42))
        known: dict[str, object] = {"features_affected": "Paying by card; saved cards"}
        known |= {"users_percent": 3}
        seen = {name: (getattr(incident, name), said) for name, said in known.items()}
        incident.amend(seen, by=rosa, at=self.ago(minutes=41))
        incident.change_status(Status.INVESTIGATING, by=leo, at=self.ago(minutes=41))
        self.role(incident, "scribe", ada, self.ago(minutes=40))

    def cause_is_sought(self, incident: Incident) -> None:
        """The first half hour: a look at the chart, a wrong track, two updates."""
        rosa, leo = self.cast.responder, self.cast.lead
        with CHART.open("rb") as chart:
            picture = drawn_anew(chart, CHART.name, SAYS)
        incident.note(
            "Declines are all 3-D Secure: 61 % of these payments fail.",
            by=rosa,
            at=self.when(incident, minutes=38),
            kind=Kind.FINDING,
            images=[picture],
        )
        self.update(incident, 37, leo, "Some 3 % of payments fail, all of EU cards.")
        self.tell(
            incident,
            (33, leo, Kind.HYPOTHESIS, "The certificate of the 3-D Secure host?"),
        )
        outage = "The processor's own page says: outage in Frankfurt."
        at = self.ago(minutes=31)
        wrong = incident.note(outage, by=rosa, at=at, kind=Kind.FINDING)
        why = "That is their page for another product"
        incident.strike(wrong, because=why, by=rosa, at=self.ago(minutes=30))
        self.tell(
            incident,
            (29, rosa, Kind.FINDING, "Certificate is fine; the host answers slowly."),
        )
        self.called(incident, rosa, minutes=28)
        subject = f"{incident.reference} {incident.severity.code}: where we are"
        body = NEWS.format(reference=incident.reference)
        draft = Draft("team", body, subject=subject, template="update")
        incident.send_message(draft, by=leo, at=self.when(incident, minutes=26))

    def way_round_is_tried(self, incident: Incident) -> None:
        rosa, leo, ada = self.cast.responder, self.cast.lead, self.cast.administrator
        asked = "Asked the card processor: they see time-outs too."
        self.tell(incident, (24, leo, Kind.ACTION, asked))
        decided = incident.note(
            "Send EU cards through the second processor.",
            by=leo,
            at=self.ago(minutes=17),
            kind=Kind.DECISION,
        )
        incident.pin(decided, by=leo, at=self.ago(minutes=17))
        at = self.when(incident, minutes=16)
        incident.change_status(Status.IDENTIFIED, by=leo, at=at)
        self.called(incident, self.cast.manager, minutes=14)
        incident.set_flag("public", by=leo, at=self.when(incident, minutes=12))
        self.item(
            incident,
            "Alert on declined cards by country of issue",
            Priority.P2,
            None,
            at=self.when(incident, minutes=11),
            due_in=9,
            kind=ItemKind.DETECT,
        )
        passes = "Second processor takes 10 % of EU cards: all pass."
        self.tell(incident, (8, rosa, Kind.ACTION, passes))
        lead = incident.playbook.leading_role.code
        incident.offer_role(lead, ada, by=leo, at=self.ago(minutes=5))

    def called(self, incident: Incident, person: User, *, minutes: int) -> None:
        """Say of whoever a rung wanted called that they answered."""
        at = self.when(incident, minutes=minutes)
        for call in Call.objects.waiting().filter(incident=incident, person=person):
            incident.end_call(call, CallOutcome.REACHED, by=self.cast.lead, at=at)
