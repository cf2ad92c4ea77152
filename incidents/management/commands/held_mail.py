from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from incidents import holding
from incidents.changes import Refused
from incidents.choices import NotificationKind
from incidents.holding import Hold


class Command(BaseCommand):
    help = "Lists the mail that a restore holds; releases or drops it, lifts the hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        each: dict[str, Any] = {
            "metavar": "NUMBER",
            "type": int,
            "nargs": "+",
            "default": [],
        }
        parser.add_argument("--release", **each, help="Let these go out.")
        parser.add_argument("--drop", **each, help="Never send these.")
        rest = parser.add_mutually_exclusive_group()
        rest.add_argument("--release-all", action="store_true", help="And all others.")
        rest.add_argument("--drop-all", action="store_true", help="And no others.")
        parser.add_argument(
            "--lift", action="store_true", help="Then let mail leave again."
        )

    def handle(self, *args: Any, **options: Any) -> str:
        if not holding.is_held():
            return "Mail is not held."
        try:
            decide(**options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        found = holding.current()
        if found is None:
            return "The hold is lifted: what was released goes out now."
        return "\n".join(listing(found))


def decide(**options: Any) -> None:
    """Take the steps that were asked for, the single ones first."""
    if options["release"]:
        holding.release(options["release"], by=None)
    if options["drop"]:
        holding.drop(options["drop"], by=None)
    if options["release_all"]:
        holding.release(None, by=None)
    if options["drop_all"]:
        holding.drop(None, by=None)
    if options["lift"]:
        holding.lift(by=None)


def listing(found: Hold) -> Iterator[str]:
    """Print what is undecided, by number, and what may be done about it."""
    zone = timezone.get_default_timezone()
    since, until = (
        f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        for at in (found.backed_up_at, found.restored_at)
    )
    rows = found.undecided()
    yield f"Held since {until}, restored from a backup of {since}."
    yield f"Released: {len(found.released)}. Undecided: {rows.count()}."
    for row, in_doubt in found.told_apart(rows):
        news = "may have been sent" if in_doubt else "queued since"
        due = f"{row.due_at.astimezone(zone):%Y-%m-%d %H:%M}"
        kind = NotificationKind(row.kind).label
        yield f"{row.pk:>8}  {due}  {news:<18}  {kind}  {row.address}  {row.subject}"
    yield "Decide with --release, --drop, --release-all or --drop-all; then --lift."
