from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import ngettext

from incidents.archive import Unusable
from incidents.backup import restore


class Command(BaseCommand):
    help = "Puts an archive in the place of an empty installation, with mail held."
    # It begins without tables, too.
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="PATH", type=Path)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="Also if the installation is not empty: what it has now is gone.",
        )

    def handle(self, *args: Any, path: Path, replace: bool, **options: Any) -> str:
        try:
            made = restore(path, at=timezone.now(), replace=replace)
        except Unusable as error:
            raise CommandError(str(error)) from error
        number = len(made.files)
        files = ngettext("%d file", "%d files", number) % number
        return (
            f"Restored the database and {files} as of "
            f"{made.at:%Y-%m-%d %H:%M %Z}, version {made.version}. Mail is held: "
            "look through it under System health, or with bin/manage held_mail."
        )
