"""Small runs, each about one mechanism: with its guard, and with the guard away.

Without the guard the books must show a loss, a second mail or a row left lying; with
it, nothing of the kind.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from incidents import holding, vitals
from incidents.choices import AlertState, DeadlineState
from incidents.models import (
    ActionItem,
    Alert,
    Deadline,
    Notification,
    Reminder,
    Vital,
)
from postmortems.models import Report
from tests.faults import world as worlds
from tests.faults.accounts import Books, Tally, damaged_reports
from tests.faults.field import EACH_MINUTE, Field, Runner
from tests.faults.incident_accounts import enter_incidents
from tests.faults.incident_legs import IncidentLegs, undone
from tests.faults.incident_work import IncidentWork
from tests.faults.legs import RENDER, Legs, wait_until
from tests.faults.plan import Plan
from tests.faults.plugin import Fault
from tests.faults.world import World

# Seconds after which everything is over where the guard is in its place.
LONG_ENOUGH = 9
Job = dict[str, Any]


@dataclass
class Stage:
    """What a scenario plays on; `job` says which switches its workers have."""

    legs: Legs
    work: IncidentWork
    job: Job
    # What the scenario saw for itself, beside the books.
    lost: int = 0
    twice: int = 0
    stuck: int = 0

    @property
    def field(self) -> Field:
        return self.legs.field

    @property
    def world(self) -> World:
        return self.legs.world

    @property
    def runner(self) -> Runner:
        return self.legs.runners[0]

    def strike(self, point: str, action: str = "kill", **more: Any) -> Job:
        fault = Fault(1, f"{action} {point}", point, action, **more)
        return self.runner.run(fault, seconds=6, **self.job)

    def stall(self, point: str) -> None:
        """Let one worker stand still at a point, while another one works on."""
        fault = Fault(1, f"stall {point}", point, "stall", seconds=1.5)
        self.runner.begin(fault, seconds=6, **self.job)
        wait_until(self.legs.struck, seconds=6)
        self.legs.runners[1].run(seconds=2, **self.job)
        self.runner.answer()


def meet(stage: Stage) -> None:
    """Two workers, and a server slow enough for them to meet."""
    stage.field.mail.say("ok", pace=0.03)
    stage.world.queue(["ok"] * 30)
    with stage.legs.working(**stage.job):
        wait_until(lambda: not worlds.waiting(), seconds=LONG_ENOUGH)


def die_after_the_claim(stage: Stage) -> None:
    stage.world.queue(["ok"] * 3)
    stage.strike("after the claim")


def save_twice(stage: Stage) -> None:
    stage.world.queue(["ok"])
    stage.strike("after the claim", "save twice")


def die_in_data(stage: Stage) -> None:
    stage.world.queue(["ok"])
    stage.strike("in DATA")


def refuse_one(stage: Stage) -> None:
    stage.world.queue(["rcpt-450"])


def hang(stage: Stage) -> None:
    """One line only, so that what hangs is in the way of the others."""
    stage.job["settings"] = {"OUTBOX_CONNECTIONS": 1}
    stage.world.queue(["hang-rcpt", "ok", "ok"])
    stage.runner.begin(seconds=LONG_ENOUGH, **stage.job)
    wait_until(lambda: not worlds.waiting(), seconds=LONG_ENOUGH)
    stage.stuck = worlds.waiting()
    for event in stage.field.events():
        if event["what"] == "claimed" and stage.stuck:
            with suppress(ProcessLookupError):
                os.kill(event["pid"], signal.SIGKILL)
    stage.runner.answer()


def refuse_the_broker(stage: Stage) -> None:
    stage.world.queue(["ok"])
    break_broker(stage, "refuse")


def flush_the_broker(stage: Stage) -> None:
    stage.world.queue(["ok"])
    break_broker(stage, "flush")


def break_broker(stage: Stage, how: str) -> None:
    legs, fault = stage.legs, Fault(1, f"broker {how}", "after the claim", how)
    legs.broker([fault], **stage.job)


def settle_late(stage: Stage) -> None:
    """One worker stands still with a refusal in hand; the other has taken over."""
    stage.world.queue(["rcpt-450"])
    fault = Fault(1, "stall", "before the settling", "stall", seconds=3)
    stage.runner.begin(fault, seconds=8, **stage.job)
    wait_until(lambda: stage.legs.struck(), seconds=8)
    stage.field.mail.say("ok", pace=0.6)
    other = stage.legs.runners[1]
    other.begin(seconds=7, **stage.job)
    stage.runner.answer()
    stage.runner.run(seconds=4, **stage.job)
    other.answer()
    stage.field.mail.say("ok")


def go_away(stage: Stage) -> None:
    """No mail server for longer than a refused mail is tried."""
    stage.job["settings"] = {"OUTBOX_GIVE_UP_SECONDS": 2}
    stage.field.mail.say("refuse")
    stage.world.queue(["ok"] * 3)
    stage.runner.run(seconds=6, **stage.job)
    stage.field.mail.say("ok")


def die_between_mail_and_ledger(stage: Stage) -> None:
    stage.world.owe_digests(1)
    stage.strike("scanning")


def withhold(stage: Stage) -> None:
    """A worker that claims nothing; only the audit can notice."""
    stage.world.queue(["ok"] * 2)
    stage.runner.run(seconds=LONG_ENOUGH, withhold=True, **stage.job)
    audit = vitals.read(vitals.AUDIT)
    stage.stuck = 0 if audit and audit.count else worlds.waiting()


def die_with_a_report(stage: Stage) -> None:
    stage.job |= {"tasks": [RENDER], "margin": 0.5, "settings": {"PDF_SECONDS": 8}}
    stage.world.ask_for_report()
    stage.strike("report: after the claim")


def spoil_the_file(stage: Stage) -> None:
    stage.job |= {"tasks": [RENDER]}
    stage.world.ask_for_report()
    stage.strike("report: file begins", "limit files")
    stage.world.ask_again()


def hold(stage: Stage) -> None:
    holding.hold(backed_up_at=timezone.now(), at=timezone.now())
    stage.world.queue(["ok"] * 2)
    stage.runner.run(seconds=2, **stage.job)
    # In the system that was lost, they may have gone out already.
    stage.twice = sum(event["what"] == "accepted" for event in stage.field.events())
    Vital.objects.filter(key=vitals.HOLD).delete()


def die_after_the_yes(stage: Stage) -> None:
    stage.world.queue(["ok"])
    stage.strike("after the 250")


def open_a_rung_again(stage: Stage) -> None:
    """Whoever takes back what had ended a rung opens it once more."""
    [incident] = stage.work.owe_rungs(1)
    stage.strike("ladder: after the commit")
    stage.work.open_again(incident)


def die_before_telling(stage: Stage) -> None:
    stage.work.owe_rungs(1)
    stage.strike("ladder: before the rows")


def climb_at_once(stage: Stage) -> None:
    stage.work.owe_rungs(1)
    stage.stall("ladder: rows written")


def press_again(stage: Stage) -> None:
    """The web process dies before it answers; so the same form is sent again."""
    job = {"drafts": [stage.work.write()], "tasks": ["faults.send", *EACH_MINUTE]}
    stage.job |= job
    stage.strike("message: not answered")
    stage.runner.run(seconds=1, **stage.job)
    stage.job["drafts"] = []


def die_while_posting(stage: Stage) -> None:
    stage.work.send(stage.work.write())
    stage.strike("chat: in the post")


def hear_at_once(stage: Stage) -> None:
    stage.work.post(*stage.work.ring())
    stage.stall("alert: before an entry")


def ring_again(stage: Stage) -> None:
    """The web process dies before it answers; so monitoring sends the same again."""
    requests = stage.work.ring()
    stage.job |= {"requests": requests[:1], "tasks": ["faults.post", *EACH_MINUTE]}
    stage.strike("alert: stored, not answered")
    stage.job["requests"] = requests
    stage.runner.run(seconds=1, **stage.job)
    stage.job["requests"] = []


SCENARIOS: dict[str, Callable[[Stage], None]] = {
    "leases are respected": meet,
    "expired leases are taken over": die_after_the_claim,
    "one row for each key": save_twice,
    "marked after the 250": die_in_data,
    "one recipient for each mail": refuse_one,
    "the mail server has a time limit": hang,
    "a hint never fails a save": refuse_the_broker,
    "only the claimer settles": settle_late,
    "the breaker counts no attempts": go_away,
    "mail and ledger in one transaction": die_between_mail_and_ledger,
    "the audit": withhold,
    "expired leases of reports are taken over": die_with_a_report,
    "a version is named once it is whole": spoil_the_file,
    "mail is held after a restore": hold,
    "the Message-ID stays": die_after_the_yes,
    "the sweep needs no hint": flush_the_broker,
    "a rung tells each person once": open_a_rung_again,
    "a rung is marked with what it tells": die_before_telling,
    "an incident is held while its ladder is climbed": climb_at_once,
    "a draft is one message": press_again,
    "a post is marked after the yes": die_while_posting,
    "alerts of a source are worked off in turn": hear_at_once,
    "an alert that comes again is known": ring_again,
}


def play_all(
    ground: Field, names: Sequence[str], runners: Sequence[Runner]
) -> Iterator[dict[str, Any]]:
    """Play scenarios with their guard and without; say what the books show."""
    legs = Legs(ground, World(), Plan(seed=1), runners)
    work = IncidentLegs(legs).work
    for name in SCENARIOS if list(names) == ["all"] else names:
        guarded, bare = play(legs, work, name, []), play(legs, work, name, [name])
        yield {"name": name, "with": guarded, "without": bare}


def play(
    legs: Legs, work: IncidentWork, name: str, switches: list[str]
) -> dict[str, int]:
    """Play one, let its workers go on for a while, and balance the books."""
    stage = Stage(legs, work, {"tasks": [*EACH_MINUTE], "switches": switches})
    clear(legs.field)
    SCENARIOS[name](stage)
    legs.field.mail.say("ok")
    give_up_at = time.monotonic() + LONG_ENOUGH
    while is_anything_left() and time.monotonic() < give_up_at:
        stage.runner.run(seconds=1, **stage.job)
    stage.runner.run(seconds=0.1, **stage.job)
    tally = Tally(Books(legs.field.events()))
    tally.enter_everything(damaged_reports())
    enter_incidents(tally)
    lines = tally.lines.values()
    return {
        "blows": len(tally.books.struck),
        "lost": stage.lost + sum(line.lost for line in lines),
        "twice": stage.twice + sum(line.twice - line.excused for line in lines),
        "stuck": stage.stuck + sum(line.stuck for line in lines),
    }


def is_anything_left() -> bool:
    return bool(worlds.waiting() or worlds.unmade() or undone())


def clear(field: Field) -> None:
    """Begin with an empty outbox and empty books, and with nothing left to be done."""
    Deadline.objects.filter(ended_at=None).update(
        state=DeadlineState.CANCELLED, ended_at=timezone.now()
    )
    Alert.objects.stored().update(state=AlertState.WORKED, worked_at=timezone.now())
    Reminder.objects.all().delete()
    ActionItem.objects.all().delete()
    Notification.objects.all().delete()
    Report.objects.all().delete()
    Vital.objects.all().delete()
    field.journal.unlink(missing_ok=True)
    field.mail.truth.unlink(missing_ok=True)
