from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.models import Playbook
from incidents.playbooks.load import dump_playbook
from incidents.playbooks.near import advice
from incidents.playbooks.presets import PRESETS, preset
from incidents.playbooks.schema import PlaybookDocument


class Command(BaseCommand):
    help = "Writes a playbook as a file that can be edited and loaded again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="Its short name, or a preset.")
        parser.add_argument("--output", metavar="FILE", help="Else it is printed.")

    def handle(self, *args: Any, **options: Any) -> str | None:
        text = dump_playbook(find(options["name"]))
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return None
        try:
            Path(options["output"]).write_text(text, encoding="utf-8")
        except OSError as error:
            reason = f"{options['output']} cannot be written: {error.strerror}."
            raise CommandError(reason) from error
        return f"Wrote {options['name']} to {options['output']}."


def find(name: str) -> PlaybookDocument:
    """Give the stored playbook of this name, else the preset."""
    playbook = Playbook.objects.filter(slug=name).first()
    if playbook and (current := playbook.current):
        return current.content
    if name in PRESETS:
        return preset(name)
    known = sorted({*PRESETS, *Playbook.objects.values_list("slug", flat=True)})
    raise CommandError(f"There is no playbook “{name}”. {advice(name, known, '')}")
