from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import ngettext

from incidents.delivery import deliver_due
from incidents.digest import plan, queue_digests
from incidents.models import Notification
from incidents.reminder_story import story


class Command(BaseCommand):
    help = "Queue the digests that are due and send what waits, as every sweep does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say who would be reminded of what, and why; write and send nothing",
        )
        parser.add_argument(
            "--at",
            metavar="ISO",
            help="reckon as if it were this time, such as 2026-11-21T09:00+01:00; "
            "without an offset it is UTC",
        )

    def handle(self, *, dry_run: bool, at: str | None, **options: Any) -> str:
        now = timezone.now()
        as_of = now if at is None else parse(at)
        return self.rehearse(as_of) if dry_run else remind(now, as_of)

    def rehearse(self, as_of: datetime) -> str:
        digests = plan(as_of)
        for line in story(as_of, digests):
            self.stdout.write(line)
        number = len(digests)
        who = ngettext("%d person", "%d people", number) % number
        return f"Dry run: {who} would be reminded; nothing was written or sent."


def parse(text: str) -> datetime:
    """Read the time that --at names."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(
            f"--at {text} is no time: write one like 2026-11-21T09:00+01:00."
        )
    return moment if moment.tzinfo else timezone.make_aware(moment)


def remind(now: datetime, as_of: datetime) -> str:
    queued = queue_digests(now, as_of=as_of)
    if not settings.MAIL_IS_ON:
        waiting = Notification.objects.waiting().count()
        return (
            f"Queued {queued}. Mail is off, because EMAIL_URL is not set; "
            f"waiting in the outbox: {waiting}."
        )
    done = deliver_due(now=timezone.now())  # writing them took a while
    return (
        f"Queued {queued}; sent {done.sent}, put off {done.put_off}, "
        f"failed {done.failed}."
    )
