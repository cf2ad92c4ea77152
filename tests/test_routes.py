"""Every way into the product, tried with a change of status.

A route is an address that takes posts, an action of a list, a task or a command. Each
is listed here: either it changes the status of an incident, an item or a post-mortem,
and then writes exactly one timeline event for each; or it is quiet, and a post that
asks for a change of status changes nothing behind the timeline's back. A route that
is not listed fails.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command, get_commands

from config.celery import app
from incidents import reviews
from incidents.forms.items import ITEM_STEPS
from incidents.forms.reminder import LINK_STEPS
from incidents.forms.verbs import VERB_FORMS
from incidents.item_links import link_to
from incidents.models import ActionItem, Deadline, Incident
from postmortems.admin.review_meeting_steps import MEETING_STEPS
from postmortems.admin.steps import STEPS
from postmortems.models import PostMortem, Report
from tests.addresses import Address, addresses
from tests.quiet_routes import (
    QUIET_ACTIONS,
    QUIET_ADDRESSES,
    QUIET_COMMANDS,
    QUIET_TASKS,
)
from tests.taken_back import taken_back

OURS = ("config", "incidents", "postmortems")
EXPANDED = {
    "admin:incidents_incident_do": ("verb", VERB_FORMS),
    "admin:incidents_actionitem_do": ("verb", ITEM_STEPS),
    "item_link_do": ("verb", LINK_STEPS),
    "admin:postmortems_postmortem_do": ("verb", STEPS),
    "admin:postmortems_postmortem_meeting_step": ("step", MEETING_STEPS),
    "admin:incidents_alertsource_step": (
        "step",
        ("new-address", "new-secret", "end-secret"),
    ),
    "admin:auth_user_step": ("step", ("invite-again", "deactivate", "reactivate")),
}
# What each route that changes a status is posted, and the state it starts from.
INCIDENT, ITEM, POSTMORTEM = (
    "admin:incidents_incident_do",
    "admin:incidents_actionitem_do",
    "admin:postmortems_postmortem_do",
)
CHANGES: dict[str, dict[str, object]] = {
    f"{INCIDENT}/change_status": {"to": "mitigating"},
    f"{INCIDENT}/resolve": {},
    f"{INCIDENT}/close": {"reason": "false_alarm"},
    f"{INCIDENT}/reopen": {"reason": "It is back"},
    f"{INCIDENT}/undo": {},
    f"{INCIDENT}/backfill": {"resolved": "2026-11-21 12:00 UTC"},
    f"{ITEM}/start": {},
    f"{ITEM}/complete": {},
    f"{ITEM}/drop": {"reason": "Not worth it"},
    f"{ITEM}/reopen": {"reason": "It was not done"},
    "admin:incidents_actionitem_row": {"status": "dropped", "reason": "Not worth it"},
    "item_link_do/start": {},
    "item_link_do/complete": {},
    "admin:incidents_review_decide": {"decision": "complete", "seen": "0"},
    f"{POSTMORTEM}/publish": {},
    f"{POSTMORTEM}/reopen": {"reason": "A number was wrong"},
    "admin:postmortems_postmortem_open": {},
    "action incident resolve_selected": {},
    "action actionitem complete_selected": {},
    "action actionitem drop_selected": {"reason": "Not worth it"},
}
HOSTILE = {
    "status": "resolved",
    "to": "resolved",
    "closed_at": "2026-11-21 12:00",
    "close_reason": "completed",
    "postmortem_state": "published",
    "state": "published",
    "resolved_at": "2026-11-21 12:00",
    "_save": "1",
    "form-TOTAL_FORMS": "1",
    "form-INITIAL_FORMS": "1",
    "form-0-id": "1",
    "form-0-status": "done",
    "apply": "1",
}


def named(address: Address) -> list[str]:
    _, steps = EXPANDED.get(address.name, ("", ()))
    return [f"{address.name}/{step}" for step in steps] or [address.name]


ADDRESSES = {route: address for address in addresses() for route in named(address)}


def actions() -> set[str]:
    return {
        f"action {model._meta.model_name} {action}"
        for model, model_admin in admin.site._registry.items()
        for action in model_admin.actions or ()
    }


app.loader.import_default_modules()
TASKS = {name for name in app.tasks if not name.startswith("celery.")}
COMMANDS = {name for name, home in get_commands().items() if home in OURS}


def test_every_route_is_listed_here():
    found = ADDRESSES.keys() | actions() | TASKS | COMMANDS
    listed = CHANGES.keys() | QUIET_ADDRESSES | QUIET_ACTIONS
    listed |= QUIET_TASKS | QUIET_COMMANDS.keys()

    assert found - listed == set(), "not listed: say whether it changes a status"
    assert listed - found == set(), "listed, but there is no such route any more"


class Watch:
    """Compares statuses and timelines before and after a step."""

    def __init__(self) -> None:
        self.statuses = self._statuses()
        self.events = self._events()

    @staticmethod
    def _statuses() -> dict[tuple[str, int], tuple[object, ...]]:
        fields = ("status", "closed_at", "close_reason", "postmortem_state")
        incidents = Incident.objects.values_list("pk", "pk", *fields)
        items = ActionItem.objects.values_list("pk", "incident", "status")
        papers = PostMortem.objects.values_list("pk", "incident", "published_at")
        return {
            (kind, row[0]): row[1:]
            for kind, rows in (("i", incidents), ("a", items), ("p", papers))
            for row in rows
        }

    @staticmethod
    def _events() -> dict[int, int]:
        return {each.pk: each.timeline.count() for each in Incident.objects.all()}

    def changed(self) -> set[int]:
        """Give the incidents of whatever changed its status or is new."""
        now = self._statuses()
        return {
            row[0]
            for key, row in now.items()
            if row != self.statuses.get(key) and (key in self.statuses or key[0] == "p")
        }

    def written(self) -> dict[int, int]:
        """Give how many events each incident gained, where it gained any."""
        before = self.events
        gained = {pk: n - before.get(pk, 0) for pk, n in self._events().items()}
        return {pk: count for pk, count in gained.items() if count}


@pytest.fixture
def rows(incident, item, lead, responder, noon) -> dict[str, object]:
    """One row of everything an address may name."""
    event = incident.note("An entry", by=lead, at=noon)
    return {
        "admin:incidents_incident": incident,
        "admin:incidents_actionitem": item,
        "admin:incidents_timelineevent": event,
        "admin:incidents_review": reviews.begin(incident.team, by=lead, at=noon),
        "admin:auth_user": responder,
        "link": link_to(item, lead),
    }


def prepared(route: str, rows: dict[str, object], by, at) -> None:
    """Bring the row into the state the route starts from."""
    incident, item = (
        rows[f"admin:incidents_{each}"] for each in ("incident", "actionitem")
    )
    is_resolved = route.endswith(("incident_do/reopen", "incident_do/undo"))
    if is_resolved or "postmortem" in route:
        incident.resolve(by=by, at=at)
    if route.endswith("backfill"):
        Incident.objects.filter(pk=incident.pk).update(is_record=True)
    if route.endswith("actionitem_do/reopen"):
        item.complete(by=by, at=at)
    if route.startswith(POSTMORTEM) or route in QUIET_ADDRESSES:
        if "postmortem" not in route:
            return
        # Somebody else wrote it: nobody agrees to what is their own.
        author = rows["admin:auth_user"]
        paper = PostMortem.open(incident, by=author, at=at)
        texts = {section.key: ("", "Text.") for section in paper.sections.all()}
        paper.write(texts, by=author, at=at)
        report = Report.objects.create(postmortem=paper, requested_by=by)
        rows.update({"admin:postmortems_postmortem": paper, "report": report})
        if route.endswith("/reopen"):
            paper.publish(by=by, at=at)


def path_of(route: str, rows: dict[str, object]) -> str:
    """Fill the address in with the row it is about."""
    address, _, step = route.partition("/")
    starts = [start for start in rows if address.startswith(f"{start}_")]
    subject = rows[starts[0]] if starts else rows["admin:incidents_incident"]
    values = dict.fromkeys(ADDRESSES[route].parameters, subject.pk)
    if "incident_pk" in values:
        values["incident_pk"] = rows["admin:incidents_incident"].pk
    if "item_pk" in values:
        values["item_pk"] = rows["admin:incidents_actionitem"].pk
    words = {"app_label": "incidents", "verb": step, "step": step}
    words |= {"uidb64": "MQ", "token": "a-b", "number": 1, "report_pk": 1}
    if address.startswith("item_link"):
        words["token"] = rows["link"].split("/")[-2]
    return ADDRESSES[route].fill(
        **values | {k: v for k, v in words.items() if k in values}
    )


@pytest.mark.parametrize("route", sorted(r for r in CHANGES if r in ADDRESSES))
def test_a_change_of_status_writes_one_event(
    client_of, administrator, rows, noon, route
):
    prepared(route, rows, administrator, noon)
    watch = Watch()

    answer = client_of(administrator).post(path_of(route, rows), CHANGES[route])

    incident = rows["admin:incidents_incident"]
    assert answer.status_code == 302, answer.content.decode()
    assert watch.changed() == {incident.pk}
    assert watch.written() == {incident.pk: 1}


@pytest.mark.parametrize("about", ["the rest", "post-mortems"])
def test_no_post_changes_a_status_behind_the_timeline(
    client_of, administrator, rows, noon, about
):
    quiet = sorted(QUIET_ADDRESSES & ADDRESSES.keys())
    routes = [r for r in quiet if ("postmortem" in r) == (about == "post-mortems")]
    prepared(routes[0], rows, administrator, noon)
    watch, changed = Watch(), {}

    for route in routes:
        with taken_back():
            client_of(administrator).post(path_of(route, rows), HOSTILE)
            if found := watch.changed():
                changed[route] = found

    assert changed == {}


def select(model: str, action: str, *rows: object) -> tuple[str, dict[str, object]]:
    address = next(a for a in ADDRESSES if a.endswith(f"_{model}_changelist"))
    chosen = [str(row.pk) for row in rows]
    return ADDRESSES[address].fill(), {"action": action, "_selected_action": chosen}


@pytest.mark.parametrize("route", sorted(r for r in CHANGES if r.startswith("action")))
def test_an_action_writes_one_event_for_each_row(
    client_of, administrator, rows, severity, team, noon, route
):
    _, model, action = route.split()
    first = rows[f"admin:incidents_{model}"]
    other = Incident.declare(
        title="Another", severity=severity, team=team, by=administrator, at=noon
    )
    item = other.add_item(title="Another", by=administrator, at=noon)
    second = other if model == "incident" else item
    watch = Watch()
    path, posted = select(model, action, first, second)

    client_of(administrator).post(path, posted | CHANGES[route] | {"apply": "1"})

    expected = {rows["admin:incidents_incident"].pk, other.pk}
    assert watch.changed() == expected
    assert watch.written() == dict.fromkeys(expected, 1)


@pytest.mark.parametrize("route", sorted(QUIET_ACTIONS))
def test_a_quiet_action_changes_no_status(client_of, administrator, rows, route):
    _, model, action = route.split()
    watch = Watch()
    path, posted = select(model, action, rows[f"admin:incidents_{model}"])

    client_of(administrator).post(path, posted | HOSTILE)

    assert watch.changed() == set()


@pytest.mark.parametrize("name", sorted(QUIET_TASKS))
def test_a_task_changes_no_status_and_tells_each_miss_once(
    rows, time_machine, noon, name
):
    time_machine.move_to(noon + timedelta(days=60))
    watch = Watch()

    app.tasks[name]()

    passed = Deadline.objects.filter(state__in=["missed", "reached"])
    told = Counter(passed.values_list("incident", flat=True))
    assert watch.changed() == set()
    marks = name in {"incidents.sweep", "incidents.climb"}
    assert watch.written() == (told if marks else {})


@pytest.mark.parametrize("name", sorted(QUIET_COMMANDS))
def test_a_command_changes_no_status(rows, name):
    watch = Watch()

    with suppress(CommandError):
        call_command(name, *QUIET_COMMANDS[name])

    assert (watch.changed(), watch.written()) == (set(), {})
