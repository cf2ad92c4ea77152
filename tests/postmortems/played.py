"""Plays the demo's published incidents by any preset, to look at what prints."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import transaction

from incidents.demo.past import Past, date_entries_back
from incidents.demo.people import Cast, make_cast
from incidents.demo.samples import OUR_FILE, Sample, read_samples
from incidents.last_steps import for_good
from incidents.models import Calendar, Playbook, Team
from postmortems import demo
from postmortems.editions import reduced
from postmortems.models import PostMortem
from postmortems.rendering.document import build
from postmortems.rendering.typeset import typeset
from postmortems.snapshot import Snapshot

# Nothing that prints may depend on the day the tests run.
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CODES = ("oncall", "phases", "matrix", "cadence", "command")


def samples() -> list[Sample]:
    """Give the twelve, the oldest first."""
    return sorted(read_samples(OUR_FILE), key=lambda sample: sample.resolved_at)


class Player:
    """Records samples for teams that work by one preset or another."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.cast = make_cast(now)

    def play(self, code: str, sample: Sample) -> PostMortem:
        """Record, write up and publish a sample by the rules of a preset."""
        cast = self._cast_for(code)
        past = Past(cast, self.now)
        with for_good():
            incident = past.record(sample)
            date_entries_back()
        ended_at = sample.resolved_at
        postmortem = PostMortem.open(
            incident, by=cast.lead, at=ended_at + timedelta(hours=4)
        )
        at = ended_at + timedelta(hours=20)
        demo._write(postmortem, sample, whole=True, by=cast.lead, at=at)
        postmortem.publish(by=cast.manager, at=ended_at + timedelta(hours=22))
        return postmortem

    def snapshot(self, code: str, sample: Sample) -> Snapshot:
        published = self.play(code, sample).latest()
        assert published
        return published.snapshot

    def _cast_for(self, code: str) -> Cast:
        calendar, _is_new = Calendar.objects.get_or_create(
            name="Europe/Berlin", defaults={"zone": "Europe/Berlin"}
        )
        team, _is_new = Team.objects.get_or_create(
            name=f"Team {code}",
            defaults={
                "lead": self.cast.lead,
                "manager": self.cast.manager,
                "calendar": calendar,
                "playbook": Playbook.objects.get(slug=code),
            },
        )
        severities = team.playbook.severities.filter(is_current=True).order_by("rank")
        known = {team: tuple(severities)}
        return replace(self.cast, platform=team, payments=team, severities=known)


@dataclass(frozen=True)
class Printed:
    """A document as it left the house, with what it was made of."""

    pdf: Path
    html: str
    snapshot: Snapshot


class Printer:
    """Plays, builds and typesets each document once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.player = Player()
        self.samples = samples()
        self.played: dict[tuple[str, int], Snapshot] = {}
        self.made: dict[tuple[str, int, str, str], Printed] = {}

    def printed(
        self, code: str, number: int, edition: str = "internal", paper: str = "a4"
    ) -> Printed:
        key = (code, number, edition, paper)
        if key not in self.made:
            snapshot = reduced(all_public(self.snapshot(code, number)), edition)
            html = build(snapshot, paper=paper)
            pdf = self.folder / f"{'-'.join(map(str, key))}.pdf"
            with typeset(html) as made:
                shutil.copy(made, pdf)
            self.made[key] = Printed(pdf, html, snapshot)
        return self.made[key]

    def snapshot(self, code: str, number: int) -> Snapshot:
        """Play a sample, and take everything back but what it said."""
        if (code, number) not in self.played:
            with transaction.atomic():
                snapshot = self.player.snapshot(code, self.samples[number])
                transaction.set_rollback(True)
            self.played[code, number] = snapshot
        return self.played[code, number]


def all_public(snapshot: Snapshot) -> Snapshot:
    """Mark everything for customers."""
    marked = {"is_public": True}
    parts = [
        part.model_copy(
            update={
                **marked,
                "lines": tuple(line.model_copy(update=marked) for line in part.lines),
            }
        )
        for part in snapshot.parts
    ]
    return snapshot.model_copy(
        update={
            "parts": tuple(parts),
            "timeline": tuple(e.model_copy(update=marked) for e in snapshot.timeline),
            "items": tuple(i.model_copy(update=marked) for i in snapshot.items),
        }
    )
