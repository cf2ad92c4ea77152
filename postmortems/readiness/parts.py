"""What is weak about sections and lists: empty ones, factors, findings, figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.choices import Priority
from postmortems.meanings import Meaning
from postmortems.models.section import LONGEST_SECTION
from postmortems.readiness.check import Check, Draft, Level
from postmortems.snapshot import Line, Part

NEAR_THE_LIMIT = LONGEST_SECTION * 9 // 10
URGENT = {Priority.P0, Priority.P1}


def checks_of_parts(draft: Draft, blocked: Collection[str]) -> Iterator[Check]:
    """Look at the sections, except for emptiness of those that block anyway."""
    yield from _empty(draft, blocked)
    yield from _factors(draft)
    yield from _findings(draft)
    yield from _sizes(draft)
    yield from _figures(draft)


def _empty(draft: Draft, blocked: Collection[str]) -> Iterator[Check]:
    parts = draft.snapshot.parts
    headings = {one.key for one, next_ in pairwise(parts) if next_.depth > one.depth}
    for part in parts:
        if part.is_empty and part.key not in headings and part.key not in blocked:
            sentence = _("“%s” is empty: write it, or leave it out.") % part.title
            url = draft.section_url(part.key)
            yield Check("empty", Level.WEAK, sentence, url, part.key)


def _factors(draft: Draft) -> Iterator[Check]:
    for part in draft.lists(Meaning.FACTORS):
        bare = [line for line in part.lines if line.evidence is None]
        if bare:
            sentence = ngettext(
                "%(number)d factor names no entry of the timeline that shows it.",
                "%(number)d factors name no entry of the timeline that shows them.",
                len(bare),
            )
            sentence = sentence % {"number": len(bare)}
            url = f"#line-{bare[0].id}"
            yield Check("evidence", Level.WEAK, sentence, url, part.key)
        elif not part.lines and not part.is_empty:
            sentence = _("“%s” has a text and no factor: give each a line.")
            url = draft.section_url(part.key)
            yield Check("no_factor", Level.WEAK, sentence % part.title, url, part.key)


def _findings(draft: Draft) -> Iterator[Check]:
    for _part, line in _lines(draft):
        if line.priority in URGENT and line.item is None:
            sentence = _("A finding of P%(priority)d has no action item: “%(text)s”.")
            text = line.text if len(line.text) <= 80 else f"{line.text[:79]}…"
            sentence = sentence % {"priority": line.priority, "text": text}
            url = f"#line-{line.id}"
            yield Check("no_item", Level.WEAK, sentence, url, str(line.id))


def _lines(draft: Draft) -> Iterator[tuple[Part, Line]]:
    for part in draft.snapshot.parts:
        for line in part.lines:
            yield part, line


def _sizes(draft: Draft) -> Iterator[Check]:
    for part in draft.snapshot.parts:
        size = len(part.body.encode())
        if size > NEAR_THE_LIMIT:
            sentence = _("“%(title)s” has %(size)d of the 64 KiB a section may have.")
            sentence = sentence % {"title": part.title, "size": size // 1024}
            url = draft.section_url(part.key)
            yield Check("long", Level.HINT, sentence, url, part.key)


def _figures(draft: Draft) -> Iterator[Check]:
    """Ask for how many and for how long, unless it is said why nobody knows."""
    incident = draft.incident
    counts = (
        incident.users_affected,
        incident.users_percent,
        incident.transactions_affected,
    )
    if all(each is None for each in counts) and not incident.unknown.get("impact"):
        sentence = _("The impact has no number: say how many users or transactions.")
        url = f"{draft.record_url}#id_users_affected"
        yield Check("no_number", Level.WEAK, sentence, url, "impact")
    if not incident.cause_category and not incident.unknown.get("cause_category"):
        sentence = _("The kind of cause is not recorded: the library finds by it.")
        url = f"{draft.record_url}#id_cause_category"
        yield Check("no_cause", Level.WEAK, sentence, url, "cause_category")
    if not draft.snapshot.impact and not incident.unknown.get("started"):
        sentence = _("How long users were affected is not recorded.")
        url = draft.milestone_url("started")
        yield Check("no_duration", Level.WEAK, sentence, url, "impact")
