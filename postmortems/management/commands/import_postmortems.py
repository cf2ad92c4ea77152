from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.changes import Refused
from incidents.models import Playbook, Severity, Team
from incidents.models.team import known_zones
from postmortems.importing import Choices, may_import, may_publish
from postmortems.importing.batch import Ended, Outcome, bring_all
from postmortems.importing.choosing import severities_of, severity_in
from postmortems.importing.files import read_all

MARKS = {Ended.IMPORTED: "+", Ended.AGAIN: "=", Ended.REFUSED: "!"}


class Command(BaseCommand):
    help = "Brings post-mortems in Markdown in, from a file, a folder or a zip archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="PATH", type=Path)
        parser.add_argument(
            "--as", dest="person", required=True, metavar="USER",
            help="Who imports: the log-in or the e-mail address.",
        )  # fmt: skip
        parser.add_argument("--team", help="Its name; else the team of the person.")
        parser.add_argument(
            "--playbook", metavar="SLUG", help="Else the one the team works by."
        )
        parser.add_argument(
            "--severity", metavar="CODE", help="Where a file names none that is known."
        )
        parser.add_argument(
            "--date", type=date.fromisoformat, help="Where a file says no date."
        )
        parser.add_argument("--zone", default="", help="Of times that name none.")
        parser.add_argument(
            "--restricted", action="store_true", help="Hide the incidents from others."
        )
        parser.add_argument(
            "--drop-open-items", action="store_true",
            help="Nobody follows up here what the files left open.",
        )  # fmt: skip
        parser.add_argument(
            "--publish",
            action="store_true",
            help="At once, as they came, not as drafts.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be, store nothing."
        )
        parser.add_argument("--report", type=Path, help="Write all that is said here.")

    def handle(self, *args: Any, **options: Any) -> str:
        person = self.person(options["person"], publishes=options["publish"])
        choices = self.choices(person, options)
        try:
            total, files = read_all(options["path"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        counted: Counter[Ended] = Counter()
        report: list[str] = []
        kept = not options["dry_run"]
        now = timezone.now()
        outcomes = bring_all(files, choices, by=person, at=now, keeps=kept)
        for number, outcome in enumerate(outcomes, start=1):
            counted[outcome.ended] += 1
            self.stdout.write(
                f"{number}/{total} {MARKS[outcome.ended]} {said(outcome)}"
            )
            report += told(outcome)
        summary = self.summary(counted, kept=kept)
        if options["report"]:
            self.write(options["report"], [*report, "", summary])
        if counted[Ended.REFUSED]:
            raise CommandError(summary)
        return summary

    def person(self, name: str, *, publishes: bool) -> User:
        """Give who imports; who may not is told so before any file is read."""
        named = Q(username__iexact=name) | Q(email__iexact=name)
        found = list(User.objects.filter(named, is_active=True)[:2])
        if len(found) != 1:
            raise CommandError(_("There is no one active person “%s”.") % name)
        if not may_import(found[0]):
            raise CommandError(_("%s may not import post-mortems.") % name)
        if publishes and not may_publish(found[0]):
            raise CommandError(_("%s may not publish: leave --publish out.") % name)
        return found[0]

    def choices(self, person: User, options: dict[str, Any]) -> Choices:
        choices = Choices(
            team=self.team(person, options["team"]),
            playbook=self.playbook(options["playbook"]),
            otherwise_on=options["date"],
            zone=options["zone"],
            restricted=options["restricted"],
            drops_open=options["drop_open_items"],
            publishes=options["publish"],
        )
        if choices.zone and choices.zone not in known_zones():
            raise CommandError(_("There is no zone “%s”.") % choices.zone)
        severity = self.severity(choices, options["severity"])
        return replace(choices, otherwise=severity)

    def team(self, person: User, name: str | None) -> Team:
        teams = Team.objects.select_related("calendar", "playbook")
        if name:
            found = teams.filter(name__iexact=name).first()
            problem = _("There is no team “%s”.") % name
        else:
            profile = getattr(person, "profile", None)
            found = teams.filter(pk=profile.team_id).first() if profile else None
            problem = _("%s has no team: name one with --team.") % person
        if found is None:
            raise CommandError(problem)
        return found

    def playbook(self, slug: str | None) -> Playbook | None:
        found = Playbook.objects.filter(slug=slug).first() if slug else None
        if slug and found is None:
            raise CommandError(_("There is no playbook “%s”.") % slug)
        return found

    def severity(self, choices: Choices, code: str | None) -> Severity | None:
        if not code or choices.rules is None:
            return None
        found = severity_in(code, severities_of(choices.rules))
        if found is None:
            raise CommandError(_("The playbook has no severity “%s”.") % code)
        return found

    def summary(self, counted: Counter[Ended], *, kept: bool) -> str:
        sentence = _("%(new)d imported, %(again)d known already, %(bad)d refused.")
        said = sentence % {
            "new": counted[Ended.IMPORTED],
            "again": counted[Ended.AGAIN],
            "bad": counted[Ended.REFUSED],
        }
        return said if kept else " ".join([said, _("Nothing was stored.")])

    def write(self, path: Path, lines: list[str]) -> None:
        try:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        except OSError as error:
            sentence = _("The report cannot be written to %(path)s: %(why)s.")
            facts = {"path": path, "why": error.strerror}
            raise CommandError(sentence % facts) from error


def said(outcome: Outcome) -> str:
    notes = len(outcome.notes)
    more = ngettext("%d note.", "%d notes.", notes) % notes if notes else ""
    return f"{outcome.name}: {outcome.sentence} {more}".rstrip()


def told(outcome: Outcome) -> list[str]:
    """Give the lines of the report: the file, and each note under it."""
    head = f"- {MARKS[outcome.ended]} {outcome.name}: {outcome.sentence}"
    return [head, *(f"  - {note}" for note in outcome.notes)]
