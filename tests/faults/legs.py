"""The legs of a run: what is broken, by whom, while what is going on."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from queue import Empty, SimpleQueue

from tests.faults import world as worlds
from tests.faults.field import Field, Runner, celery
from tests.faults.plan import Plan
from tests.faults.plugin import Fault
from tests.faults.world import World

SWEEP, RENDER = "incidents.sweep", "postmortems.render_reports"
KILLED = -signal.SIGKILL
# A fault that hit nothing is tried again so often.
TRIES = 3
BACKLOG = 12
# Every fourth time a version that failed is asked for again.
ASKED_AGAIN = 4
CELERY = ("worker", "--pool=threads", "--concurrency=2", "--loglevel=WARNING")
CALM = ("--without-gossip", "--without-mingle", "--without-heartbeat")


class Legs:
    """A run on a field; each leg leaves what it could not deliver to `drain`."""

    def __init__(
        self, field: Field, world: World, plan: Plan, runners: Sequence[Runner]
    ) -> None:
        self.field, self.world, self.plan = field, world, plan
        *self.runners, self.maker = runners
        self._random = random.Random(plan.seed)  # noqa: S311 - repeatable on purpose
        # Called while there is no worker that could take anything.
        self.excuse: Callable[[], None] = lambda: None
        # What else there is to do while the database restarts.
        self.more_load: Callable[[], None] = lambda: None

    def kills(self, faults: Sequence[Fault], **job: object) -> None:
        """Kill workers, one fault each, while others are at work."""
        todo: SimpleQueue[tuple[Fault, int]] = SimpleQueue()
        for fault in faults:
            todo.put((fault, 1))

        def kill_some(runner: Runner) -> None:
            while True:
                try:
                    fault, tried = todo.get_nowait()
                except Empty:
                    return
                self._give_work(fault)
                answer = runner.run(fault, seconds=8, **job)
                if answer["code"] != KILLED:
                    self.field.note("missed", fault=fault.number, name=fault.name)
                    if tried < TRIES:
                        todo.put((fault, tried + 1))

        with self.feeding():
            together([partial(kill_some, runner) for runner in self.runners])

    @contextmanager
    def feeding(self) -> Iterator[None]:
        """Always have some mails waiting, and now and then a digest to be made."""
        is_over = threading.Event()

        def feed() -> None:
            while not is_over.wait(0.3):
                self.world.owe_digests(1)
                if (missing := BACKLOG - worlds.waiting()) > 0:
                    self.world.queue(["ok"] * missing)

        feeder = Errand(feed)
        try:
            yield
        finally:
            is_over.set()
        feeder.finish()

    def _give_work(self, fault: Fault) -> None:
        if fault.point in ("composing", "scanning"):
            self.world.owe_digests(2)
        elif (missing := BACKLOG - worlds.waiting()) > 0:
            self.world.queue(["ok"] * missing)

    def stalls(self, faults: Sequence[Fault]) -> None:
        """Let a worker stand still past its lease, with one mail that was not taken.

        After a yes nobody could tell such a worker from a dead one.
        """
        standing, other = self.runners
        for fault in faults:
            with self.working():
                wait_until(lambda: not worlds.waiting(), seconds=30)
            began = time.time()
            self.world.queue(["rcpt-450"])
            standing.begin(fault, seconds=6, settings={"OUTBOX_CONNECTIONS": 1})
            wait_until(partial(self.struck, began), seconds=6)
            other.run(seconds=fault.seconds)
            standing.answer()

    def mail_server(self, scripts: Sequence[str], modes: Sequence[str]) -> None:
        """Let the server play its scripts, and then refuse everybody in every way."""
        with self.working():
            for first in range(0, len(scripts), BACKLOG):
                self.world.queue(scripts[first : first + BACKLOG])
                wait_until(lambda: worlds.waiting() < 2 * BACKLOG, seconds=120)
            for mode in modes:
                self._refuse_in_general(mode)

    def _refuse_in_general(self, mode: str) -> None:
        self.field.mail.say(mode)
        self.field.note("mode", mode=mode)
        began = time.time()
        self.world.queue(["ok"] * 2)
        wait_until(lambda: self._refused_since(began), seconds=15)
        self.field.mail.say("ok")
        self.field.note("mode", mode="ok")
        wait_until(lambda: not worlds.waiting(), seconds=15)

    def _refused_since(self, began: float) -> bool:
        return any(
            event["what"] == "handed" and event["is_general"] and event["at"] > began
            for event in self.field.events()
        )

    def broker(self, faults: Sequence[Fault], **job: object) -> None:
        """Break the message queue while a worker has mails in its hands."""
        runner = self.runners[0]
        for fault in faults:
            self.world.queue(["ok"] * 2)
            runner.begin(fault, seconds=8, **job)
            answer = runner.answer()
            if "ask" not in answer:
                self.field.note("missed", fault=fault.number, name=fault.name)
                continue
            with self._broken_broker(fault.action):
                runner.say("done")
                runner.answer()

    @contextmanager
    def _broken_broker(self, how: str) -> Iterator[None]:
        broker = self.field.broker
        if how == "hang":
            broker.freeze()
        elif how == "refuse":
            broker.stop()
        else:
            broker.flush()
        try:
            yield
        finally:
            if how == "hang":
                broker.thaw()
            elif how == "refuse":
                broker.start()

    def reports(self, faults: Sequence[Fault]) -> None:
        """Break what makes PDFs; some that failed are asked for again, as people do."""
        runner = self.maker
        for fault in faults:
            worlds.persistently(self.world.ask_for_report)
            quick = {"PDF_SECONDS": 2} if fault.action == "stop child" else {}
            runner.run(fault, seconds=20, tasks=[RENDER], settings=quick)
            if fault.number % ASKED_AGAIN == 0:
                worlds.persistently(self.world.ask_again)
        give_up_at = time.monotonic() + 120 + 5 * len(faults)
        while worlds.unmade() and time.monotonic() < give_up_at:
            runner.run(seconds=2, tasks=[RENDER], pause=0.3)

    def real_kills(self, faults: Sequence[Fault]) -> None:
        """Kill Celery’s own workers, while its own scheduler goes on."""
        self.field.broker.flush()
        with celery(self.field, "beat", "--schedule", str(self.field.folder / "beat")):
            for fault in faults:
                self._give_work(fault)
                with self.celery_worker(fault) as worker:
                    for _ in range(200):
                        if worker.poll() is not None:
                            break
                        self._give_work(fault)
                        time.sleep(0.1)

    def restarts(self, ways: Sequence[str]) -> None:
        """Restart the database under the load of Celery’s own worker."""
        self.field.broker.flush()
        self.field.mail.say("ok", pace=0.02)
        beat = ("beat", "--schedule", str(self.field.folder / "beat"))
        with celery(self.field, *beat), self.celery_worker() as worker:
            for number, way in enumerate(ways):
                self._restart(number, way)
            assert worker.poll() is None, "the worker died of the database"
            self.field.mail.say("ok")
            wait_until(lambda: not worlds.waiting(), seconds=30)

    def _restart(self, number: int, way: str) -> None:
        began = time.time()
        self.more_load()
        self.world.owe_digests(2)
        self.world.queue(["ok"] * 30)
        if not wait_until(lambda: self._in_hand(began), seconds=30):
            self.field.note("missed", name=f"database restarted, {way}")
            return
        time.sleep(self._random.uniform(0, 0.2))
        name = f"database restarted ({way})"
        facts = {"fault": f"db{number}", "name": name, "action": "restart"}
        self.field.note("blow", keys=self._in_hand(began), **facts)
        self.field.note("database down")
        how = signal.SIGINT if way == "fast" else signal.SIGQUIT
        self.field.cluster.stop(how)
        time.sleep(self._random.uniform(0, 0.5))
        self.field.cluster.start()
        self.field.note("database up")

    def struck(self, since: float = 0) -> bool:
        """Say whether a worker was struck since then, by the plug-in."""
        return any(
            event["what"] == "blow" and event["at"] > since and "fault" in event
            for event in self.field.events()
        )

    def _in_hand(self, since: float) -> list[str]:
        """Name the mails that somebody claimed and did not settle."""
        hands: set[str] = set()
        for event in self.field.events():
            if event["at"] < since:
                continue
            if event["what"] == "claimed":
                hands |= set(event["keys"])
            elif event["what"] == "settled":
                hands -= set(event["keys"])
        return sorted(hands)

    @contextmanager
    def celery_worker(self, *faults: Fault) -> Iterator[subprocess.Popen[bytes]]:
        plan = [asdict(fault) for fault in faults]
        began = time.time()
        with celery(self.field, *CELERY, *CALM, faults=plan) as process:
            wait_until(partial(self._is_ready, began), seconds=120)
            yield process

    def _is_ready(self, since: float) -> bool:
        """Say whether a worker has started since, which takes its time."""
        self.excuse()
        return any(
            event["what"] == "worker ready" and event["at"] > since
            for event in self.field.events()
        )

    @contextmanager
    def working(self, **job: object) -> Iterator[None]:
        """Keep workers at work that nobody breaks."""
        is_over = threading.Event()

        def go_on(runner: Runner) -> None:
            while not is_over.is_set():
                runner.run(seconds=1.5, **job)

        errands = [Errand(partial(go_on, runner)) for runner in self.runners]
        try:
            yield
        finally:
            is_over.set()
        for errand in errands:
            errand.finish()

    def drain(self, seconds: float = 60) -> None:
        """Let workers go on undisturbed until nothing waits, or nothing moves."""
        self.field.mail.say("ok")
        with self.working():
            wait_until(lambda: not worlds.waiting(), seconds=seconds)
            # A sweep later everybody who had to be told is.
            time.sleep(2)
            wait_until(lambda: not worlds.waiting(), seconds=seconds)


class Errand(threading.Thread):
    """A step in a thread of its own, which does not outlive the harness."""

    def __init__(self, step: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._step = step
        self._error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._step()
        except Exception as error:  # noqa: BLE001 - raised again by `finish`
            self._error = error

    def finish(self) -> None:
        """Wait for its end; raise what it raised."""
        self.join()
        if self._error:
            raise self._error


def together(steps: Sequence[Callable[[], None]]) -> None:
    """Run steps at once; raise what one of them raised."""
    for errand in [Errand(step) for step in steps]:
        errand.finish()


def wait_until(holds: Callable[[], object], *, seconds: float) -> bool:
    """Wait for something to become true; say whether it did."""
    give_up_at = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.1)
    return True
