from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from incidents.models import Incident
from postmortems.choices import ReportState
from postmortems.models import PostMortem
from postmortems.reports import render_now


class Command(BaseCommand):
    help = "Render the post-mortem of an incident as a new version, at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", metavar="REF", help="such as INC-20261121-002")
        parser.add_argument(
            "--output",
            metavar="FILE",
            help="also write the PDF to this file; - is the standard output",
        )

    def handle(self, *, reference: str, output: str | None, **options: Any) -> None:
        report = render_now(self.postmortem(reference))
        if report.state != ReportState.DONE:
            raise CommandError(report.error)
        if output == "-":
            sys.stdout.buffer.write(report.content())
            return
        if output:
            self.write(Path(output), report.content())
        where = output or report.file.path
        self.stdout.write(
            f"{reference}: version {report.number}, {report.size} bytes, "
            f"SHA-256 {report.sha256}, is in {where}."
        )

    def postmortem(self, reference: str) -> PostMortem:
        found = PostMortem.objects.filter(incident__reference=reference).first()
        if found:
            return found
        if Incident.objects.filter(reference=reference).exists():
            raise CommandError(
                _("%s has no post-mortem yet: open one on its page.") % reference
            )
        raise CommandError(_("There is no incident %s.") % reference)

    def write(self, path: Path, content: bytes) -> None:
        try:
            path.write_bytes(content)
        except OSError as error:
            raise CommandError(
                _("The PDF is kept, but %(path)s cannot be written: %(why)s.")
                % {"path": path, "why": error.strerror}
            ) from error
