from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from incidents.changes import Refused
from incidents.demo.samples import OUR_FILE, SamplesBroken
from postmortems.demo import seed


class Command(BaseCommand):
    help = (
        "Load the demo into a database without incidents: public incidents of the "
        "past, a few that go on now, and a person for each group."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--file",
            type=Path,
            default=OUR_FILE,
            help="Another file of past incidents, in the form of our own.",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            loaded = seed(now=timezone.now(), path=options["file"])
        except (Refused, SamplesBroken) as error:
            raise CommandError(str(error)) from error
        if not loaded:
            return "The demo is loaded already: nothing was changed."
        return f"Loaded the demo: {loaded} incidents."
