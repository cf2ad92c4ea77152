from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from incidents.alerts.raising import (
    codes_of,
    key_within,
    raise_once,
    service_named,
    severity_of,
)
from incidents.changes import Refused
from incidents.models import Service, Severity, Team

# No alert source has this for its number.
SCOPE = "command"


class Command(BaseCommand):
    help = "Declare an incident from a script, and print its reference and address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("title", metavar="TITLE")
        parser.add_argument("--team", required=True, help="its name")
        parser.add_argument(
            "--severity", required=True, help="its code in the team's playbook"
        )
        parser.add_argument("--service", default="", help="its name")
        parser.add_argument("--summary", default="", help="what is known so far")
        parser.add_argument(
            "--by",
            metavar="EMAIL",
            default="",
            help="who declares and leads it; left out, nobody leads it yet",
        )
        parser.add_argument(
            "--key",
            default="",
            help="what the script calls it: while one with this key is open, that "
            "one is printed and no second is declared",
        )
        parser.add_argument("--drill", action="store_true", help="it is a drill")

    def handle(self, *args: Any, **options: Any) -> str:
        team, service = team_named(options["team"]), known_service(options["service"])
        key = options["key"].strip()
        try:
            incident, _is_new = raise_once(
                alert_key=key_within(SCOPE, key) if key else "",
                team=team,
                severity=known_severity(team, options["severity"]),
                code=options["severity"],
                by=person(options["by"]),
                at=timezone.now(),
                title=options["title"].strip(),
                summary=options["summary"].strip(),
                services=[service] if service else [],
                is_drill=options["drill"],
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        return f"{incident.reference} {settings.SITE_URL}{incident.get_absolute_url()}"


def team_named(name: str) -> Team:
    teams = Team.objects.select_related("calendar", "playbook")
    if team := teams.filter(name__iexact=name.strip()).first():
        return team
    names = ", ".join(Team.objects.order_by("name").values_list("name", flat=True))
    raise CommandError(f"--team {name}: no team has this name. There are: {names}.")


def known_severity(team: Team, code: str) -> Severity:
    if severity := severity_of(team, code.strip()):
        return severity
    codes = ", ".join(codes_of(team))
    raise CommandError(
        f"--severity {code}: the playbook of {team} has no such code. It has: {codes}."
    )


def known_service(name: str) -> Service | None:
    service = service_named(name.strip())
    if name.strip() and service is None:
        raise CommandError(f"--service {name}: no service in use has this name.")
    return service


def person(email: str) -> User | None:
    if not email:
        return None
    found = User.objects.filter(is_active=True, email__iexact=email.strip()).first()
    if found is None:
        raise CommandError(f"--by {email}: nobody active has this address.")
    return found
