"""Which second mail is excused, and which is not."""

from __future__ import annotations

import pytest

from tests.faults.accounts import Books

WORKER, OTHER = 7, 8
ROW = "<a@localhost>"


def happened(*events):
    """Put events at one second after the other."""
    return [{"at": float(at), **event} for at, event in enumerate(events)]


def handing(pid):
    return {"what": "handing", "pid": pid, "keys": [ROW], "to": "ok.1@faults.example"}


def settled(pid):
    return {"what": "settled", "pid": pid, "keys": [ROW]}


def blow(pid, action):
    facts = {"name": action, "action": action}
    return {"what": "blow", "pid": pid, "keys": [ROW], **facts}


TAKEN = {"what": "accepted", "pid": 1, "id": ROW, "to": "ok.1@faults.example"}
DOWN = {"what": "database down", "pid": 1}
CUT = {"what": "blow", "pid": 1, "script": "cut-after", "to": "ok.1@faults.example"}
AGAIN = [handing(OTHER), TAKEN, settled(OTHER)]


@pytest.mark.parametrize(
    ("between", "excused"),
    [
        ([blow(WORKER, "kill")], 1),
        ([DOWN], 1),
        ([CUT], 1),
        ([], 0),
        # It was written down, so there was nothing left to be torn apart.
        ([settled(WORKER), blow(WORKER, "kill")], 0),
        ([blow(OTHER, "kill")], 0),
        ([blow(WORKER, "stall")], 0),
    ],
)
def test_a_second_mail_is_excused_by_what_parted_the_yes_from_the_commit(
    between, excused
):
    events = happened(handing(WORKER), TAKEN, *between, *AGAIN)

    assert Books(events).excused(ROW) == excused


def test_each_further_mail_needs_an_excuse_of_its_own():
    kill = blow(WORKER, "kill")
    events = happened(handing(WORKER), TAKEN, kill, *AGAIN, *AGAIN)

    assert Books(events).excused(ROW) == 1


def test_a_fault_counts_only_if_it_hit_a_row_in_hand():
    books = Books(happened(CUT, handing(WORKER)))

    assert books.struck == []
