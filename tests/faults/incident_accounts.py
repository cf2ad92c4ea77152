"""The books of incidents: what was promised in the journal, and what became of it.

A rung is reached once, and has told each of its people once; a message is there once,
whoever pressed how often; an alert is one incident, with an entry for each news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from incidents.choices import AlertState, DeadlineState, NotificationKind
from incidents.models import (
    Alert,
    Call,
    Deadline,
    Incident,
    Message,
    Notification,
    TimelineEvent,
)
from incidents.outbox import message_id
from tests.faults.accounts import Line, Tally
from tests.faults.journal import Event

# Of each rung: a letter, and a line to the pager.
TOLD = 2
NEWS = {"declare": 1, "hear_alert": 2, "resolve": 1}


def enter_incidents(tally: Tally) -> None:
    opened = Counter(event["incident"] for event in _told(tally, "opened again"))
    for promise in _told(tally, "promised rung"):
        _enter_rung(tally, promise, 1 + opened[promise["incident"]])
    for promise in _told(tally, "promised message"):
        _enter_message(tally, promise)
    for promise in _told(tally, "promised alert"):
        _enter_alert(tally, promise)


def _told(tally: Tally, what: str) -> Iterator[Event]:
    return (event for event in tally.books.events if event["what"] == what)


def _enter_rung(tally: Tally, promise: Event, times: int) -> None:
    incident, rung = promise["incident"], promise["rung"]
    line = tally.of(message_id(f"rung:{incident}:{rung}:{promise['person']}"))
    row = Deadline.objects.get(incident=incident, key=rung)
    if row.state == DeadlineState.OPEN:
        line.stuck += 1
        return
    mails = Notification.objects.filter(
        incident=incident, kind=NotificationKind.ESCALATION
    )
    events = TimelineEvent.objects.filter(incident=incident, verb="reach_rung")
    _expect(line, mails.count(), TOLD)
    _expect(line, events.count(), times)
    _expect(line, Call.objects.filter(incident=incident).count(), 1)


def _enter_message(tally: Tally, promise: Event) -> None:
    line = tally.of(f"draft:{promise['nonce']}")
    incident: dict[str, Any] = {"incident": promise["incident"]}
    events = TimelineEvent.objects.filter(**incident, verb="send_message")
    rows = Notification.objects.filter(**incident, kind=NotificationKind.MESSAGE)
    _expect(line, Message.objects.filter(**incident).count(), 1)
    _expect(line, events.count(), 1)
    _expect(line, rows.count(), promise["rows"])


def _enter_alert(tally: Tally, promise: Event) -> None:
    line = tally.of(f"alert:{promise['key']}")
    alerts = Alert.objects.filter(body__contains=f'"{promise["key"]}"')
    states = Counter(alerts.values_list("state", flat=True))
    line.stuck += states[AlertState.STORED]
    line.lost += states[AlertState.FAILED]
    _expect(line, states.total(), promise["sent"])
    if states[AlertState.STORED]:
        return
    incidents = Incident.objects.filter(alert_key__endswith=f":{promise['key']}")
    _expect(line, incidents.count(), 1)
    events = TimelineEvent.objects.filter(incident__in=incidents)
    verbs = Counter(events.values_list("verb", flat=True))
    for verb, number in NEWS.items():
        _expect(line, verbs[verb], number)


def _expect(line: Line, found: int, promised: int) -> None:
    line.lost += max(promised - found, 0)
    line.twice += max(found - promised, 0)
