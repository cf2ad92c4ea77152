"""The screens: where each is, who looks at it, and what is done before the shot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page

from incidents.choices import DeliveryState

# What an address is filled with is found in the world, once there is one.
Finder = Callable[[Any], object]


def nothing(page: Page) -> None:
    """Photograph the page as it opens."""


@dataclass(frozen=True)
class Screen:
    name: str
    address_name: str
    find: tuple[Finder | str, ...] = ()
    query: str = ""
    # Their first name; empty is nobody.
    who: str = "Leo"
    act: Callable[[Page], None] = nothing

    def address(self, world: Any) -> str:
        values = [find if isinstance(find, str) else find(world) for find in self.find]
        return reverse(self.address_name, args=values) + self.query

    def visitor(self, world: Any) -> User | None:
        return world.person(self.who) if self.who else None


def press_send(page: Page) -> None:
    page.locator("#content form .button-primary[type=submit]").first.click()


def open_menu(page: Page) -> None:
    page.locator("#user-menu > summary").click()


def fail_to_log_in(page: Page) -> None:
    for _attempt in range(6):
        if not page.locator("#login-form").count():
            return
        page.locator("[name=username]").fill("nobody@debrief.example")
        page.locator("[name=password]").fill("guessed")
        page.locator("#login-form [type=submit]").click()


INCIDENT = "admin:incidents_incident_"
ITEM = "admin:incidents_actionitem_"
MAIL = "admin:incidents_notification_"
POSTMORTEM = "admin:postmortems_postmortem_"
PERSON = "admin:auth_user_"

EMPTY = (
    Screen("first-start", "first_start", who=""),
    Screen("log-in", "admin:login", who=""),
    Screen("index", "admin:index", who="Ada"),
    Screen("incidents", INCIDENT + "changelist", who="Ada"),
    Screen("items", ITEM + "changelist", who="Ada"),
    Screen("notifications", MAIL + "changelist", who="Ada"),
    Screen("notifications-coming", MAIL + "coming", who="Ada"),
    Screen("postmortems", POSTMORTEM + "changelist", who="Ada"),
    Screen("timeline", "admin:incidents_timelineevent_changelist", who="Ada"),
    Screen("declare", INCIDENT + "add", who="Ada"),
    Screen("people", PERSON + "changelist", who="Ada"),
    Screen("services", "admin:incidents_service_changelist", who="Ada"),
)

FULL = (
    Screen("log-in", "admin:login", who=""),
    Screen("locked-out", "admin:login", who="", act=fail_to_log_in),
    Screen("forgotten", "password_forgotten", who=""),
    Screen("index", "admin:index"),
    Screen("index-menu", "admin:index", act=open_menu),
    Screen("incidents", INCIDENT + "changelist"),
    Screen("incidents-none-found", INCIDENT + "changelist", query="?q=zeppelin"),
    Screen("declare", INCIDENT + "add"),
    Screen("declare-errors", INCIDENT + "add", act=press_send),
    Screen("incident-new", INCIDENT + "change", (lambda w: w.new.pk,)),
    Screen("incident-running", INCIDENT + "change", (lambda w: w.running.pk,)),
    Screen(
        "incident-resolved",
        INCIDENT + "change",
        (lambda w: w.published.incident_id,),
    ),
    Screen(
        "incident-restricted",
        INCIDENT + "change",
        (lambda w: w.restricted.pk,),
        who="Mona",
    ),
    Screen("incident-long", INCIDENT + "change", (lambda w: w.long.pk,)),
    Screen(
        "incident-as-viewer",
        INCIDENT + "change",
        (lambda w: w.running.pk,),
        who="Vera",
    ),
    Screen("timeline-older", INCIDENT + "timeline", (lambda w: w.long.pk,)),
    Screen(
        "verb-errors",
        INCIDENT + "do",
        (lambda w: w.running.pk, "close"),
        query="?reason=completed",
        act=press_send,
    ),
    Screen("verb-role", INCIDENT + "do", (lambda w: w.running.pk, "assign_role")),
    Screen(
        "verb-milestone", INCIDENT + "do", (lambda w: w.running.pk, "record_milestone")
    ),
    Screen("record", INCIDENT + "edit", (lambda w: w.running.pk,)),
    Screen("history", INCIDENT + "history", (lambda w: w.running.pk,)),
    Screen("timeline", "admin:incidents_timelineevent_changelist"),
    Screen(
        "timeline-entry",
        "admin:incidents_timelineevent_change",
        (lambda w: w.long.timeline.latest("pk").pk,),
    ),
    Screen("items", ITEM + "changelist"),
    Screen("item", ITEM + "change", (lambda w: w.item.pk,)),
    Screen("item-long", ITEM + "change", (lambda w: w.long.items.earliest("pk").pk,)),
    Screen("item-done", ITEM + "change", (lambda w: w.done.pk,)),
    Screen("item-move", ITEM + "do", (lambda w: w.item.pk, "move_due_date")),
    Screen("notifications", MAIL + "changelist", who="Ada"),
    Screen("notifications-coming", MAIL + "coming", who="Ada"),
    Screen(
        "notification-sent",
        MAIL + "change",
        (lambda w: w.notification(DeliveryState.SENT).pk,),
        who="Ada",
    ),
    Screen(
        "notification-failed",
        MAIL + "change",
        (lambda w: w.notification(DeliveryState.FAILED).pk,),
        who="Ada",
    ),
    Screen(
        "mail-preview",
        MAIL + "preview",
        (lambda w: w.notification(DeliveryState.SENT).pk,),
        who="Ada",
    ),
    Screen("postmortems", POSTMORTEM + "changelist"),
    Screen("postmortem-draft", POSTMORTEM + "change", (lambda w: w.draft.pk,)),
    Screen("postmortem-rendered", POSTMORTEM + "change", (lambda w: w.rendered.pk,)),
    Screen("postmortem-published", POSTMORTEM + "change", (lambda w: w.published.pk,)),
    Screen("people", PERSON + "changelist", who="Ada"),
    Screen("person", PERSON + "change", (lambda w: w.lead.pk,), who="Ada"),
    Screen("person-gone", PERSON + "change", (lambda w: w.deactivated.pk,), who="Ada"),
    Screen("invite", PERSON + "add", who="Mona"),
    Screen("invite-errors", PERSON + "add", who="Mona", act=press_send),
    Screen("me", PERSON + "me"),
    Screen("password", "admin:password_change"),
    Screen("teams", "admin:incidents_team_changelist", who="Ada"),
    Screen(
        "team",
        "admin:incidents_team_change",
        (lambda w: w.running.team_id,),
        who="Ada",
    ),
    Screen("services", "admin:incidents_service_changelist", who="Ada"),
    Screen("playbooks", "admin:incidents_playbook_changelist", who="Ada"),
    Screen(
        "playbook",
        "admin:incidents_playbook_change",
        (lambda w: w.running.playbook_version.playbook_id,),
        who="Ada",
    ),
    Screen("calendars", "admin:incidents_calendar_changelist", who="Ada"),
    Screen("not-found", INCIDENT + "change", ("987654",)),
)
CATALOGUE = {"full": FULL, "empty": EMPTY}
