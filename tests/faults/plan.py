"""The plan: which faults, in which order, for how many; all of it from the seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TypeVar

from tests.faults.plugin import Fault

_Choice = TypeVar("_Choice")

# Of all faults: how many of each kind. What is left over goes to the mail server.
SHARES = {"kills": 260, "real kills": 20, "stalls": 12, "pdf": 108}
SHARES |= {"broker": 108, "database": 20, "incidents": 240, "chats": 60}
WHOLE = 1_400
KILLS = (
    "composing",
    "scanning",
    "after the claim",
    "in DATA",
    "after the 250",
    "before the settling",
    "before the commit",
)
REAL_KILLS = ("after the claim", "in DATA", "after the 250", "before the commit")
REPORTS = (
    # What happens, where, how.
    ("PDF: child killed", "report: child at work", "kill child"),
    ("PDF: child hangs", "report: child at work", "stop child"),
    ("PDF: child out of memory", "report: child at work", "starve child"),
    ("PDF: RLIMIT_FSIZE of the child", "report: child begins", "limit files"),
    ("PDF: RLIMIT_FSIZE of the worker", "report: file begins", "limit files"),
    ("PDF: worker killed after the claim", "report: after the claim", "kill"),
    ("PDF: worker killed, child at work", "report: child at work", "kill worker"),
    ("PDF: worker killed, file written", "report: file is there", "kill"),
    ("PDF: worker killed before the commit", "report: before the commit", "kill"),
)
INCIDENTS = (
    "ladder: before the rows",
    "ladder: rows written",
    "ladder: before the commit",
    "ladder: after the commit",
    "message: before the rows",
    "message: rows written",
    "message: not answered",
    "chat: after the claim",
    "chat: in the post",
    "chat: after the yes",
    "chat: before the settling",
    "chat: before the commit",
    "alert: before the storing",
    "alert: before the storing commits",
    "alert: stored, not answered",
    "alert: before the incident",
    "alert: after the incident",
    "alert: before an entry",
    "alert: after an entry",
    "alert: worked off, not committed",
)
CHATS = ("say-500", "say-429", "say-410")
CHATS += ("cut-before", "cut-after", "hang-before", "hang-after")
BROKER = ("refuse", "hang", "flush")
# These concern one mail, and cost next to nothing.
MAIL_SCRIPTS = ("rcpt-450", "rcpt-550", "data-451", "data-554", "slow", "drop-after")
# These look like the server's end, so that the breaker opens each time.
SERVER_SCRIPTS = (
    "rcpt-421",
    "data-421",
    "drop-rcpt",
    "drop-in-data",
    "drop-before",
    "cut-after",
)
HANGING_SCRIPTS = ("hang-rcpt", "hang-before", "hang-after")
MODES = (
    "refuse",
    "greet-421",
    "greet-554",
    "greet-hang",
    "hello-drop",
    "sender-451",
    "sender-550",
)


@dataclass
class Plan:
    """Faults for each leg, in the order in which they come."""

    seed: int
    kills: list[Fault] = field(default_factory=list)
    real_kills: list[Fault] = field(default_factory=list)
    stalls: list[Fault] = field(default_factory=list)
    reports: list[Fault] = field(default_factory=list)
    broker: list[Fault] = field(default_factory=list)
    restarts: list[str] = field(default_factory=list)
    incidents: list[Fault] = field(default_factory=list)
    chats: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, seed: int, faults: int) -> Plan:
        """Plan that many faults; the same for the same seed and number."""
        return _Planner(seed, faults).plan()

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr(asdict(self)).encode()).hexdigest()[:12]


class _Planner:
    def __init__(self, seed: int, faults: int) -> None:
        self._faults = faults
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._number = 0

    def plan(self) -> Plan:
        plan = Plan(self._seed)
        plan.kills = [self._kill(point) for point in self._some("kills", KILLS)]
        real = self._some("real kills", REAL_KILLS)
        plan.real_kills = [self._kill(point, " (Celery)") for point in real]
        plan.stalls = [self._stall(n) for n in range(self._share("stalls"))]
        plan.reports = [self._report(*each) for each in self._some("pdf", REPORTS)]
        plan.broker = [self._broker(how) for how in self._some("broker", BROKER)]
        plan.restarts = self._some("database", ("fast", "immediate"))
        places = self._some("incidents", self._mixed(INCIDENTS))
        plan.incidents = [self._incident(point) for point in places]
        plan.chats = self._some("chats", self._mixed(CHATS))
        self._plan_mail(plan)
        return plan

    def _plan_mail(self, plan: Plan) -> None:
        done = sum(map(self._share, SHARES))
        left = max(self._faults - done, len(MODES) + 10)
        plan.modes = self._take(MODES, max(len(MODES), left // 16))
        hanging = self._take(HANGING_SCRIPTS, max(3, left // 20))
        server = self._take(SERVER_SCRIPTS, max(6, left // 5))
        rest = left - len(plan.modes) - len(hanging) - len(server)
        easy = self._take(MAIL_SCRIPTS, max(6, rest))
        # The cheap ones first: none of them waits for a breaker then.
        plan.scripts = [*easy, *server, *hanging]

    def _share(self, kind: str) -> int:
        return max(1, round(SHARES[kind] * self._faults / WHOLE))

    def _some(self, kind: str, choices: Sequence[_Choice]) -> list[_Choice]:
        return self._take(choices, self._share(kind))

    def _mixed(self, choices: Sequence[_Choice]) -> list[_Choice]:
        """Put them in some order: of few faults each is another kind, by the seed."""
        return self._random.sample(choices, len(choices))

    def _take(self, choices: Sequence[_Choice], number: int) -> list[_Choice]:
        """Take each as often as the others, in some order."""
        taken = [choices[n % len(choices)] for n in range(number)]
        self._random.shuffle(taken)
        return taken

    def _fault(self, name: str, point: str, action: str, **more: float) -> Fault:
        self._number += 1
        skip = int(more.pop("skip", 0))
        return Fault(self._number, name, point, action, skip, more.get("seconds", 0))

    def _kill(self, point: str, where: str = "") -> Fault:
        most = {"composing": 1, "scanning": 1, "after the claim": 0}.get(point, 4)
        skip = self._random.randint(0, most)
        return self._fault(f"killed {point}{where}", point, "kill", skip=skip)

    def _stall(self, number: int) -> Fault:
        point = ("after the claim", "before the settling")[number % 2]
        return self._fault(f"stalled {point}", point, "stall", seconds=3.5)

    def _report(self, name: str, point: str, action: str) -> Fault:
        seconds = round(self._random.uniform(0, 0.6), 2)
        return self._fault(name, point, action, seconds=seconds)

    def _incident(self, point: str) -> Fault:
        place, _colon, where = point.partition(": ")
        return self._fault(f"{place}: killed, {where}", point, "kill")

    def _broker(self, how: str) -> Fault:
        names = {"refuse": "refused", "hang": "hung", "flush": "flushed"}
        return self._fault(f"broker {names[how]}", "after the claim", how)
