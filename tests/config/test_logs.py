"""The log says what happened to which rows, and nothing that people wrote."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from config.celery import app
from config.logs import OURS, Json, Lines
from incidents.choices import Priority
from incidents.delivery import deliver_due
from incidents.digest import queue_digests
from incidents.models import ActionItem
from incidents.tasks import sweep
from postmortems.models import PostMortem
from tests.outgoing import queued

CANARY = "quetzalcoatlus"


@pytest.fixture(params=[Lines, Json])
def log(request):
    """Everything that any logger says, down to DEBUG, in one of our forms."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(request.param())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.stream
    root.removeHandler(handler)
    root.setLevel(before)


def work_a_day(client, incident, people, inbox, noon) -> None:
    """Do what is done on a day, with the canary in whatever people write."""
    lead, responder = people
    address = f"{CANARY}@debrief.example"
    type(responder).objects.filter(pk=responder.pk).update(
        email=address, first_name=CANARY
    )
    responder.refresh_from_db()
    incident.amend({"title": (incident.title, CANARY)}, by=lead, at=noon)
    incident.note(CANARY, by=lead, at=noon)
    incident.add_item(title=CANARY, by=lead, at=noon, owner=responder)
    late = noon.date() - timedelta(days=3)
    ActionItem.objects.update(due_on=late, priority=Priority.P0)
    queued(CANARY, at=noon, user=responder)
    inbox.answers[address] = f"550 no {CANARY} here"
    queue_digests(noon)
    deliver_due(now=noon)
    sweep()
    incident.resolve(by=lead, at=noon)
    PostMortem.open(incident, by=lead, at=noon)
    for path in (
        reverse("admin:incidents_incident_change", args=[incident.pk]),
        f"{reverse('admin:incidents_incident_changelist')}?q={CANARY}",
        f"/admin/{CANARY}/?q={CANARY}",
        f"/invitation/MQ/{CANARY}/",
    ):
        client.get(path)
    client.post(reverse("admin:login"), {"username": CANARY, "password": CANARY})
    with suppress(SystemExit, Exception):
        call_command("create_administrator", CANARY)


def test_a_day_of_work_leaves_no_text_of_people_in_the_log(
    log, client_of, incident, lead, responder, inbox, at_noon
):
    work_a_day(client_of(lead), incident, (lead, responder), inbox, at_noon)

    said = log.getvalue()
    assert said.count("\n") > 10
    assert CANARY not in said, next(li for li in said.splitlines() if CANARY in li)


def test_a_failing_page_names_where_and_not_what(log, client_of, administrator, db):
    client = client_of(administrator)
    client.raise_request_exception = False

    def fail(execute, sql, *rest):
        if "incidents_actionitem" in sql:
            raise ValueError(f"a row that says {CANARY}")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        client.get(f"/?q={CANARY}")
        client.get(reverse("admin:index"), {"q": CANARY})

    said = log.getvalue()
    assert "ValueError" in said
    assert "test_logs.py" in said
    assert "admin:index" in said
    assert CANARY not in said


def test_a_failing_task_is_named_without_its_words(log):
    @app.task(name="tests.fail")
    def fail(word):
        raise ValueError(word)

    fail.apply(args=[CANARY], throw=False)
    app.tasks.pop("tests.fail")

    said = log.getvalue()
    assert "tests.fail" in said
    assert "ValueError" in said
    assert CANARY not in said


def logged() -> Iterator[tuple[str, ast.Call]]:
    """Find every place where our own code logs."""
    for folder in OURS:
        for path in sorted((project.BASE_DIR / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and "logger." in ast.unparse(node.func):
                    yield f"{path}:{node.lineno}", node


def test_our_code_logs_events_by_name_and_rows_by_key():
    calls = list(logged())

    assert len(calls) > 10
    for where, call in calls:
        event = ast.unparse(call.args[0]).strip("'")
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", event), where
        assert len(call.args) == 1, where
        assert {word.arg for word in call.keywords} <= {"extra"}, where


def entry(name: str, message: object, *args: object, **extra: object) -> dict:
    # A logger unwraps a single mapping, so that its keys may be named.
    put_in = args[0] if args and isinstance(args[0], dict) else args
    record = logging.makeLogRecord(
        {"name": name, "msg": message, "args": put_in, "levelname": "INFO", **extra}
    )
    return json.loads(Json().format(record))


def test_our_events_are_printed_with_the_keys_of_rows():
    line = entry("incidents.outbox", "mail.dropped", notification=7, user=3)

    assert line["event"] == "mail.dropped"
    assert (line["notification"], line["user"]) == (7, 3)
    assert line["logger"] == "incidents.outbox"


@pytest.mark.parametrize(
    ("message", "args", "printed"),
    [
        ("%s took %d s", (CANARY, 3), "… took 3 s"),
        (f"All about {CANARY}", (), "library.part"),
        (ValueError(CANARY), (), "ValueError"),
        ("one %s too %s", (CANARY,), "library.part"),
        ("%s: %s", (CANARY, CANARY), "library.part"),
        ("%(who)s said %(count)d", ({"who": CANARY, "count": 2},), "… said 2"),
    ],
)
def test_of_what_libraries_say_the_text_is_left_out(message, args, printed):
    line = entry("library.part", message, *args, who=CANARY, status_code=404)

    assert line["event"] == printed
    assert line["status_code"] == 404
    assert CANARY not in json.dumps(line)
