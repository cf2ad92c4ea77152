from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from incidents.digest import plan
from incidents.management.commands.send_reminders import parse
from incidents.models import ActionItem
from incidents.reasons import concerned, why
from incidents.reminder_story import name, story


class Command(BaseCommand):
    help = "Say who would get which reminder at some time, and why or why not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at",
            metavar="ISO",
            help="the time to reckon for, such as 2026-11-21T09:00+01:00; without an "
            "offset it is UTC, without a time it is now",
        )
        parser.add_argument("--person", metavar="MAIL", help="only for this person")
        parser.add_argument(
            "--item",
            metavar="ID",
            type=int,
            help="why this item reaches them or does not; the number in its address",
        )

    def handle(
        self, *, at: str | None, person: str | None, item: int | None, **options: Any
    ) -> str:
        moment = parse(at) if at else timezone.now()
        asked = find_person(person) if person else None
        if item is not None:
            return "\n".join(self.reasons(find_item(item), asked, moment))
        only = asked.pk if asked else None
        told = list(story(moment, plan(moment), person=only))
        return "\n".join(told) or "Nobody is reminded then, nor soon after."

    def reasons(self, item: ActionItem, person: User | None, at: datetime) -> list[str]:
        lines = [name(item)]
        people = [person] if person else concerned(item, at)
        for each in people:
            lines.append(each.email or each.get_username())
            lines += [f"  {sentence}" for sentence in why(item, each, at)]
        return lines if people else [*lines, "It never reached anybody."]


def find_person(mail: str) -> User:
    people = User.objects.select_related("profile__team__calendar")
    person = people.filter(email__iexact=mail).first()
    if person is None:
        raise CommandError(f"--person {mail}: nobody here has this address.")
    return person


def find_item(number: int) -> ActionItem:
    items = ActionItem.objects.select_related("incident", "team", "owner")
    item = items.filter(pk=number).first()
    if item is None:
        raise CommandError(f"--item {number}: there is no action item of this number.")
    return item
