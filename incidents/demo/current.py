"""What goes on now: incidents of the present, told in minutes and days before it."""

from __future__ import annotations

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from incidents.choices import (
    CauseCategory,
    CloseReason,
    DataLoss,
    DeliveryState,
    DetectionSource,
    Kind,
    Priority,
    Status,
    UsersReach,
)
from incidents.demo.checkout import FailingCheckout
from incidents.demo.hands import Hands
from incidents.demo.playbooks import publish_change
from incidents.models import Incident, Message, Notification


class Current(Hands):
    """The present of the demo, in the hands of its people."""

    def record(self) -> None:
        """Declare them, the oldest first; in between a playbook changes."""
        self.booked_twice()
        self.drill()
        self.leaked_key()
        self.stale_search()
        publish_change(by=self.cast.manager, at=self.ago(hours=22))
        self.forgotten_filter()
        FailingCheckout(self.cast, self.now).record()
        for incident in Incident.objects.running():
            incident.pass_deadlines(at=self.now, is_silent=True)
        self.has_gone_out()

    def has_gone_out(self) -> None:
        """Let mail of the past count as sent: nobody gets any by loading the demo."""
        queued = Notification.objects.filter(state=DeliveryState.QUEUED)
        message = Message.objects.filter(pk=OuterRef("carries"))
        at = Coalesce(Subquery(message.values("sent_at")), F("due_at"))
        queued.update(state=DeliveryState.SENT, sent_at=at, attempts=1)

    def forgotten_filter(self) -> None:
        """A ticket only: its playbook asks for no more than an answer within a day."""
        self.declare(
            "The filter by colour is forgotten on the next page",
            3,
            self.cast.storefront,
            ["Product search"],
            at=self.ago(hours=3),
            by=self.cast.responder,
            lead=self.cast.lead,
            started_at=self.ago(hours=9),
            detected_at=self.ago(hours=4),
            detection_source=DetectionSource.USER_REPORT,
            summary="Who filters by colour sees all colours again from page two on.",
            users_reach=UsersReach.FEW,
        )

    def stale_search(self) -> None:
        """Mitigated yesterday and watched since."""
        rosa, leo = self.cast.responder, self.cast.lead
        incident = self.declare(
            "Search shows products that are sold out",
            3,
            self.cast.platform,
            ["Search", "Product catalogue"],
            at=self.ago(hours=26),
            by=rosa,
            lead=leo,
            started_at=self.ago(hours=31),
            detected_at=self.ago(hours=27),
            detection_source=DetectionSource.TICKET,
            cause_category=CauseCategory.CONFIGURATION,
            summary="The search index is filled once an hour instead of at once.",
            users_affected=2400,
            data_loss=DataLoss.NONE,
        )
        incident.acknowledge(by=leo, at=self.when(incident, hours=26))
        incident.change_status(Status.MITIGATING, by=leo, at=self.ago(hours=25))
        self.tell(
            incident,
            (24 * 60, rosa, Kind.FINDING, "A change of queue names left no consumer."),
            (22 * 60, rosa, Kind.ACTION, "Consumer is back; the backlog is shrinking."),
        )
        banner = "The search index is built anew: please deploy nothing to Search."
        incident.start_mode("freeze", by=leo, at=self.ago(hours=21), banner=banner)
        incident.mitigate(by=rosa, at=self.ago(hours=20))
        incident.change_status(Status.MONITORING, by=leo, at=self.ago(hours=20))
        self.item(
            incident,
            "Name queues in one place only",
            Priority.P2,
            rosa,
            at=self.ago(hours=19),
            due_in=12,
        )

    def leaked_key(self) -> None:
        """Restricted: not for the viewer, nor for the responder but for one item."""
        leo, mona = self.cast.lead, self.cast.manager
        incident = self.declare(
            "Deployment key found in a public repository",
            3,
            self.cast.platform,
            ["Build and deployment"],
            at=self.ago(days=2),
            by=mona,
            lead=leo,
            started_at=self.ago(days=5),
            detected_at=self.ago(days=2, minutes=20),
            detection_source=DetectionSource.EMAIL,
            cause_category=CauseCategory.SECURITY,
            summary="A key that may deploy to staging was in an example file.",
            data_loss=DataLoss.SUSPECTED,
        )
        incident.restrict(
            True, by=mona, at=self.ago(days=2), reason="until the key is useless"
        )
        incident.acknowledge(by=leo, at=self.when(incident, days=2))
        incident.change_status(Status.IDENTIFIED, by=leo, at=self.ago(hours=47))
        self.tell(
            incident,
            (46 * 60, leo, Kind.ACTION, "The key is revoked, a new one is in use."),
            (30 * 60, mona, Kind.DECISION, "Legal is told once the log is read."),
        )
        self.item(
            incident,
            "Read the deployment log of the last ten days",
            Priority.P1,
            self.cast.responder,
            at=self.ago(hours=29),
            due_in=2,
        )

    def drill(self) -> None:
        """Practice: complete, and out of every figure."""
        rosa, leo = self.cast.responder, self.cast.lead
        incident = self.declare(
            "Drill: the primary database is gone",
            2,
            self.cast.platform,
            ["Product catalogue"],
            at=self.ago(days=6, hours=1),
            by=leo,
            lead=rosa,
            is_drill=True,
            started_at=self.ago(days=6, hours=1),
            detected_at=self.ago(days=6, minutes=55),
            detection_source=DetectionSource.TEAM_MEMBER,
            cause_category=CauseCategory.DATABASE,
            summary="Practised: fail over to the standby, by the runbook alone.",
            users_affected=0,
        )
        incident.acknowledge(by=rosa, at=self.when(incident, days=6, minutes=52))
        incident.mitigate(by=rosa, at=self.when(incident, days=6, minutes=24))
        incident.resolve(by=rosa, at=self.when(incident, days=6, minutes=10))
        item = self.item(
            incident,
            "Put the standby's address into the runbook",
            Priority.P1,
            rosa,
            at=self.ago(days=6),
            due_in=-1,
        )
        item.complete(by=rosa, at=self.ago(days=4))
        reason = CloseReason.COMPLETED
        incident.close(by=leo, at=self.ago(days=4), reason=reason)

    def booked_twice(self) -> None:
        """Over, but write-up and action items are late, and one is due tomorrow."""
        rosa, leo, mona = self.cast.responder, self.cast.lead, self.cast.manager
        incident = self.declare(
            "Card payments are booked twice",
            2,
            self.cast.payments,
            ["Payments API", "Ledger"],
            at=self.ago(days=19, minutes=50),
            by=rosa,
            lead=leo,
            started_at=self.ago(days=19, hours=2),
            detected_at=self.ago(days=19, hours=1),
            detection_source=DetectionSource.USER_REPORT,
            cause_category=CauseCategory.DEPLOYMENT,
            summary="A retry after a time-out booked 1,130 card payments twice.",
            users_affected=1130,
            revenue_lost=18400,
            revenue_currency="EUR",
            data_loss=DataLoss.NONE,
            reputation="Two posts with many readers asked where the money had gone.",
        )
        incident.acknowledge(by=leo, at=self.when(incident, days=19, minutes=48))
        self.tell(
            incident,
            (19 * 1440 + 40, rosa, Kind.FINDING, "Retries carry no idempotency key."),
            (19 * 1440 + 31, leo, Kind.DECISION, "Roll back to yesterday's release."),
        )
        incident.mitigate(by=rosa, at=self.when(incident, days=19, minutes=20))
        minutes = 19 * 1440 + 10
        self.update(incident, minutes, leo, "Rolled back: no payment is booked twice.")
        self.update(
            incident,
            minutes,
            mona,
            "Some payments were booked twice. Whatever was too much comes back.",
            audience="customers",
        )
        incident.resolve(by=leo, at=self.when(incident, days=18, hours=23, minutes=40))
        at = self.ago(days=17)
        for title, priority, owner, due_in in (
            ("Send an idempotency key with every retry", Priority.P0, leo, -10),
            ("Pay back what was booked twice, and count it", Priority.P1, rosa, -17),
            ("Alert when the ledger and the processor differ", Priority.P2, rosa, 1),
            ("Test time-outs of the card processor", Priority.P2, mona, 2),
            ("Say in the release notes who may roll back", Priority.P3, None, 6),
        ):
            self.item(incident, title, priority, owner, at=at, due_in=due_in)
        incident.pass_deadlines(at=self.now, is_silent=True)
