"""The screens of working an incident: what it tells, whom, and what comes in."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page

from incidents.acknowledge_links import link_to
from incidents.models import AlertSource, Incident
from tests.screens.screen import Screen

INCIDENT = "admin:incidents_incident_"
SOURCE = "admin:incidents_alertsource_"


def running(world: Any) -> object:
    return world.running.pk


def mitigated(world: Any) -> object:
    """Give the one that a deploy freeze holds for."""
    return Incident.objects.get(conditions__kind="freeze").pk


def a_record(world: Any) -> object:
    return Incident.objects.filter(is_record=True).latest("pk").pk


def a_source(world: Any) -> object:
    return AlertSource.objects.earliest("pk").pk


def an_alert(world: Any) -> object:
    return AlertSource.objects.earliest("pk").alerts.latest("pk").pk


def a_message(world: Any) -> object:
    return world.running.messages.earliest("pk").pk


def an_image(world: Any) -> object:
    """Give the entry that carries one."""
    return world.running.timeline.filter(images__isnull=False)[0].pk


def a_list(world: Any) -> object:
    return world.running.team.bindings.get(kind="audience").contact_id


def a_mail(world: Any) -> object:
    return link_to(world.new, world.lead).split("/")[-2]


def list_keys(page: Page) -> None:
    page.keyboard.press("?")


def take_a_step(page: Page) -> None:
    """Take one that can be taken back."""
    with page.expect_navigation():
        page.get_by_role("button", name="Acknowledge").click()


def lose_the_server(page: Page) -> None:
    page.route("**/pulse/**", lambda route: route.abort())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_text("No word from the server").wait_for()


def leave_gaps(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Send to")).click()


def try_sample(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Try it on the sample").click()


def press_first(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#content form .button-primary[type=submit]").first.click()


WORKING = (
    Screen("incident-keys", INCIDENT + "change", (running,), act=list_keys),
    Screen("incident-stale", INCIDENT + "change", (running,), act=lose_the_server),
    Screen("incident-offered", INCIDENT + "change", (running,), who="Ada"),
    Screen("incident-freeze", INCIDENT + "change", (mitigated,)),
    Screen(
        "incident-undo",
        INCIDENT + "change",
        (lambda w: w.declare("Images load slowly", minutes=2).pk,),
        act=take_a_step,
    ),
    Screen("incident-record", INCIDENT + "change", (a_record,)),
    Screen("message", INCIDENT + "message", (running,)),
    Screen(
        "message-gaps",
        INCIDENT + "message",
        (running,),
        query="?template=update",
        act=leave_gaps,
    ),
    Screen("message-sent", INCIDENT + "sent", (running, a_message)),
    Screen("escalate", INCIDENT + "do", (running, "escalate")),
    Screen("escalate-errors", INCIDENT + "do", (running, "escalate"), act=press_first),
    Screen("role-offer", INCIDENT + "do", (mitigated, "offer_role")),
    Screen("backfill", INCIDENT + "do", (a_record, "backfill")),
    Screen("mode-start", INCIDENT + "do", (running, "start_mode")),
    Screen("mode-end", INCIDENT + "do", (mitigated, "end_mode")),
    Screen("entry-image", "admin:incidents_timelineevent_change", (an_image,)),
    Screen("acknowledge", "acknowledge_link", (a_mail,), who=""),
    Screen("acknowledge-damaged", "acknowledge_link", ("12-3.broken",), who=""),
    Screen("alert-sources", SOURCE + "changelist", who="Ada"),
    Screen("alert-source-add", SOURCE + "add", who="Ada"),
    Screen("alert-source", SOURCE + "change", (a_source,), who="Ada"),
    Screen("alert-mapping", SOURCE + "mapping", (a_source,), who="Ada"),
    Screen(
        "alert-mapping-tried",
        SOURCE + "mapping",
        (a_source,),
        who="Ada",
        act=try_sample,
    ),
    Screen("alert", SOURCE + "alert", (a_source, an_alert), who="Ada"),
    Screen("contact-list", "admin:incidents_contact_change", (a_list,), who="Mona"),
)
NOTHING_YET = (
    Screen("alert-sources", SOURCE + "changelist", who="Ada"),
    Screen("alert-source-add", SOURCE + "add", who="Ada"),
)
