"""Half an hour without a mail server, which here takes half a minute.

One worker, which nobody restarts; mails and digests come due all the while.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from django.test import Client

from tests.faults import world as worlds
from tests.faults.accounts import Books, Tally
from tests.faults.field import Field, Runner
from tests.faults.world import World

DEAD_FOR = 30.0
AFTERWARDS = 12.0
OWED = 3


def die_for_a_while(ground: Field, runner: Runner) -> dict[str, Any]:
    """Say what became of the mails, of the worker, and what /readyz told meanwhile."""
    world = World()
    ground.mail.say("refuse")
    runner.begin(seconds=DEAD_FOR + AFTERWARDS)
    for _ in range(5):
        world.queue(["ok"] * OWED)
        world.owe_digests(OWED)
        time.sleep(DEAD_FOR / 5)
    meanwhile = ready()
    ground.mail.say("ok")
    ended = runner.answer()
    tally = Tally(Books(ground.events()))
    tally.enter_everything([])
    workers = {
        event["pid"] for event in ground.events() if event["what"] in ("claimed",)
    }
    taken = tally.books.taken
    return {
        "sent": sum(map(len, taken.values())),
        "promised": 5 * OWED * 2,
        "twice": sum(len(each) > 1 for each in taken.values()),
        "lost": sum(line.lost for line in tally.lines.values()),
        "waiting": worlds.waiting(),
        "worker": ended["code"],
        "workers": len(workers),
        "meanwhile": meanwhile,
        "afterwards": ready(),
    }


def ready() -> dict[str, Any]:
    """Ask /readyz as a probe does; its status, and what it says of the mail server."""
    from config.health import last_examination

    last_examination.forget()
    answer = Client().get("/readyz/", headers={"host": "localhost"})
    found = json.loads(answer.content)
    words = {
        code: check["words"]
        for code, check in found["checks"].items()
        if check["status"] != "ok"
    }
    return {"code": answer.status_code, "status": found["status"], "words": words}


def play(ground: Field, runners: Sequence[Runner]) -> dict[str, Any]:
    return {"name": "dead server", **die_for_a_while(ground, runners[0])}
