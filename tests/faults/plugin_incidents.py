"""The plug-in for incidents: it strikes on the ladder, at messages, chats and alerts.

What a browser or a monitoring system asks a web process for is a task here, so that a
worker can be struck at it: "faults.send" and "faults.post".
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from celery import shared_task

from tests.faults.plugin import Plugin, around, keys_in

# Where the product waits longer: seconds for an answer, for all, and of a lease.
ANSWER, PATIENCE, LEASE = 1.0, 1.5, 4.0
PLACES = {"escalation": "ladder", "message": "message"}
# What this process has still to ask for.
drafts: list[dict[str, Any]] = []
requests: list[dict[str, Any]] = []
# What its present thread is about.
_mine = threading.local()
_answered: list[Callable[[str], None]] = []


def plug_in(plugin: Plugin, job: dict[str, Any]) -> None:
    """Wrap the named functions, and take on what the job asks for."""
    drafts[:], requests[:] = job.get("drafts", []), job.get("requests", [])
    _answered[:] = [lambda point: plugin.pass_by(point, _keys())]
    _plug_into_rows(plugin)
    _plug_into_ladder(plugin)
    _plug_into_posting(plugin)
    _plug_into_chats(plugin)
    _plug_into_storing(plugin)
    _plug_into_working(plugin)


def _keys() -> list[str]:
    return list(getattr(_mine, "keys", []))


@shared_task(name="faults.send")
def send_drafts() -> None:
    from tests.faults.incident_work import key_of_draft, send

    while drafts:
        draft = drafts.pop(0)
        _mine.about = [key_of_draft(draft)]
        send(draft)
        _answered[0]("message: not answered")


@shared_task(name="faults.post")
def post_requests() -> None:
    from tests.faults.incident_work import post

    while requests:
        post(requests.pop(0))


def _plug_into_rows(plugin: Plugin) -> None:
    from incidents import outbox

    @around(outbox, "queue_all")
    def _queue_all(original: Any, rows: Any) -> None:
        ready = list(rows)
        place = PLACES.get(ready[0].kind, "") if ready else ""
        ids = [outbox.message_id(row.key) for row in ready]
        about = getattr(_mine, "about", []) if place == "message" else []
        _mine.keys = [*about, *ids]
        plugin.pass_by(f"{place}: before the rows", _keys())
        original(ready)
        plugin.pass_by(f"{place}: rows written", _keys())


def _plug_into_ladder(plugin: Plugin) -> None:
    from incidents import sweeping

    @around(sweeping.Sheaf, "write")
    def _write(original: Any, sheaf: Any) -> None:
        original(sheaf)
        plugin.pass_by("ladder: before the commit", _keys())

    @around(sweeping, "pass_batch")
    def _pass_batch(original: Any, *args: Any, **kwargs: Any) -> Any:
        _mine.keys = []
        marked = original(*args, **kwargs)
        plugin.pass_by("ladder: after the commit", _keys())
        return marked


def _plug_into_posting(plugin: Plugin) -> None:
    from incidents import chat, chat_delivery

    chat.CONNECT_SECONDS = chat.ANSWER_SECONDS = ANSWER
    chat_delivery.PATIENCE = PATIENCE
    chat_delivery.lease = lambda: timedelta(seconds=LEASE)

    @around(chat_delivery, "post")
    def _post(original: Any, notification: Any) -> Any:
        key = plugin.now_handing = notification.message_id
        path = urlsplit(notification.contact.hook_address).path
        plugin.note("handing", keys=[key], to=path)
        verdict = original(notification)
        if verdict is None:
            plugin.pass_by("chat: after the yes", [key])
        return verdict

    @around(chat, "guarded")
    def _guarded(original: Any, host: str) -> Any:
        plugin.pass_by("chat: in the post", [plugin.now_handing])
        return original(host)


def _plug_into_chats(plugin: Plugin) -> None:
    from django.db import transaction

    from incidents import chat_delivery

    @around(chat_delivery, "claim")
    def _claim(original: Any, *args: Any, **kwargs: Any) -> Any:
        claimed = original(*args, **kwargs)
        if keys := keys_in(claimed):
            plugin.note("claimed", keys=keys)
            plugin.pass_by("chat: after the claim", keys)
        return claimed

    @around(chat_delivery, "settle")
    def _settle(original: Any, *args: Any, **kwargs: Any) -> Any:
        keys = keys_in([args, kwargs])
        plugin.pass_by("chat: before the settling", keys)
        with transaction.atomic():
            done = original(*args, **kwargs)
            plugin.pass_by("chat: before the commit", keys)
        plugin.note("settled", keys=keys)
        return done


def _plug_into_storing(plugin: Plugin) -> None:
    from config import hooks
    from incidents.alerts import storing

    @around(hooks, "store")
    def _store(original: Any, source: Any, body: bytes, **kwargs: Any) -> Any:
        _mine.alert = [_key_in(body)]
        plugin.pass_by("alert: before the storing", _mine.alert)
        stored = original(source, body, **kwargs)
        plugin.pass_by("alert: stored, not answered", _mine.alert)
        return stored

    @around(storing, "hint")
    def _hint(original: Any, task: str) -> None:
        original(task)
        plugin.pass_by("alert: before the storing commits", _mine.alert)


def _plug_into_working(plugin: Plugin) -> None:
    from incidents.alerts import working

    @around(working, "_work")
    def _work(original: Any, source: Any, alert: Any, now: Any) -> None:
        _mine.alert = [_key_in(alert.body)]
        original(source, alert, now)
        plugin.pass_by("alert: worked off, not committed", _mine.alert)
        plugin.note("settled", keys=_mine.alert)

    @around(working, "raise_once")
    def _raise_once(original: Any, **known: Any) -> Any:
        plugin.pass_by("alert: before the incident", _mine.alert)
        made = original(**known)
        plugin.pass_by("alert: after the incident", _mine.alert)
        return made

    @around(working, "_write")
    def _write(original: Any, *args: Any) -> None:
        plugin.pass_by("alert: before an entry", _mine.alert)
        original(*args)
        plugin.pass_by("alert: after an entry", _mine.alert)


def _key_in(body: bytes | str) -> str:
    return f"alert:{json.loads(body)['key']}"
