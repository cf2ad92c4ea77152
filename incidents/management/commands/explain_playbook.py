from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from incidents.explain import CannotExplain, explain, no_such
from incidents.management.commands.send_reminders import parse
from incidents.models import Playbook, Team
from incidents.playbooks.presets import PRESETS, preset
from incidents.playbooks.schema import PlaybookDocument
from incidents.time_line import AFTER, clock_of, moment, ticks, waits

WINDOWS = {
    "fixed": "as long as it takes",
    "by_severity": "as the severity asks",
    "ongoing": "all the while",
    "none": "as long as it takes",
}


class Command(BaseCommand):
    help = "Say what a playbook would do with an incident declared at some time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "name", help="the short name of a playbook, or of a preset such as oncall"
        )
        parser.add_argument(
            "--severity", metavar="CODE", help="without one: the worst of the playbook"
        )
        parser.add_argument(
            "--at",
            metavar="ISO",
            help="when it is declared, such as 2026-11-21T02:14+01:00; without an "
            "offset it is UTC, without a time it is now",
        )
        parser.add_argument(
            "--team", metavar="NAME", help="whose calendar counts, and who is reached"
        )
        parser.add_argument(
            "--json", action="store_true", help="print all of it, for programs"
        )

    def handle(self, *, name: str, team: str | None, **options: Any) -> str:
        try:
            document, version = find_playbook(name)
            found = explain(
                document,
                severity=options["severity"],
                at=parse(options["at"]) if options["at"] else timezone.now(),
                team=find_team(team) if team else None,
                version=version,
            )
        except CannotExplain as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            return json.dumps(found, indent=2)
        return "\n".join(story(document, found))


def find_playbook(name: str) -> tuple[PlaybookDocument, int | None]:
    """Give the newest document of this name and its number; a preset has none."""
    playbook = Playbook.objects.filter(slug=name).first()
    version = playbook.current if playbook else None
    if version:
        return version.content, version.number
    if name in PRESETS:
        return preset(name), None
    stored = Playbook.objects.filter(versions__isnull=False)
    known = {*stored.values_list("slug", flat=True), *PRESETS}
    raise CannotExplain(no_such("There is no playbook “%s”.", name, sorted(known)))


def find_team(name: str) -> Team:
    team = Team.objects.select_related("calendar").filter(name__iexact=name).first()
    if team is None:
        known = list(Team.objects.values_list("name", flat=True))
        raise CannotExplain(no_such("There is no team “%s”.", name, known))
    return team


def story(document: PlaybookDocument, found: dict[str, Any]) -> Iterator[str]:
    """Tell it in lines for a terminal, in the zone of the calendar that counts."""
    computed, number = found["computed"], found["version"]
    zone = ZoneInfo(computed["calendar"]["zone"])
    declared = moment(computed["declared_at"])
    edition = f"version {number}" if number else "a preset that is not loaded"
    yield f"{document.name}, {edition}"
    yield (
        f"{computed['severity']} {computed['severity_name']}, "
        f"{'entered' if computed['tracking'] == 'ticket' else 'declared'} "
        f"{declared.astimezone(zone):%A %Y-%m-%d %H:%M %Z}"
    )
    yield f"{computed['reference']}, {_place(computed)}"
    yield from _block("Time line", _time_line(computed, zone))
    yield from _block("Waits", _waits(computed))
    yield from _block("Phases", _phases(computed, zone))
    yield from _block("Post-mortem", _postmortem(computed))
    yield from _block("Action items raised now", _items(computed, zone))
    yield from _block("Reminders", [(each,) for each in computed["reminders"]])
    yield from _block("Calendar", [(computed["calendar"]["sentence"],)])
    yield from _block("Nobody stands behind", _unbound(computed))


def _block(title: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Print rows as columns under a title; nothing where there are none."""
    rows = list(rows)
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield ""
    yield title
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _place(computed: dict[str, Any]) -> str:
    """Say where it is talked about."""
    if computed["channel"]:
        return f"talked about in {computed['channel']}"
    return {
        "thread": "talked about in a thread of the team's channel",
        "ticket": "talked about in its ticket",
    }.get(computed["channel_kind"], "without a channel")


def _time_line(computed: dict[str, Any], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    for tick in ticks(computed, zone):
        yield tick.offset, tick.clock, tick.text


def _waits(computed: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for each in waits(computed):
        yield (each.text,)
        yield (f"    {each.when}",)


def _phases(computed: dict[str, Any], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    declared = moment(computed["declared_at"])
    for phase in computed["phases"]:
        begins, ends = phase["starts_at"], phase["ends_at"]
        if begins and ends:
            span = [clock_of(moment(at), declared, zone) for at in (begins, ends)]
            yield phase["name"], " – ".join(span)
        elif phase["ends"]:
            from_to = " – ".join(filter(None, [phase["begins"], phase["ends"]]))
            yield phase["name"], f"{from_to} {AFTER[phase['from']]}"
        else:
            yield phase["name"], WINDOWS[phase["window"]]


def _postmortem(computed: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    found = computed["postmortem"]
    answer = "yes" if found["required"] else "no"
    yield (f"Required: {answer}. {found['reason']}",)
    if found["author"]:
        yield (f"Written by: {found['author']}",)
    if found["sections"]:
        yield (f"Sections: {'; '.join(found['sections'])}",)


def _items(computed: dict[str, Any], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    declared = moment(computed["declared_at"])
    for priority, due in computed["action_items"].items():
        yield priority, f"due {clock_of(moment(due), declared, zone)}" if due else "–"


def _unbound(computed: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for each in computed["unbound"] or ():
        yield each["kind"], each["code"], each["name"]
