from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from incidents.names import name_of
from postmortems.chasing import plan, queue_reminders


class Command(BaseCommand):
    help = "Queue the reminders of post-mortems that are due, as every sweep does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say who would be reminded of what, and why; write nothing",
        )

    def handle(self, *, dry_run: bool, **options: Any) -> str:
        now = timezone.now()
        if dry_run:
            return self.rehearse(now)
        queued = queue_reminders(now)
        return ngettext("Queued %d mail.", "Queued %d mails.", queued) % queued

    def rehearse(self, now: datetime) -> str:
        letters = plan(now)
        for letter in letters:
            for paper in letter.papers:
                said = (paper.label, paper.title, paper.when, paper.reason)
                self.stdout.write(f"{name_of(letter.person)}: {', '.join(said)}")
        number = len(letters)
        who = ngettext("%d person", "%d people", number) % number
        return f"Dry run: {who} would be reminded; nothing was written."
