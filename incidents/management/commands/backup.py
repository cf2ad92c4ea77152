from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import ngettext

from incidents.archive import Unusable
from incidents.backup import back_up


class Command(BaseCommand):
    help = "Writes database and files into one archive, while everything goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path",
            metavar="PATH",
            type=Path,
            help="A folder, or a new file that ends in .zip.",
        )

    def handle(self, *args: Any, path: Path, **options: Any) -> str:
        try:
            archive, made = back_up(path, at=timezone.now())
        except Unusable as error:
            raise CommandError(str(error)) from error
        size = sum(part.size for part in made.parts)
        number = len(made.files)
        files = ngettext("%d file", "%d files", number) % number
        return (
            f"Backed up the database and {files} ({size / 1024**2:,.1f} MB) to "
            f"{archive}. Whoever reads it reads everything."
        )
