from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from incidents.changes import Refused
from incidents.people import create_administrator


class Command(BaseCommand):
    help = "Makes somebody who may do everything; asks for their password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", default="", help="Their name, as others read it.")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="Read the password from the first line of standard input.",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        password = from_stdin() if options["password_stdin"] else from_terminal()
        try:
            person = create_administrator(
                options["email"], password, options["name"], timezone.now()
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        return f"{person.email} can log in now and may do everything."


def from_stdin() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def from_terminal() -> str:
    if not sys.stdin.isatty():
        raise CommandError(
            "There is no terminal to ask for the password: "
            "pass it on standard input and add --password-stdin."
        )
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("The two passwords differ: try again.")
    return password
