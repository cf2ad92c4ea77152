"""How long each step took, against what was promised of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from django.utils.translation import gettext as _

from incidents.choices import DeadlineState, Milestone
from postmortems.rendering.drawing import Duration, Outcome
from postmortems.snapshot import Moment, Promise, Snapshot

OUTCOMES = {DeadlineState.MET: Outcome.MET, DeadlineState.MISSED: Outcome.MISSED}


def durations_of(snapshot: Snapshot) -> list[Duration]:
    """List how long each step took, in the order of the work; promised or measured."""
    promised = {each.key.partition(":")[0]: each for each in snapshot.promises}
    known = {each.name: each for each in snapshot.moments}
    durations = []
    for key, (label, last, first) in _steps().items():
        if key in promised:
            durations.append(_promised(promised.pop(key)))
        elif first and last in known:
            durations.append(_measured(label, known.get(first), known[last]))
    return list(_why_once([*durations, *map(_promised, promised.values())]))


def _why_once(durations: list[Duration]) -> Iterator[Duration]:
    """Leave a reason out that stands in a row above."""
    told: set[str] = set()
    for each in durations:
        is_told = each.outcome == Outcome.NOT_KNOWN and each.note in told
        told.add(each.note)
        yield replace(each, note="") if is_told else each


def _steps() -> dict[str, tuple[str, Milestone, Milestone | None]]:
    """Name the steps, with the milestones they end and begin with."""
    return {
        "detect": (_("To detect"), Milestone.DETECTED, Milestone.STARTED),
        "acknowledge": (
            _("To acknowledge"),
            Milestone.ACKNOWLEDGED,
            Milestone.DETECTED,
        ),
        # Counted only where it was promised.
        "respond": (_("To respond"), Milestone.ACKNOWLEDGED, None),
        "mitigate": (_("To mitigate"), Milestone.MITIGATED, Milestone.STARTED),
        "resolve": (_("To resolve"), Milestone.RESOLVED, Milestone.STARTED),
    }


def _measured(label: str, first: Moment | None, last: Moment) -> Duration:
    took = last.at - first.at if first and first.at and last.at else None
    outcome = Outcome.NOT_KNOWN if took is None else Outcome.NO_TARGET
    return Duration(label, took, None, outcome, note=last.unknown)


def _promised(promise: Promise) -> Duration:
    took, target = (
        None if seconds is None else timedelta(seconds=seconds)
        for seconds in (promise.took, promise.target)
    )
    outcome = OUTCOMES.get(DeadlineState(promise.state), Outcome.NOT_KNOWN)
    is_open = promise.state in {DeadlineState.OPEN, DeadlineState.WAITING}
    return Duration(
        promise.label,
        took,
        target,
        outcome,
        target_words=promise.rule,
        note=_("still running") if is_open else _("no longer needed"),
    )
