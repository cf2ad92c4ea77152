from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.names import name_of
from postmortems.reviewing import plan, queue_news


class Command(BaseCommand):
    help = "Queue what authors are to hear of their reviews, as every sweep does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say who would be told of how much; write nothing",
        )

    def handle(self, *, dry_run: bool, **options: Any) -> str:
        now = timezone.now()
        if not dry_run:
            queued = queue_news(now)
            return ngettext("Queued %d mail.", "Queued %d mails.", queued) % queued
        letters = plan(now)
        for news in letters:
            count = len(news.comments)
            said = ngettext("%d comment", "%d comments", count) % count
            agreed = len(news.approvals)
            also = ngettext("%d approval", "%d approvals", agreed) % agreed
            author = name_of(news.postmortem.author)
            self.stdout.write(f"{author}: {said}, {also}, {news.postmortem}")
        number = len(letters)
        who = ngettext("%d author", "%d authors", number) % number
        return _("Dry run: %s would be told; nothing was written.") % who
