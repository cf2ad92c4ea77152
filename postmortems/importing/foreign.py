"""A write-up of somebody else's form as a story: an incident that is only a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from incidents.choices import CauseCategory, DataLoss, DetectionSource
from incidents.models import Severity
from postmortems.importing.choosing import (
    Choices,
    Known,
    severities_of,
    severity_in,
)
from postmortems.importing.foreign_parts import Layout, with_meanings
from postmortems.importing.foreign_rows import entries_of, items_of
from postmortems.importing.milestones import (
    Moments,
    day_of,
    is_dated,
    moments_of,
)
from postmortems.importing.places import existing, is_here, rules_of
from postmortems.importing.reading import Source
from postmortems.importing.story import Story, ToldLink
from postmortems.importing.strangers import names_in, strangers, users_of
from postmortems.importing.texts import shortened, words_beyond
from postmortems.markdown_in import WriteUp
from postmortems.meanings import Meaning

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_URL = 200, 10_000, 500
MONEY = re.compile(
    r"(?P<before>[A-Z]{3}|[$€£])?\s?(?P<sum>\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(?P<c>\d\d))?"
    r"(?![\d.,]|\s?[kKmM%])\s?(?P<after>[A-Z]{3}\b|[€£])?"
)
CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP"}
NO_LOSS = {"no", "none", "no data loss", "no data lost", "nothing"}
is_url = URLValidator(schemes=["http", "https"])


def story_of(
    source: Source, choices: Choices, known: Known, *, by: User, now: datetime
) -> Story:
    """Say what a write-up becomes, or raise Refused with what has to be said first."""
    zone, day = choices.times_in, choices.day
    writeup = source.writeup(zone, day)
    assumed: list[str] = []
    if day is None and choices.otherwise_on and not is_dated(writeup):
        day = choices.otherwise_on
        writeup = source.writeup(zone, day)
        assumed.append(_("It says no date: %s is taken, as given.") % day)
    if choices.meanings:
        known_day = day or day_of(writeup)
        writeup = with_meanings(writeup, choices.meanings, zone, known_day)
    reference = writeup.field("reference")
    there = existing(reference.words, by) if reference else None
    playbook, document = rules_of(choices, there)
    entries, unread = entries_of(writeup, now)
    times = [each.at for each in entries]
    moments = moments_of(writeup, times, day, ZoneInfo(zone), now)
    severity, notes = _severity(writeup, choices, severities_of(playbook))
    layout = Layout.of(document, hides_empty=choices.publishes)
    layout.take(writeup, unread)
    title = shortened(writeup.title or source.name, LONGEST_TITLE)
    left = [words_beyond(title, writeup.heading or writeup.title), *layout.left]
    if there:
        notes = [is_here(there)]
    owners = [each.owner for each in writeup.items]
    unknown = strangers(writeup, known, owners, is_new=there is None)
    notes = [*assumed, *unknown, *notes]
    return Story(
        title=title,
        team=there.team if there else choices.team,
        severity=there.severity if there else severity,
        declared_at=moments.declared,
        author=_first(writeup, "authors", known) or by,
        parts=tuple(layout.parts),
        known=dict(_columns(writeup, moments, choices)),
        incident=there,
        lead=_first(writeup, "lead", known),
        services=known.services(names_in(writeup, "services")),
        entries=tuple(entries),
        items=tuple(items_of(writeup, moments.resolved, choices, known, now)),
        links=tuple(_links(writeup)),
        left="\n".join(filter(None, left)),
        notes=(*source.notes, *notes, *moments.notes, *writeup.notes),
    )


def _severity(
    writeup: WriteUp, choices: Choices, offered: list[Severity]
) -> tuple[Severity, list[str]]:
    """Give the chosen severity, else the one that the file names, else the mildest."""
    said = writeup.field("severity")
    found = severity_in(said.words, offered) if said else None
    if severity := choices.severity or found:
        return severity, []
    taken = choices.otherwise or offered[-1]
    names = {"said": said.words[:80] if said else "", "taken": taken}
    if said:
        sentence = _("The playbook has no severity “%(said)s”: %(taken)s is taken.")
    else:
        sentence = _("It says no severity: %(taken)s is taken.")
    return taken, [sentence % names]


def _first(writeup: WriteUp, name: str, known: Known) -> User | None:
    """Give the first whose name or address somebody here has."""
    people = (known.person(each) for each in names_in(writeup, name))
    return next(filter(None, people), None)


def _columns(
    writeup: WriteUp, moments: Moments, choices: Choices
) -> Iterator[tuple[str, Any]]:
    yield "restricted", choices.restricted
    yield from moments.columns()
    summary = next((each.body for each in writeup.about(Meaning.SUMMARY)), "")
    yield "summary", shortened(summary.strip(), LONGEST_SUMMARY)
    if users := users_of(writeup):
        yield users
    yield from _revenue(writeup)
    for name, codes in (
        ("detection_source", DetectionSource),
        ("cause_category", CauseCategory),
    ):
        found = writeup.field(name)
        said = found.words.strip().casefold() if found else ""
        known = {str(each.label).casefold(): each.value for each in codes}
        known |= {each.value.replace("_", " "): each.value for each in codes}
        if said in known:
            yield name, known[said]
    lost = writeup.field("data_loss")
    if lost and lost.words.strip(" .").casefold() in NO_LOSS:
        yield "data_loss", DataLoss.NONE


def _revenue(writeup: WriteUp) -> Iterator[tuple[str, Any]]:
    """Read an amount with its currency; what is not one of both stays text."""
    revenue = writeup.field("revenue")
    found = MONEY.fullmatch(revenue.words.strip(" .~≈")) if revenue else None
    sign = (found["before"] or found["after"]) if found else ""
    if found and sign:
        yield "revenue_currency", CURRENCIES.get(sign, sign)
        amount = found["sum"].replace(",", "")
        yield "revenue_lost", Decimal(f"{amount}.{found['c'] or '00'}")


def _links(writeup: WriteUp) -> Iterator[ToldLink]:
    for each in writeup.fields:
        address = each.words.strip(" <>")
        if each.name in {"source", "reference"} and _is_address(address):
            yield ToldLink(label=each.label[:LONGEST_TITLE], url=address)


def _is_address(address: str) -> bool:
    if len(address) > LONGEST_URL or not address.startswith(("http://", "https://")):
        return False
    try:
        is_url(address)
    except ValidationError:
        return False
    return True
