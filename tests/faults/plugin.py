"""The fault plug-in: it wraps named functions of the product, and strikes there.

It is put into worker processes alone, by `plugged`; the product knows nothing of it.
Whatever passes a named point is in the journal, and so is every blow, before it falls.
A row is named by its Message-ID, a version of a post-mortem as "report:7".
"""

from __future__ import annotations

import functools
import os
import signal
import smtplib
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass
from types import ModuleType
from typing import Any

from tests.faults import journal

Blow = Callable[["Fault", list[str]], None]


@dataclass
class Fault:
    """What happens to whom: at the point's `skip`-th passing after the first."""

    number: int
    name: str
    point: str
    action: str = "kill"
    skip: int = 0
    seconds: float = 0.0


class Plugin:
    """What one process does with its plan."""

    def __init__(self, path: str, faults: list[Fault]) -> None:
        self._path, self._faults = path, faults
        self._lock = threading.Lock()
        self._mine = threading.local()
        self.is_publishing = threading.Event()
        self.report, self.child, self.starved = "", 0, False
        self.blows: dict[str, Blow] = {"kill": kill, "stall": stall}

    @property
    def is_done(self) -> bool:
        return not self._faults

    @property
    def now_handing(self) -> str:
        """The row that this thread is handing to the mail server."""
        return str(getattr(self._mine, "handing", ""))

    @now_handing.setter
    def now_handing(self, key: str) -> None:
        self._mine.handing = key

    def note(self, what: str, **facts: Any) -> None:
        journal.write(self._path, what, **facts)

    def pass_by(self, point: str, keys: list[str]) -> None:
        """Strike if the next fault of the plan waits here, for a row that we have."""
        with self._lock:
            if not (keys and self._faults and self._faults[0].point == point):
                return
            fault = self._faults[0]
            if fault.skip:
                fault.skip -= 1
                return
            del self._faults[0]
        self.note("blow", keys=keys, **{**asdict(fault), "fault": fault.number})
        self.blows[fault.action](fault, keys)

    def waits_at(self, point: str) -> bool:
        return bool(self._faults) and self._faults[0].point == point


def kill(fault: Fault, keys: list[str]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stall(fault: Fault, keys: list[str]) -> None:
    """Stand still, as a machine that was suspended does."""
    time.sleep(fault.seconds)


def around(
    where: ModuleType | type, name: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the decorated function in the place of another, which it is handed."""
    original = getattr(where, name)

    def replace(wrapper: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def instead(*args: Any, **kwargs: Any) -> Any:
            return wrapper(original, *args, **kwargs)

        setattr(where, name, instead)
        return wrapper

    return replace


def keys_in(thing: Any) -> list[str]:
    """Name the mails that are somewhere in the arguments of a call."""
    from incidents.models import Notification

    if isinstance(thing, Notification):
        return [thing.message_id]
    if isinstance(thing, dict):
        thing = [*thing, *thing.values()]
    elif is_dataclass(thing) and not isinstance(thing, type):
        thing = list(vars(thing).values())
    if isinstance(thing, list | tuple | set):
        return [key for each in thing for key in keys_in(each)]
    return []


def plug_in(plugin: Plugin) -> None:
    """Wrap the named functions on the way of a mail."""
    from incidents import delivery, digest, outbox

    @around(outbox, "queue")
    def _queue(original: Any, *args: Any, **kwargs: Any) -> Any:
        mail = original(*args, **kwargs)
        if kwargs["kind"] == "digest":
            plugin.pass_by("scanning", [mail.message_id])
        return mail

    @around(digest, "compose")
    def _compose(original: Any, planned: Any, *rest: Any) -> Any:
        plugin.pass_by("composing", [outbox.message_id(planned.key)])
        return original(planned, *rest)

    @around(delivery, "claim")
    def _claim(original: Any, *args: Any, **kwargs: Any) -> Any:
        claimed = original(*args, **kwargs)
        if keys := keys_in(claimed):
            plugin.note("claimed", keys=keys)
            plugin.pass_by("after the claim", keys)
        return claimed

    _plug_into_handing_over(plugin)
    _plug_into_settling(plugin)


def _plug_into_handing_over(plugin: Plugin) -> None:
    from incidents import delivery

    @around(delivery, "hand_over")
    def _hand_over(original: Any, mail: Any, *rest: Any, **kwargs: Any) -> Any:
        key = plugin.now_handing = mail.message_id
        plugin.note("handing", keys=[key], to=mail.address)
        verdict = original(mail, *rest, **kwargs)
        words = getattr(verdict, "words", "")
        is_general = getattr(verdict, "is_general", False)
        plugin.note("handed", keys=[key], words=words, is_general=is_general)
        if verdict is None:
            plugin.pass_by("after the 250", [key])
        return verdict

    @around(smtplib.SMTP, "data")
    def _data(original: Any, session: smtplib.SMTP, message: Any) -> Any:
        if plugin.waits_at("in DATA"):
            session.putcmd("data")
            session.getreply()
            session.send(b"Message-ID: half of")
            plugin.pass_by("in DATA", [plugin.now_handing])
            raise smtplib.SMTPServerDisconnected("the plug-in spoilt this one")
        return original(session, message)


def _plug_into_settling(plugin: Plugin) -> None:
    from django.db import transaction

    from incidents import delivery

    @around(delivery, "settle")
    def _settle(original: Any, *args: Any, **kwargs: Any) -> Any:
        keys = keys_in([args, kwargs])
        plugin.pass_by("before the settling", keys)
        with transaction.atomic():
            done = original(*args, **kwargs)
            plugin.pass_by("before the commit", keys)
        plugin.note("settled", keys=keys)
        return done
