"""What the write-ups of these tests tell: incidents of the past, with items to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from incidents.choices import Priority
from incidents.demo.people import PERSONS
from incidents.demo.samples import OUR_FILE, Sample, read_samples

SAMPLES = read_samples(OUR_FILE)
NAMES = tuple(f"{each.first} {each.last}" for each in PERSONS)


@dataclass(frozen=True)
class Task:
    """An action item with all that a write-up may say of it."""

    title: str
    owner: str
    due: date
    ticket: str
    priority: Priority
    done: bool

    @property
    def state(self):
        return "done" if self.done else "open"


@dataclass(frozen=True)
class Facts:
    sample: Sample
    reference: str
    tasks: tuple[Task, ...]

    @property
    def day(self):
        return self.sample.started_at.date()

    @property
    def minutes(self):
        return (
            int((self.sample.resolved_at - self.sample.started_at).total_seconds())
            // 60
        )

    @property
    def moments(self) -> tuple[tuple[datetime, str], ...]:
        return tuple(
            (each.at, " ".join(each.text.split())) for each in self.sample.timeline
        )


def facts_of(number: int) -> Facts:
    sample = SAMPLES[number % len(SAMPLES)]
    last = sample.resolved_at.date()
    tasks = tuple(
        Task(
            title=item.title,
            owner=NAMES[at % len(NAMES)],
            due=last + timedelta(days=9 + 11 * at),
            ticket=f"OPS-{100 + at}",
            priority=item.priority,
            done=item.done,
        )
        for at, item in enumerate(sample.action_items)
    )
    return Facts(sample, f"INC-{last:%Y%m%d}-{number:03}", tasks)
