"""Who gets what, and why: the page that answers for every reminder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents import digest
from incidents.admin.lists import acting
from incidents.digest_mail import Digest, Line
from incidents.forms.who import WhoForm
from incidents.models import ActionItem
from incidents.names import name_of
from incidents.querysets import SEE_RESTRICTED
from incidents.reasons import concerned, why

# More of either is counted, and found by asking for one person.
MOST_PEOPLE = 40
MOST_LINES = 10


@dataclass(frozen=True)
class Shown:
    """A digest as the page shows it: its worst lines, each with where to ask why."""

    digest: Digest

    @property
    def name(self) -> str:
        return name_of(self.digest.person)

    @property
    def lines(self) -> list[tuple[Line, str]]:
        asked = timezone.localtime(self.digest.at)
        facts = {"day": f"{asked:%Y-%m-%d}", "time": f"{asked:%H:%M}"}
        facts["person"] = str(self.digest.person.pk)
        return [
            (line, "?" + urlencode({**facts, "item": line.item.pk}))
            for line in self.digest.lines[:MOST_LINES]
        ]

    @property
    def unlisted(self) -> int:
        return max(len(self.digest.lines) - MOST_LINES, 0)


@dataclass(frozen=True)
class Answer:
    """What one person is told of one item, in sentences; the first is the answer."""

    name: str
    sentences: list[str]


def who_gets_what(request: HttpRequest) -> dict[str, Any]:
    """Give what the page shows: to administrators all, to others what is theirs."""
    now, reader = timezone.now(), acting(request)
    sees_all = reader.has_perm(SEE_RESTRICTED)
    form = WhoForm(request.GET.dict(), reader=reader, now=now, sees_all=sees_all)
    context: dict[str, Any] = {
        "title": _("Who gets what, and why"),
        "form": form,
        "sees_all": sees_all,
    }
    if not form.is_valid():
        return context
    at: datetime = form.cleaned_data["at"]
    if "day" not in request.GET:
        at = now  # to the second: what fell due in this minute counts
    person = form.cleaned_data.get("person") if sees_all else reader
    item: ActionItem | None = form.cleaned_data["item"]
    if item:
        answers = _answers(item, person, at)
        return {**context, "at": at, "item": item, "answers": answers}
    return {**context, "at": at, "is_past": at < now, **_digests(person, at)}


def _answers(item: ActionItem, person: User | None, at: datetime) -> list[Answer]:
    people = [person] if person else concerned(item, at)[:MOST_PEOPLE]
    return [Answer(name_of(each), why(item, each, at)) for each in people]


def _digests(person: User | None, at: datetime) -> dict[str, Any]:
    """Give who is told at the moment, who is next, and what reaches nobody."""
    told = digest.plan(at, only=person)
    keys = {each.key for each in told}
    later = digest.upcoming(at, only=person)
    coming = [each for each in later if each.key not in keys]
    return {
        "told": [Shown(each) for each in told[:MOST_PEOPLE]],
        "more_told": max(len(told) - MOST_PEOPLE, 0),
        "coming": [Shown(each) for each in coming[:MOST_PEOPLE]],
        "more_coming": max(len(coming) - MOST_PEOPLE, 0),
        "nobodys": [] if person else digest.nobodys(at),
    }
