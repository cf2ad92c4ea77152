"""What goes on now: incidents of the present, told in minutes and days before it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from incidents.choices import (
    CauseCategory,
    CloseReason,
    DataLoss,
    DetectionSource,
    ItemKind,
    Kind,
    Priority,
    Status,
    UsersReach,
)
from incidents.demo.people import Cast, services
from incidents.demo.playbooks import publish_change
from incidents.models import ActionItem, Incident, Team


class Current:
    """The present of the demo, in the hands of its people."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast = cast
        self.now = now.replace(second=0, microsecond=0)

    def record(self) -> None:
        """Declare them, the oldest first; in between a playbook changes."""
        self.booked_twice()
        self.drill()
        self.leaked_key()
        self.stale_search()
        publish_change(by=self.cast.manager, at=self._ago(hours=22))
        self.forgotten_filter()
        self.failing_checkout()
        for incident in Incident.objects.running():
            incident.pass_deadlines(at=self.now, is_silent=True)

    def failing_checkout(self) -> None:
        """Runs since 47 minutes; nobody has taken communications, so customers wait."""
        rosa, leo, mona = self.cast.responder, self.cast.lead, self.cast.manager
        incident = self._declare(
            "Checkout fails for cards issued in the EU",
            1,
            self.cast.payments,
            ["Checkout", "Payments API"],
            at=self._ago(minutes=45),
            by=rosa,
            lead=leo,
            started_at=self._ago(minutes=47),
            detected_at=self._ago(minutes=46),
            detection_source=DetectionSource.ALERT,
            summary="Cards issued in the EU are declined at the last step of checkout. "
            "Cards from elsewhere and wallets work.",
            features_affected="Paying by card; saved cards",
            users_percent=3,
        )
        self._search_for_cause(incident)
        incident.set_flag("public", by=mona, at=self._when(incident, minutes=12))
        self._item(
            incident,
            "Alert on declined cards by country of issue",
            Priority.P2,
            None,
            at=self._ago(minutes=11),
            due_in=9,
            kind=ItemKind.DETECT,
        )
        passes = "Second processor takes 10 % of EU cards: all pass."
        self._tell(incident, (8, rosa, Kind.ACTION, passes))

    def _search_for_cause(self, incident: Incident) -> None:
        """The first half hour: two updates to the team, none to customers."""
        rosa, leo, mona = self.cast.responder, self.cast.lead, self.cast.manager
        incident.acknowledge(by=leo, at=self._when(incident, minutes=43))
        self._role(incident, "operations", rosa, self._ago(minutes=42))
        self._role(incident, "scribe", mona, self._ago(minutes=40))
        incident.change_status(Status.INVESTIGATING, by=leo, at=self._ago(minutes=41))
        self._tell(
            incident,
            (38, rosa, Kind.FINDING, "Declines are all 3-D Secure: error rate 61 %."),
        )
        self._update(incident, 37, leo, "Some 3 % of payments fail, all of EU cards.")
        self._tell(
            incident,
            (33, leo, Kind.HYPOTHESIS, "The certificate of the 3-D Secure host?"),
            (29, rosa, Kind.FINDING, "Certificate is fine; the host answers slowly."),
        )
        self._update(incident, 26, leo, "A host of the processor answers too slowly.")
        self._tell(
            incident,
            (24, leo, Kind.ACTION, "Asked the card processor: they see time-outs too."),
            (17, leo, Kind.DECISION, "Send EU cards through the second processor."),
        )
        at = self._when(incident, minutes=16)
        incident.change_status(Status.IDENTIFIED, by=leo, at=at)

    def forgotten_filter(self) -> None:
        """A ticket only: its playbook asks for no more than an answer within a day."""
        self._declare(
            "The filter by colour is forgotten on the next page",
            3,
            self.cast.storefront,
            ["Product search"],
            at=self._ago(hours=3),
            by=self.cast.responder,
            lead=self.cast.lead,
            started_at=self._ago(hours=9),
            detected_at=self._ago(hours=4),
            detection_source=DetectionSource.USER_REPORT,
            summary="Who filters by colour sees all colours again from page two on.",
            users_reach=UsersReach.FEW,
        )

    def stale_search(self) -> None:
        """Mitigated yesterday and watched since."""
        rosa, leo = self.cast.responder, self.cast.lead
        incident = self._declare(
            "Search shows products that are sold out",
            3,
            self.cast.platform,
            ["Search", "Product catalogue"],
            at=self._ago(hours=26),
            by=rosa,
            lead=leo,
            started_at=self._ago(hours=31),
            detected_at=self._ago(hours=27),
            detection_source=DetectionSource.TICKET,
            cause_category=CauseCategory.CONFIGURATION,
            summary="The search index is filled once an hour instead of at once.",
            users_affected=2400,
            data_loss=DataLoss.NONE,
        )
        incident.acknowledge(by=leo, at=self._when(incident, hours=26))
        incident.change_status(Status.MITIGATING, by=leo, at=self._ago(hours=25))
        self._tell(
            incident,
            (24 * 60, rosa, Kind.FINDING, "A change of queue names left no consumer."),
            (22 * 60, rosa, Kind.ACTION, "Consumer is back; the backlog is shrinking."),
        )
        incident.mitigate(by=rosa, at=self._ago(hours=20))
        incident.change_status(Status.MONITORING, by=leo, at=self._ago(hours=20))
        self._item(
            incident,
            "Name queues in one place only",
            Priority.P2,
            rosa,
            at=self._ago(hours=19),
            due_in=12,
        )

    def leaked_key(self) -> None:
        """Restricted: not for the viewer, nor for the responder but for one item."""
        leo, mona = self.cast.lead, self.cast.manager
        incident = self._declare(
            "Deployment key found in a public repository",
            3,
            self.cast.platform,
            ["Build and deployment"],
            at=self._ago(days=2),
            by=mona,
            lead=leo,
            started_at=self._ago(days=5),
            detected_at=self._ago(days=2, minutes=20),
            detection_source=DetectionSource.EMAIL,
            cause_category=CauseCategory.SECURITY,
            summary="A key that may deploy to staging was in an example file.",
            data_loss=DataLoss.SUSPECTED,
        )
        incident.restrict(
            True, by=mona, at=self._ago(days=2), reason="until the key is useless"
        )
        incident.acknowledge(by=leo, at=self._when(incident, days=2))
        incident.change_status(Status.IDENTIFIED, by=leo, at=self._ago(hours=47))
        self._tell(
            incident,
            (46 * 60, leo, Kind.ACTION, "The key is revoked, a new one is in use."),
            (30 * 60, mona, Kind.DECISION, "Legal is told once the log is read."),
        )
        self._item(
            incident,
            "Read the deployment log of the last ten days",
            Priority.P1,
            self.cast.responder,
            at=self._ago(hours=29),
            due_in=2,
        )

    def drill(self) -> None:
        """Practice: complete, and out of every figure."""
        rosa, leo = self.cast.responder, self.cast.lead
        incident = self._declare(
            "Drill: the primary database is gone",
            2,
            self.cast.platform,
            ["Product catalogue"],
            at=self._ago(days=6, hours=1),
            by=leo,
            lead=rosa,
            is_drill=True,
            started_at=self._ago(days=6, hours=1),
            detected_at=self._ago(days=6, minutes=55),
            detection_source=DetectionSource.TEAM_MEMBER,
            cause_category=CauseCategory.DATABASE,
            summary="Practised: fail over to the standby, by the runbook alone.",
            users_affected=0,
        )
        incident.acknowledge(by=rosa, at=self._when(incident, days=6, minutes=52))
        incident.mitigate(by=rosa, at=self._when(incident, days=6, minutes=24))
        incident.resolve(by=rosa, at=self._when(incident, days=6, minutes=10))
        item = self._item(
            incident,
            "Put the standby's address into the runbook",
            Priority.P1,
            rosa,
            at=self._ago(days=6),
            due_in=-1,
        )
        item.complete(by=rosa, at=self._ago(days=4))
        reason = CloseReason.COMPLETED
        incident.close(by=leo, at=self._ago(days=4), reason=reason)

    def booked_twice(self) -> None:
        """Over, but write-up and action items are late, and one is due tomorrow."""
        rosa, leo, mona = self.cast.responder, self.cast.lead, self.cast.manager
        incident = self._declare(
            "Card payments are booked twice",
            2,
            self.cast.payments,
            ["Payments API", "Ledger"],
            at=self._ago(days=19, minutes=50),
            by=rosa,
            lead=leo,
            started_at=self._ago(days=19, hours=2),
            detected_at=self._ago(days=19, hours=1),
            detection_source=DetectionSource.USER_REPORT,
            cause_category=CauseCategory.DEPLOYMENT,
            summary="A retry after a time-out booked 1,130 card payments twice.",
            users_affected=1130,
            revenue_lost=18400,
            revenue_currency="EUR",
            data_loss=DataLoss.NONE,
            reputation="Two posts with many readers asked where the money had gone.",
        )
        incident.acknowledge(by=leo, at=self._when(incident, days=19, minutes=48))
        self._tell(
            incident,
            (19 * 1440 + 40, rosa, Kind.FINDING, "Retries carry no idempotency key."),
            (19 * 1440 + 31, leo, Kind.DECISION, "Roll back to yesterday's release."),
        )
        incident.mitigate(by=rosa, at=self._when(incident, days=19, minutes=20))
        minutes = 19 * 1440 + 10
        self._update(incident, minutes, leo, "Rolled back: no payment is booked twice.")
        self._update(
            incident,
            minutes,
            mona,
            "Some payments were booked twice. Whatever was too much comes back.",
            audience="customers",
        )
        incident.resolve(by=leo, at=self._when(incident, days=18, hours=23, minutes=40))
        at = self._ago(days=17)
        for title, priority, owner, due_in in (
            ("Send an idempotency key with every retry", Priority.P0, leo, -10),
            ("Pay back what was booked twice, and count it", Priority.P1, rosa, -17),
            ("Alert when the ledger and the processor differ", Priority.P2, rosa, 1),
            ("Test time-outs of the card processor", Priority.P2, mona, 2),
            ("Say in the release notes who may roll back", Priority.P3, None, 6),
        ):
            self._item(incident, title, priority, owner, at=at, due_in=due_in)
        incident.pass_deadlines(at=self.now, is_silent=True)

    def _ago(self, **span: int) -> datetime:
        return self.now - timedelta(**span)

    def _when(self, incident: Incident, **ago: int) -> datetime:
        """Give the time of a step, once the sweep has seen what came before it."""
        at = self._ago(**ago)
        incident.pass_deadlines(at=at, is_silent=True)
        return at

    def _declare(
        self, title: str, rank: int, team: Team, names: list[str], **known: Any
    ) -> Incident:
        return Incident.declare(
            title=title,
            severity=self.cast.severity(team, rank),
            team=team,
            services=services(names, team, tier=rank),
            is_record=False,
            **known,
        )

    def _update(
        self,
        incident: Incident,
        minutes: int,
        by: User,
        text: str,
        *,
        audience: str = "team",
    ) -> None:
        at = self._when(incident, minutes=minutes)
        incident.post_update(audience, text, by=by, at=at)

    def _role(self, incident: Incident, role: str, person: User, at: datetime) -> None:
        incident.assign_role(role, person, by=self.cast.lead, at=at)

    def _tell(self, incident: Incident, *entries: tuple[int, User, Kind, str]) -> None:
        """Write entries, each with the minutes that have gone by since."""
        for minutes, writer, kind, text in entries:
            incident.note(text, by=writer, at=self._ago(minutes=minutes), kind=kind)

    def _item(
        self,
        incident: Incident,
        title: str,
        priority: Priority,
        owner: User | None,
        *,
        at: datetime,
        due_in: int,
        kind: ItemKind = ItemKind.PREVENT,
    ) -> ActionItem:
        today = self.now.astimezone(incident.team.zone).date()
        return incident.add_item(
            title=title,
            kind=kind,
            priority=priority,
            owner=owner,
            due_on=today + timedelta(days=due_in),
            by=self.cast.lead,
            at=at,
        )
