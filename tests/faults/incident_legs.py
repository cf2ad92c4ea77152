"""The legs about incidents: kills on the ladder, at messages, chats and alerts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue

from django.utils import timezone

from incidents.choices import Medium
from incidents.models import Alert, Deadline, Notification
from tests.faults import world as worlds
from tests.faults.field import EACH_MINUTE, Runner
from tests.faults.incident_work import IncidentWork
from tests.faults.legs import BACKLOG, KILLED, TRIES, Errand, Legs, together, wait_until
from tests.faults.plugin import Fault

# What a hint asks a worker for.
HINTED = {
    "ladder": "incidents.climb",
    "chat": "incidents.post_to_chats",
    "alert": "incidents.work_off_alerts",
}
# What a web process does, and not a worker.
STORING = ("before the storing", "before the storing commits", "stored, not answered")

# How much of it nobody has in hand or has done yet.
LEFT: dict[str, Callable[[], int]] = {
    "ladder": lambda: Deadline.objects.passed(timezone.now()).count(),
    "chat": lambda: (
        Notification.objects.claimable(timezone.now())
        .filter(medium=Medium.CHAT)
        .count()
    ),
    "alert": lambda: Alert.objects.stored().count(),
}


def undone() -> int:
    """Count rungs that are due and not climbed, and alerts that nobody worked off."""
    return worlds.persistently(lambda: LEFT["ladder"]() + LEFT["alert"]())


class IncidentLegs:
    """Work about incidents, for the workers of other legs and for its own."""

    def __init__(self, legs: Legs) -> None:
        self._legs = legs
        self.work = IncidentWork(legs.world, legs.field)
        self._wanted: list[str] = []

    def kills(self, faults: Sequence[Fault]) -> None:
        """Kill who climbs, sends, posts, takes in and works off, one fault each."""
        todo: SimpleQueue[tuple[Fault, int]] = SimpleQueue()
        for fault in faults:
            todo.put((fault, 1))

        def kill_some(runner: Runner) -> None:
            while True:
                try:
                    fault, tried = todo.get_nowait()
                except Empty:
                    return
                is_struck = self.strike(runner, fault)
                if worlds.waiting() > BACKLOG // 2:
                    # Nobody is struck all the time.
                    runner.run(seconds=1, tasks=["incidents.deliver", *EACH_MINUTE])
                if not is_struck:
                    self._legs.field.note("missed", fault=fault.number, name=fault.name)
                    if tried < TRIES:
                        todo.put((fault, tried + 1))

        with self._feeding():
            together([partial(kill_some, runner) for runner in self._legs.runners])
        with self._legs.working():
            wait_until(lambda: not worlds.waiting(), seconds=60)

    def strike(self, runner: Runner, fault: Fault, **job: object) -> bool:
        """Let a worker be killed at its work; say whether it was.

        Who had no answer asks again then, as people and monitoring do.
        """
        place, _colon, where = fault.point.partition(": ")
        asked = {"tasks": [HINTED.get(place, ""), *EACH_MINUTE], **job}
        if place == "message":
            draft = self.work.write()
            asked |= {"drafts": [draft], "tasks": ["faults.send", *EACH_MINUTE]}
            is_killed = self._run(runner, fault, asked)
            self.work.send(draft)
        elif where in STORING:
            first, *others = self.work.ring()
            asked |= {"requests": [first], "tasks": ["faults.post", *EACH_MINUTE]}
            is_killed = self._run(runner, fault, asked)
            self.work.post(first, *others)
        else:
            self._wanted.append(place)
            self.give(place)
            is_killed = self._run(runner, fault, asked)
            self._wanted.remove(place)
        return is_killed

    @staticmethod
    def _run(runner: Runner, fault: Fault, job: dict[str, object]) -> bool:
        return bool(runner.run(fault, seconds=8, **job)["code"] == KILLED)

    def give(self, place: str) -> None:
        """Make work of one kind."""
        if place == "ladder":
            self.work.owe_rungs(2)
        elif place == "alert":
            self.work.post(*self.work.ring())
        else:
            self.work.send(self.work.write())

    def give_everything(self) -> None:
        for place in ("ladder", "alert", "chat"):
            self.give(place)

    @contextmanager
    def _feeding(self) -> Iterator[None]:
        """Give more of what a worker waits for: another one may have been quicker."""
        is_over = threading.Event()

        def feed() -> None:
            while not is_over.wait(0.5):
                for place in set(self._wanted):
                    if not LEFT[place]():
                        self.give(place)

        feeder = Errand(feed)
        try:
            yield
        finally:
            is_over.set()
        feeder.finish()

    def chats(self, scripts: Sequence[str]) -> None:
        """Let chats refuse, fall silent, and hang up before their yes and after it."""
        with self._legs.working():
            for first in range(0, len(scripts), BACKLOG):
                for script in scripts[first : first + BACKLOG]:
                    self.work.send(self.work.write(script))
                wait_until(lambda: not worlds.waiting(), seconds=60)
