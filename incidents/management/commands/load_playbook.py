from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from incidents.models import Playbook
from incidents.playbooks.compare import unified
from incidents.playbooks.files import NoSuchFile, PlaybookFile, check_slug, find_file
from incidents.playbooks.load import BrokenPlaybook, read_playbook
from incidents.playbooks.near import excerpt
from incidents.playbooks.schema import PlaybookDocument
from incidents.playbooks.storing import Conflict, store

LONGEST_NOTE = 400


class Command(BaseCommand):
    help = "Stores a playbook, one that comes with Debrief or one of your own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME|FILE", help="A preset, or a file.")
        parser.add_argument("--slug", help="Its short name, else that of the file.")
        parser.add_argument("--note", default="", help="What changed, for the others.")
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--check",
            action="store_true",
            help="Write nothing; show how what is stored differs from the file.",
        )
        how.add_argument(
            "--take",
            choices=["file", "stored"],
            help="Which side wins where both were edited.",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            file = find_file(options["name"])
            slug = options["slug"] or file.slug
            check_slug(slug)
        except NoSuchFile as error:
            raise CommandError(str(error)) from error
        if len(options["note"]) > LONGEST_NOTE:
            raise CommandError(f"--note takes at most {LONGEST_NOTE} characters.")
        document = read(file)
        if options["check"]:
            return self.compare(slug, document, file.name)
        return load(slug, document, options["take"], options["note"])

    def compare(self, slug: str, document: PlaybookDocument, name: str) -> str:
        """Say that both are equal, or print the drift and fail."""
        playbook = Playbook.objects.filter(slug=slug).first()
        current = playbook.current if playbook else None
        if current is None:
            raise CommandError(f"{slug} is not stored yet: load it without --check.")
        stored = f"{slug} version {current.number}"
        drift = unified(current.content, document, stored, name)
        if not drift:
            return f"{stored} says the same as {name}."
        self.stdout.write(drift)
        raise CommandError(f"{stored} differs from {name}.")


def read(file: PlaybookFile) -> PlaybookDocument:
    try:
        return read_playbook(file.text)
    except BrokenPlaybook as broken:
        lines = [
            ": ".join(
                filter(None, [f"{file.name}:{each.line}", each.path, each.sentence])
            )
            for each in broken.problems
        ]
        raise CommandError("\n".join([*lines, "Nothing was written."])) from broken


def load(slug: str, document: PlaybookDocument, take: Any, note: str) -> str:
    try:
        now = timezone.now()
        stored = store(slug, document, by=None, at=now, note=note, take=take)
    except Conflict as conflict:
        raise CommandError(describe(slug, conflict)) from conflict
    version = f"version {stored.version.number} of {slug}"
    if stored.is_new:
        return f"Stored {version}, “{document.name}”."
    if take == "stored":
        return f"Kept {version}; the file counts as loaded."
    return f"Nothing to do: {version} is what counts for this file."


def describe(slug: str, conflict: Conflict) -> str:
    """List what is stored and what the file says instead, a line each."""
    lines = [
        f"  {each.path}: stored {quoted(each.before)}, file {quoted(each.after)}"
        for each in conflict.differences
    ]
    choice = "Nothing was written: add --take file or --take stored."
    return "\n".join([conflict.sentence, *lines, choice])


def quoted(text: str) -> str:
    return f"“{excerpt(' '.join(text.split()))}”" if text else "nothing"
