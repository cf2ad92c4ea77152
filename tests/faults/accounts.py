"""The books: what was promised, what the mail server took, and what may be excused.

Promised is every row of the outbox, every person who owed an answer to an overdue
item, every save and every version asked for. Taken is what the mail server wrote down
before it said yes. A second mail is excused only where a kill, a lost database or a
cut connection fell between the first yes and our commit, only once, and only with
the same Message-ID.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlsplit

from incidents.choices import DeliveryState, Medium, NotificationKind
from incidents.models import ActionItem, Notification
from postmortems.choices import ReportState
from postmortems.models import Report
from tests.faults.journal import Event

# Scripts after which the server has the mail, and the worker does not know it.
CUTS = {"cut-after", "hang-after"}
# Scripts by which the server refuses for good.
FINAL = {"rcpt-550", "data-554", "say-410"}
NO_FAULT = "(no fault)"


@dataclass
class Line:
    """What became of one kind of fault; delays are seconds from the blow to the end."""

    fault: str
    tries: int = 0
    lost: int = 0
    twice: int = 0
    excused: int = 0
    stuck: int = 0
    delay: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not self.lost and not self.stuck and self.twice <= self.excused


@dataclass
class Books:
    """What the journal and the mail server's truth say, by row."""

    events: list[Event]
    taken: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    blows: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    settled: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    handing: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    to: dict[str, str] = field(default_factory=dict)
    struck: list[Event] = field(default_factory=list)
    mode: str = "ok"

    def __post_init__(self) -> None:
        for event in self.events:
            if event["what"] == "handing":
                self.to[event["to"]] = event["keys"][0]
        for event in self.events:
            self._enter(event)

    def _enter(self, event: Event) -> None:
        match event["what"]:
            case "accepted":
                # A chat does not know the name of what it takes.
                key = event["id"] or self.to.get(event["to"], "")
                self.taken[key].append(event)
            case "settled":
                for key in event["keys"]:
                    self.settled[key].append(event)
            case "handing":
                self.handing[event["keys"][0]].append(event)
            case "mode":
                self.mode = event["mode"]
            case "handed" if event["is_general"] and self.mode != "ok":
                self._strike({**event, "name": f"SMTP: everybody met by {self.mode}"})
            case "blow":
                self._enter_blow(event)

    def _enter_blow(self, event: Event) -> None:
        """Count a blow that hit a row: one we had claimed, as the journal says."""
        if "script" in event:
            key = self.to.get(event["to"], "")
            event = {"name": f"SMTP: {event['script']}", **event, "keys": [key]}
            if not key or not self._was_handed(key, event["at"]):
                return
        self._strike(event)

    def _strike(self, event: Event) -> None:
        self.struck.append(event)
        for key in event["keys"]:
            self.blows[key].append(event)

    def _was_handed(self, key: str, at: float) -> bool:
        return any(event["at"] <= at for event in self.handing[key])

    def fault_of(self, key: str) -> str:
        """Name the last fault that hit the row, or the worker that had it in hand."""
        if blows := self.blows.get(key):
            return str(blows[-1]["name"])
        workers = {event["pid"] for event in self.handing.get(key, [])}
        names = [each["name"] for each in self.struck if each["pid"] in workers]
        return str(names[-1]) if names else NO_FAULT

    def ends(self, key: str) -> float:
        """Give when the last thing happened to a row that was taken or settled."""
        last = [*self.taken.get(key, []), *self.settled.get(key, [])]
        return max((float(event["at"]) for event in last), default=0.0)

    def excused(self, key: str) -> int:
        """Count further mails, each after a yes that was lost on its way to us."""
        taken = self.taken[key]
        return sum(self._was_lost(key, *pair) for pair in pairwise(taken))

    def _was_lost(self, key: str, yes: Event, again: Event) -> bool:
        tries = [each for each in self.handing[key] if each["at"] <= yes["at"]]
        if not tries:
            return False
        worker = tries[-1]["pid"]
        written = [
            each["at"]
            for each in self.settled[key]
            if each["pid"] == worker and each["at"] >= yes["at"]
        ]
        until = min([again["at"], *written])
        return any(
            event["at"] <= until and self._parts(event, worker, key, yes["at"])
            for event in self.events
        )

    def _parts(self, event: Event, worker: int, key: str, since: float) -> bool:
        """Say whether this event parts a worker from what it was just told."""
        if event["what"] == "database down":
            return bool(event["at"] >= since)
        if event["what"] != "blow":
            return False
        if "script" in event:
            return event["script"] in CUTS and self.to.get(event["to"]) == key
        # A worker that is dead by now did not hear it, or could not write it down.
        return bool(event["pid"] == worker and event["action"].startswith("kill"))


class Tally:
    """One line for each kind of fault."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.lines: dict[str, Line] = {}
        for blow in books.struck:
            line = self.line(blow["name"])
            line.tries += 1
            for key in blow["keys"]:
                line.delay = max(line.delay, books.ends(key) - blow["at"])

    def line(self, name: str) -> Line:
        return self.lines.setdefault(name, Line(name))

    def of(self, key: str) -> Line:
        return self.line(self.books.fault_of(key))

    def enter_everything(self, damaged: Iterable[int]) -> None:
        self.enter_mails()
        self.enter_digests()
        self.enter_saves()
        self.enter_reports(damaged)

    def enter_mails(self) -> None:
        """Hold the outbox against what the mail server took."""
        rows = list(Notification.objects.select_related("contact").order_by("pk"))
        for row in rows:
            events = self.books.taken.get(row.message_id, [])
            taken = [event for event in events if event["to"] == _place(row)]
            line = self.of(row.message_id)
            if row.state == DeliveryState.QUEUED:
                line.stuck += 1
            elif not taken and not _was_refused(row):
                line.lost += 1
            if len(taken) > 1:
                line.twice += len(taken) - 1
                line.excused += self.books.excused(row.message_id)
        self._enter_strangers(rows)
        by_place = Counter(map(_place, rows))
        for row in rows:
            # Each address of the harness is promised one mail, or one post.
            if by_place[_place(row)] > 1:
                self.of(row.message_id).twice += by_place.pop(_place(row)) - 1

    def _enter_strangers(self, rows: Iterable[Notification]) -> None:
        """What the server took and no row speaks of was sent beside the outbox."""
        known = {(row.message_id, _place(row)) for row in rows}
        for key, taken in self.books.taken.items():
            self.of(key).twice += sum((key, each["to"]) not in known for each in taken)

    def enter_digests(self) -> None:
        """Everybody with something overdue hears of it once, and it is on record."""
        items = ActionItem.objects.filter(owner__isnull=False).select_related("owner")
        mails = Notification.objects.filter(kind=NotificationKind.DIGEST)
        keys = defaultdict(list)
        for key, user in mails.values_list("message_id", "user"):
            keys[user].append(key)
        told = set(items.filter(reminders__isnull=False).values_list("pk", flat=True))
        for item in items:
            mine = keys[item.owner_id]
            line = self.of(mine[0] if mine else "")
            if not mine or item.pk not in told:
                line.lost += 1

    def enter_saves(self) -> None:
        """A save waits for no broker, and what was saved is there."""
        keys = set(Notification.objects.values_list("message_id", flat=True))
        for event in self.books.events:
            if event["what"] == "saved" and (
                event["lost"] or event["keys"][0] not in keys
            ):
                self.line(event["name"]).lost += 1

    def enter_reports(self, damaged: Iterable[int]) -> None:
        """Each version asked for is there once, whole, or says why it is not.

        Where its child was broken, a sentence for whoever asked is what is promised.
        """
        finished: dict[str, int] = defaultdict(int)
        for key, events in self.books.settled.items():
            finished[key] = sum(bool(event.get("finished")) for event in events)
        broken = set(damaged)
        for report in Report.objects.all():
            key = f"report:{report.pk}"
            line = self.of(key)
            line.stuck += report.state == ReportState.QUEUED
            is_told = bool(report.error and self.books.blows.get(key))
            has_failed = report.state == ReportState.FAILED
            line.lost += report.pk in broken or (has_failed and not is_told)
            line.twice += max(finished[key] - 1, 0)

    def enter_stuck(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.of(key).stuck += 1


def _place(row: Notification) -> str:
    """Give the address that a mail goes to, or the path that a post goes to."""
    if row.medium == Medium.CHAT and row.contact:
        return urlsplit(row.contact.hook_address).path
    return row.address


def _was_refused(row: Notification) -> bool:
    """Say whether the server itself refused the mail for good."""
    script = _place(row).strip("/").partition(".")[0]
    return row.state == DeliveryState.FAILED and script in FINAL


def damaged_reports() -> Iterator[int]:
    """Find versions that count as made and whose file is not what was made."""
    from incidents.changes import Refused

    for report in Report.objects.done():
        try:
            report.content()
        except Refused:
            yield report.pk
