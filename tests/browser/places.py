"""Where there is something to see: a row of everything, and the pages that show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from incidents import people
from incidents.alerts.signature import new_address
from incidents.alerts.storing import store
from incidents.choices import NotificationKind, SourceKind
from incidents.item_import.jobs import upload, work_waiting
from incidents.models import (
    ActionItem,
    Alert,
    AlertSource,
    Contact,
    Incident,
    ItemImport,
    Notification,
    Playbook,
    Service,
)
from incidents.permissions import INCIDENT_VERBS, VIEWERS
from incidents.sending import Draft
from postmortems.meetings import Plan, arrange
from postmortems.models import Finding, PostMortem
from postmortems.reports import request_report
from tests.addresses import Address, addresses
from tests.whole import one_in


@dataclass(frozen=True)
class Places:
    """The rows that addresses are filled with."""

    incident: Incident
    item: ActionItem
    postmortem: PostMortem
    person: User
    service: Service
    notification: Notification
    at: datetime

    @classmethod
    def furnished(
        cls, incident: Incident, item: ActionItem, service: Service, by: User
    ) -> Places:
        at = incident.declared_at
        incident.note("Declines are all 3-D Secure", by=by, at=at)
        incident.start_mode("freeze", by=by, at=at)
        if incident.lead and incident.lead != by:
            incident.offer_role("lead", by, by=incident.lead, at=at)
        incident.resolve(by=by, at=at)
        postmortem = PostMortem.open(incident, by=by, at=at)
        write_something(postmortem, by, at)
        request_report(postmortem, by=by, at=at)
        invited = people.invite(
            email="invited@debrief.example",
            name="Ina Invited",
            team=incident.team,
            group=VIEWERS,
            by=by,
            at=at,
        )
        mail = Notification.objects.latest("pk")
        routes = [{"medium": "pager", "address": "platform-primary"}]
        rota = Contact.objects.create(name="On call", kind="rota", routes=routes)
        incident.team.bindings.create(kind="role", code="on_call", contact=rota)
        rows = b"title,status\nTest the restore,open\nWrite a runbook,done\n"
        source = AlertSource(name="Monitoring", team=incident.team, is_signed=False)
        source.kind, source.severity = SourceKind.GENERIC, incident.severity.code
        new_address(source)
        source.save()
        store(source, b'{"title": ""}', time="", now=at)
        incident.record_copied(Draft("team", "It is over."), by=by, at=at)
        upload(rows, name="items.csv", team=incident.team, by=by, at=at)
        work_waiting()
        return cls(incident, item, postmortem, invited, service, mail, at)

    def keys(self, address: Address) -> list[dict[str, object]]:
        """Give what to fill an address with; several where it names a verb."""
        rows = {
            "incident": self.incident,
            "actionitem": self.item,
            "timelineevent": self.incident.timeline.filter(author=None).first()
            or self.incident.timeline.first(),
            "postmortem": self.postmortem,
            "user": self.person,
            "team": self.incident.team,
            "calendar": self.incident.team.calendar,
            "contact": Contact.objects.first(),
            "alertsource": AlertSource.objects.first(),
            "service": self.service,
            "notification": self.notification,
            "playbook": Playbook.objects.first(),
            "itemimport": ItemImport.objects.first(),
        }
        kind = address.name.removeprefix("admin:").split("_")[1:2]
        row = rows.get(kind[0]) if kind else None
        known = {"number": 1, "report_pk": 1, "step": "deactivate"}
        known |= {"alert_pk": Alert.objects.latest("pk").pk}
        known |= {"message_pk": self.incident.messages.latest("pk").pk}
        line = Finding.objects.earliest("pk")
        known |= {"key": line.section.key, "line": line.pk, "edition": "customer"}
        known |= {"app_label": "incidents", "uidb64": "none", "token": "none"}
        keys = {p: known.get(p, row.pk if row else 0) for p in address.parameters}
        if "verb" in keys and kind == ["incident"]:
            return [{**keys, "verb": verb} for verb in INCIDENT_VERBS]
        if "verb" in keys:
            return [{**keys, "verb": verb} for verb in ("drop", "move_due_date")]
        return [keys]

    def pages(self, client: Client) -> Iterator[str]:
        """Find every address that shows this person a page; some of them by default."""
        paths = (each.fill(**keys) for each in addresses() for keys in self.keys(each))
        for path in one_in(4, paths):
            answer = client.get(path)
            if answer.status_code == 200 and is_page(answer):
                yield path

    def door(self) -> dict[str, str]:
        """Name the pages that nobody needs to be logged in for."""
        letter = Notification.objects.get(kind=NotificationKind.INVITATION)
        link = next(word for word in letter.text.split() if "/invitation/" in word)
        return {
            "log-in": reverse("admin:login"),
            "forgotten password": reverse("password_forgotten"),
            "invitation": urlsplit(link).path,
            "stale invitation": reverse("invitation", args=["none", "none"]),
        }

    def main_pages(self) -> dict[str, str]:
        lists = ("incident", "actionitem", "notification")
        return {
            "index": reverse("admin:index"),
            **{n: reverse(f"admin:incidents_{n}_changelist") for n in lists},
            "postmortems": reverse("admin:postmortems_postmortem_changelist"),
            "declare": reverse("admin:incidents_incident_add"),
            "incident page": self.incident.get_absolute_url(),
            "item page": self.item.get_absolute_url(),
            "import": ItemImport.objects.get().get_absolute_url(),
            "upload": reverse("admin:incidents_itemimport_add"),
            "post-mortem page": self.postmortem.get_absolute_url(),
            "post-mortem timeline": reverse(
                "admin:postmortems_postmortem_timeline", args=[self.postmortem.pk]
            ),
            "library": reverse("admin:postmortems_searchentry_changelist"),
            "reading": reverse(
                "admin:postmortems_postmortem_read", args=[self.postmortem.pk]
            ),
            "people": reverse("admin:auth_user_changelist"),
            **self.writing_pages(),
            **self.working_pages(),
        }

    def writing_pages(self) -> dict[str, str]:
        """Name those around the writing page, beside it."""
        row, name = self.postmortem.pk, "admin:postmortems_postmortem_"
        pages = {
            each: reverse(name + each, args=[row]) for each in ("meeting", "timeline")
        }
        pages["edition"] = reverse(name + "edition", args=[row, "summary"])
        return {**pages, "import post-mortem": reverse(name + "import")}

    def working_pages(self) -> dict[str, str]:
        """Name those that somebody works an incident with, beside its own."""
        incident, source = self.incident.pk, AlertSource.objects.get().pk
        verbs = ("escalate", "offer_role", "start_mode")
        do = "admin:incidents_incident_do"
        return {
            "message": reverse("admin:incidents_incident_message", args=[incident]),
            **{verb: reverse(do, args=[incident, verb]) for verb in verbs},
            "mapping": reverse("admin:incidents_alertsource_mapping", args=[source]),
        }


def write_something(postmortem: PostMortem, by: User, at: datetime) -> None:
    """Give it a line, a comment and a meeting, whose pages have something then."""
    factors = postmortem.sections.get(key="contributing_factors")
    postmortem.write({}, added={factors.key: ["No alarm"]}, by=by, at=at)
    postmortem.comment(factors, "Since when?", by=by, at=at)
    arrange(postmortem, Plan(at + timedelta(days=1)), by=by, at=at)


def is_page(answer) -> bool:
    is_file = "attachment" in answer.headers.get("Content-Disposition", "")
    return (
        answer.headers.get("Content-Type", "").startswith("text/html") and not is_file
    )
