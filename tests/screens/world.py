"""What there is to photograph: nothing at all, or the demo with the hard cases."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from incidents import breaker, people
from incidents.choices import DeliveryState, Kind, Priority, Tracking
from incidents.models import ActionItem, Incident, Notification, Playbook
from incidents.permissions import INCIDENT_LEADS, RESPONDERS
from incidents.targets import Target
from postmortems.models import PostMortem
from tests.inbox import Inbox
from tests.screens.mails import mails_of
from tests.screens.paper_screens import Papers
from tests.screens.reviews import (
    chased_item,
    moved_item,
    open_review,
    past_review,
)
from tests.screens.running_screens import hold_mail, imports

NOT_HERE = "550 5.1.1 mailbox unavailable"
LONG_TITLE = (
    "Customers who signed up through a partner before the migration see an empty "
    "basket after they log in, and supercalifragilisticexpialidociously_long_names "
    "break lines nowhere else than here"
)


class EmptyWorld:
    """A product nobody has used yet; its first administrator comes when needed."""

    def person(self, name: str) -> User:
        found = User.objects.filter(first_name=name).first()
        return found or people.start(
            email="ada@debrief.example",
            password="a-long-password-of-theirs",
            name="Ada Administrator",
            team="Platform",
            zone="Europe/Berlin",
            at=timezone.now(),
        )


class FullWorld:
    """The demo, and beside it what strains a page: long, many, nameless, failed."""

    def __init__(self) -> None:
        call_command("seed_demo", verbosity=0)
        self.now = timezone.now()
        self.lead, self.manager = self.person("Leo"), self.person("Mona")
        self.running = Incident.objects.running().earliest("severity__rank")
        self.new = self.declare("Log-in page answers slowly", minutes=3)
        self.long = self.long_incident()
        self.restricted = self.restricted_incident()
        self.item = ActionItem.objects.pending().overdue(self.now.date())[0]
        self.done = ActionItem.objects.exclude(pk__in=ActionItem.objects.pending())[0]
        self.draft = PostMortem.objects.filter(published_at=None)[0]
        self.published = PostMortem.objects.exclude(published_at=None)[0]
        self.papers = Papers(self.lead, self.manager, self.person("Rosa"), self.now)
        self.deactivated = self.deactivated_person()
        self.playbooks = {each.slug: each for each in Playbook.objects.all()}
        self.ticket = Incident.objects.filter(tracking=Tracking.TICKET)[0]
        self.publish_another_version()
        self.chased = chased_item(self.item, self.lead, self.ago(days=20))
        self.moved = moved_item(self.another_item(), self.lead, self.now)
        team = self.lead.profile.team
        self.past_review = past_review(team, self.lead, self.now)
        self.open_review = open_review(team, self.lead, self.now)
        self.checked_import, self.refused_import, self.waiting_import = imports(
            team, self.lead
        )
        self.deliver()
        self.mails = mails_of(self)
        hold_mail(self.now)

    def person(self, name: str) -> User:
        return User.objects.get(first_name=name)

    def another_item(self) -> ActionItem:
        """Give another item that waits, for what is done to it here."""
        return ActionItem.objects.pending().exclude(pk=self.item.pk).earliest("pk")

    def ago(self, **length: float) -> datetime:
        return self.now - timedelta(**length)

    def declare(self, title: str, *, minutes: float) -> Incident:
        at = self.ago(minutes=minutes)
        team, severity = self.running.team, self.running.severity
        return Incident.declare(
            title=title, severity=severity, team=team, by=self.lead, at=at
        )

    def long_incident(self) -> Incident:
        """Give one with a title, a log and items too long, led by a nameless person."""
        people.invite(
            email="somebody.with.a.very.long.address@subsidiary.debrief.example",
            name="",
            team=self.running.team,
            group=INCIDENT_LEADS,
            by=self.manager,
            at=self.ago(days=2),
        )
        nameless = User.objects.latest("pk")
        incident = self.declare(LONG_TITLE[:200], minutes=2000)
        at = self.ago(minutes=1990)
        incident.offer_role("lead", nameless, by=self.lead, at=at)
        incident.accept_role("lead", by=nameless, at=at)
        kinds = (Kind.NOTE, Kind.FINDING, Kind.DECISION, Kind.ACTION)
        for step in range(120):
            at, kind = self.ago(minutes=1980 - 15 * step), kinds[step % len(kinds)]
            text = f"Step {step}: {LONG_TITLE}" if step % 7 == 0 else f"Step {step}"
            incident.note(text, by=nameless, at=at, kind=kind)
        for title in (LONG_TITLE[:200], "Short"):
            incident.add_item(
                title=title, by=self.lead, at=self.ago(minutes=60), owner=nameless
            )
        return incident

    def publish_another_version(self) -> None:
        """Let the playbook of the new incident have moved on since it began."""
        version = self.new.playbook_version
        worst, *others = version.content.severities
        quicker = worst.model_copy(
            update={"respond": Target.parse("5 min"), "resolve": Target.parse("8 h")}
        )
        version.playbook.publish(
            version.content.model_copy(update={"severities": (quicker, *others)}),
            by=self.manager,
            at=self.now,
            note="The worst level is answered sooner",
        )

    def restricted_incident(self) -> Incident:
        incident = self.declare("Payroll figures were readable", minutes=95)
        incident.note("Access logs are being read.", by=self.lead, at=self.now)
        incident.restrict(True, by=self.manager, at=self.now, reason="Personal data")
        return incident

    def deactivated_person(self) -> User:
        """Give one who left roles and items to be handed on."""
        gone = people.invite(
            email="gone@debrief.example",
            name="Greta Gone",
            team=self.running.team,
            group=RESPONDERS,
            by=self.manager,
            at=self.ago(days=40),
        )
        title = "Write down how the queue is drained"
        self.running.add_item(
            title=title, by=self.lead, at=self.now, owner=gone, priority=Priority.P1
        )
        self.running.assign_role("communications", gone, by=self.lead, at=self.now)
        people.deactivate(gone, by=self.manager)
        return gone

    def deliver(self) -> None:
        """Send what is due to a server that refuses one of the addresses."""
        server = Inbox()
        nameless = User.objects.get(email__startswith="somebody")
        server.answers[nameless.email] = NOT_HERE
        server.start()
        settings.EMAIL_PORT = server.port
        call_command("send_reminders", at=(self.now + timedelta(days=1)).isoformat())
        server.stop()
        people.invite_again(nameless, by=self.manager, at=timezone.now())
        breaker.trip("421 4.3.2 Too busy", breaker.Permit(), now=timezone.now())

    def notification(self, state: DeliveryState) -> Notification:
        return Notification.objects.filter(state=state).latest("pk")
