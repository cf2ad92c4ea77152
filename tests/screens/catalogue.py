"""The screens: where each is, who looks at it, and what is done before the shot."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from incidents.choices import DeliveryState
from incidents.item_links import link_to
from incidents.playbooks.presets import PRESETS
from tests.screens.item_list import change_row, move_rows
from tests.screens.mails import MAILS
from tests.screens.paper_screens import LIBRARY, PAPERS, POSTMORTEM
from tests.screens.review_screens import REVIEWS
from tests.screens.running_screens import RUNNING
from tests.screens.screen import Screen
from tests.screens.working_screens import NOTHING_YET, WORKING


def a_team(world: Any) -> object:
    return world.running.team_id


def a_contact(world: Any) -> object:
    return world.running.team.bindings.earliest("code").contact_id


def a_link(world: Any) -> object:
    return link_to(world.item, world.lead).split("/")[-2]


def unfold_steps(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.link-step').forEach(d => d.open = true)")


def unfold_drop(page: Page) -> None:
    page.locator(".item-steps summary").click()


def press_send(page: Page) -> None:
    with page.expect_navigation():
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


def pick_worst(page: Page) -> None:
    page.get_by_role("radio").first.check()


def ask_for_severity(page: Page) -> None:
    page.locator("#triage > summary").click()
    page.locator("#triage select").first.select_option(index=2)
    page.get_by_role("button", name="Suggest", exact=True).click()
    page.locator(".suggestion").wait_for()


def say_it_is_old(page: Page) -> None:
    page.locator("[name=title]").fill("Invoices of last week lack a line")
    page.get_by_role("radio").first.check()
    page.locator("[name=since]").fill("2026-01-05 09:00")
    press_send(page)


def open_update(page: Page) -> None:
    page.locator("#update > summary").click()


def preview_draft(page: Page) -> None:
    """Change what the text says in two places, one of which has the word twice."""
    text = page.locator("[name=document]")
    changed = text.input_value().replace("respond: 30 min", "respond: 20 min")
    text.fill(changed.replace("pager", "phone"))
    press_send(page)


def damage_draft(page: Page) -> None:
    text = page.locator("[name=document]")
    damaged = text.input_value().replace("badge: red", "badge: pink")
    text.fill(damaged.replace("respond: 30 min", "respond: half an hour"))
    press_send(page)


def unfold(page: Page) -> None:
    page.evaluate(
        "document.querySelectorAll('details.fold').forEach(d => d.open = true)"
    )


INCIDENT = "admin:incidents_incident_"
ITEM = "admin:incidents_actionitem_"
MAIL = "admin:incidents_notification_"
PLAYBOOK = "admin:incidents_playbook_"
PERSON = "admin:auth_user_"
TEAM = "admin:incidents_team_"
CONTACT = "admin:incidents_contact_"

EMPTY = (
    Screen("first-start", "first_start", who=""),
    Screen("log-in", "admin:login", who=""),
    Screen("index", "admin:index", who="Ada"),
    Screen("incidents", INCIDENT + "changelist", who="Ada"),
    Screen("items", ITEM + "changelist", who="Ada"),
    Screen("items-week", ITEM + "week", who="Ada"),
    Screen("my-work", "admin:my_work", who="Ada"),
    Screen("review", "admin:incidents_review", who="Ada"),
    Screen("imports", "admin:incidents_itemimport_changelist", who="Ada"),
    Screen("system-health", "admin:incidents_vital_changelist", who="Ada"),
    Screen("notifications", MAIL + "changelist", who="Ada"),
    Screen("notifications-coming", MAIL + "coming", who="Ada"),
    Screen("postmortems", POSTMORTEM + "changelist", who="Ada"),
    Screen("library", LIBRARY, who="Ada"),
    Screen("timeline", "admin:incidents_timelineevent_changelist", who="Ada"),
    Screen("declare", INCIDENT + "add", who="Ada"),
    Screen("people", PERSON + "changelist", who="Ada"),
    Screen("services", "admin:incidents_service_changelist", who="Ada"),
    *NOTHING_YET,
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
    Screen("declare-picked", INCIDENT + "add", act=pick_worst),
    Screen("declare-suggested", INCIDENT + "add", act=ask_for_severity),
    Screen("declare-old", INCIDENT + "add", act=say_it_is_old),
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
    Screen("incident-ticket", INCIDENT + "change", (lambda w: w.ticket.pk,)),
    Screen(
        "incident-update",
        INCIDENT + "change",
        (lambda w: w.running.pk,),
        act=open_update,
    ),
    Screen("deadlines", INCIDENT + "deadlines", (lambda w: w.running.pk,)),
    Screen(
        "deadlines-resolved",
        INCIDENT + "deadlines",
        (lambda w: w.draft.incident_id,),
    ),
    Screen("severity", INCIDENT + "do", (lambda w: w.running.pk, "change_severity")),
    Screen("declare-ticket", INCIDENT + "do", (lambda w: w.ticket.pk, "promote")),
    Screen("apply", INCIDENT + "do", (lambda w: w.new.pk, "apply_playbook")),
    Screen(
        "verb-update",
        INCIDENT + "do",
        (lambda w: w.running.pk, "post_update"),
        act=press_send,
    ),
    Screen(
        "verb-move", INCIDENT + "do", (lambda w: w.draft.incident_id, "move_deadline")
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
    Screen("items-by-owner", ITEM + "changelist", query="?group=owner"),
    Screen("items-row", ITEM + "changelist", query="?group=team", act=change_row),
    Screen("items-moving", ITEM + "changelist", act=move_rows),
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
        "notification-waiting",
        MAIL + "change",
        (lambda w: w.notification(DeliveryState.QUEUED).pk,),
        who="Ada",
        act=unfold_drop,
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
    *(
        Screen(
            f"mail-{name}",
            MAIL + "preview",
            (lambda w, n=name: w.mails[n].pk,),
            who="Ada",
            widths=(360, 700),
        )
        for name in MAILS
    ),
    Screen("item-link", "item_link", (a_link,), who=""),
    Screen("item-link-steps", "item_link", (a_link,), who="", act=unfold_steps),
    Screen("item-link-damaged", "item_link", ("12-3.broken",), who=""),
    Screen("items-week", ITEM + "week"),
    Screen("people", PERSON + "changelist", who="Ada"),
    Screen("person", PERSON + "change", (lambda w: w.lead.pk,), who="Ada"),
    Screen("person-gone", PERSON + "change", (lambda w: w.deactivated.pk,), who="Ada"),
    Screen("invite", PERSON + "add", who="Mona"),
    Screen("invite-errors", PERSON + "add", who="Mona", act=press_send),
    Screen("me", PERSON + "me"),
    *PAPERS,
    *REVIEWS,
    *RUNNING,
    *WORKING,
    Screen("password", "admin:password_change"),
    Screen("teams", "admin:incidents_team_changelist", who="Ada"),
    Screen(
        "team",
        "admin:incidents_team_change",
        (lambda w: w.running.team_id,),
        who="Ada",
    ),
    Screen("team-as-viewer", TEAM + "change", (a_team,), who="Vera"),
    Screen("team-bindings", TEAM + "bindings", (a_team,), who="Mona"),
    Screen("team-bindings-as-viewer", TEAM + "bindings", (a_team,), who="Vera"),
    Screen("contacts", CONTACT + "changelist"),
    Screen("contact", CONTACT + "change", (a_contact,), who="Mona"),
    Screen("contact-as-viewer", CONTACT + "change", (a_contact,), who="Vera"),
    Screen("contact-errors", CONTACT + "add", who="Mona", act=press_send),
    Screen("service-add", "admin:incidents_service_add", who="Mona"),
    Screen("services", "admin:incidents_service_changelist", who="Ada"),
    Screen("playbooks", "admin:incidents_playbook_changelist", who="Ada"),
    Screen(
        "playbook",
        "admin:incidents_playbook_change",
        (lambda w: w.running.playbook_version.playbook_id,),
        who="Ada",
    ),
    *(
        Screen(
            f"playbook-{code}",
            PLAYBOOK + "change",
            (lambda w, c=code: w.playbooks[c].pk,),
        )
        for code in PRESETS
    ),
    Screen(
        "playbook-unfolded",
        PLAYBOOK + "change",
        (lambda w: w.playbooks["command"].pk,),
        act=unfold,
    ),
    Screen(
        "playbook-older",
        PLAYBOOK + "version",
        (lambda w: w.playbooks["command"].pk, "1"),
    ),
    Screen(
        "playbook-versions",
        PLAYBOOK + "versions",
        (lambda w: w.playbooks["command"].pk,),
    ),
    Screen(
        "playbook-compare",
        PLAYBOOK + "compare",
        (lambda w: w.playbooks["command"].pk,),
        query="?from=1&to=2",
    ),
    Screen(
        "playbook-publish",
        PLAYBOOK + "publish",
        (lambda w: w.running.playbook_version.playbook_id,),
        who="Mona",
    ),
    Screen(
        "playbook-preview",
        PLAYBOOK + "publish",
        (lambda w: w.running.playbook_version.playbook_id,),
        who="Mona",
        act=preview_draft,
    ),
    Screen(
        "playbook-damaged",
        PLAYBOOK + "publish",
        (lambda w: w.playbooks["cadence"].pk,),
        who="Mona",
        act=damage_draft,
    ),
    Screen("playbook-add", PLAYBOOK + "add", who="Ada"),
    Screen(
        "playbook-add-preview",
        PLAYBOOK + "add",
        query="?preset=phases",
        who="Ada",
        act=press_send,
    ),
    Screen(
        "playbook-retire",
        PLAYBOOK + "retire",
        (lambda w: w.running.playbook_version.playbook_id,),
        who="Mona",
    ),
    *(
        Screen(
            f"playbook-explain-{code}",
            PLAYBOOK + "explain",
            (lambda w, c=code: w.playbooks[c].pk,),
        )
        for code in ("oncall", "phases", "cadence", "command")
    ),
    Screen("calendars", "admin:incidents_calendar_changelist", who="Ada"),
    Screen("not-found", INCIDENT + "change", ("987654",)),
)
CATALOGUE = {"full": FULL, "empty": EMPTY}
