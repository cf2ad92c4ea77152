"""The head of a document: what happened, how bad it was, and which version says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from incidents.choices import Milestone
from incidents.durations import say
from postmortems.choices import Edition, Paper
from postmortems.figures import moment
from postmortems.references import References
from postmortems.rendering import drawing
from postmortems.rendering.chronicle import zone_name
from postmortems.rendering.drawing import Mark, Span, Timeline, Tone
from postmortems.rendering.prose import prose
from postmortems.snapshot import Fact, Figure, Snapshot

LONGEST_WIDOW = 15
# A paragraph that goes on beyond this is no summary; the section has all of it.
LONGEST_LEAD = 900
# From here on, letters are smaller, so that the head stays on its page.
LONG_TITLE, LONG_LEAD = 90, 480
SENTENCE = re.compile(r"(?<=[.!?。])\s")
TONES = {
    Milestone.DETECTED: Tone.DETECT,
    Milestone.ACKNOWLEDGED: Tone.REACT,
    Milestone.MITIGATED: Tone.MITIGATE,
    Milestone.RESOLVED: Tone.RECOVER,
}
# Facts that are figures in themselves; the rest stands with the impact.
ON_THE_COVER = ("services", "users", "revenue", "data_loss", "cause_category")
# What the impact does not tell again on the same page.
PLAIN_FACTS = ("services", "cause_category")
# Dots of more entries than this would be a line.
MOST_DOTS = 300


@dataclass(frozen=True)
class Cover:
    kicker: str
    title: str
    state: str
    reason: str
    lead: SafeString
    has_long_title: bool
    has_long_lead: bool
    figures: tuple[Figure, ...]
    picture: SafeString
    facts: tuple[Fact, ...]


def cover_of(
    snapshot: Snapshot, paper: str, number: int, links: References | None = None
) -> Cover:
    lead = lead_of(snapshot)
    return Cover(
        kicker=_kicker(snapshot),
        title=_no_widow(snapshot.title),
        state=state_of(snapshot, number),
        reason=snapshot.reason,
        lead=prose(lead, links=links),
        has_long_title=len(snapshot.title) > LONG_TITLE,
        has_long_lead=len(lead) > LONG_LEAD,
        figures=snapshot.figures or _figures(snapshot),
        picture=drawn(snapshot, paper),
        facts=tuple(_facts(snapshot)),
    )


def _kicker(snapshot: Snapshot) -> str:
    """Name what this is, in words for those it is for."""
    return {
        Edition.CUSTOMER: _("Incident report"),
        Edition.SUMMARY: _("Post-mortem in short"),
    }.get(snapshot.edition, _("Post-mortem"))


def _no_widow(title: str) -> str:
    """Keep the last two words together: one alone in the last line looks lost."""
    head, _space, last = title.rpartition(" ")
    return f"{head}\N{NO-BREAK SPACE}{last}" if len(last) < LONGEST_WIDOW else title


def state_of(snapshot: Snapshot, number: int = 1) -> str:
    """Say which version this is, since when, and by whom; of a draft, which print."""
    if snapshot.is_draft:
        values = {
            "number": snapshot.number,
            "at": _at(snapshot),
            "count": number,
        }
        if number > 1:
            return _("Draft of version %(number)s · print %(count)s, %(at)s") % values
        return _("Draft of version %(number)s · printed %(at)s") % values
    values = {
        "number": snapshot.number,
        "at": _at(snapshot),
        "by": snapshot.published_by,
    }
    if snapshot.published_by:
        return _("Version %(number)s · published %(at)s by %(by)s") % values
    return _("Version %(number)s · published %(at)s") % values


def _at(snapshot: Snapshot) -> str:
    at = snapshot.taken_at if snapshot.is_draft else snapshot.published_at
    at = at or snapshot.taken_at
    if snapshot.edition == Edition.CUSTOMER:
        return date_format(at.astimezone(snapshot.tz), "j M Y")
    return f"{moment(at, snapshot.tz)} {zone_name(at, snapshot.tz)}"


def lead_of(snapshot: Snapshot) -> str:
    """Give what happened in a paragraph, whole sentences of it if it is too long."""
    text = snapshot.lead_paragraph
    if len(text) <= LONGEST_LEAD:
        return text
    kept = ""
    for sentence in SENTENCE.split(text):
        if len(kept) + len(sentence) >= LONGEST_LEAD:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or Truncator(text).chars(LONGEST_LEAD)


def _figures(snapshot: Snapshot) -> tuple[Figure, ...]:
    """Give figures to those for whom the steps of the team are not counted."""
    if not snapshot.impact:
        return ()
    running = any(span.end is None for span in snapshot.impact)
    start = min(span.start for span in snapshot.impact)
    ends = [span.end for span in snapshot.impact if span.end]
    figures = [
        Figure(
            label=_("Users affected for"),
            value=say(snapshot.affected),
            note=_("and still running") if running else "",
        ),
        _clock(_("From"), start, snapshot),
    ]
    if ends and not running:
        figures.append(_clock(_("Until"), max(ends), snapshot))
    known = {each.name: each.at for each in snapshot.moments}
    if resolved := known.get(Milestone.RESOLVED):
        figures.append(_clock(_("Resolved"), resolved, snapshot))
    return tuple(figures)


def _clock(label: str, at: datetime, snapshot: Snapshot) -> Figure:
    day, _comma, time = moment(at, snapshot.tz).rpartition(", ")
    return Figure(label=label, value=time, note=f"{day}, {zone_name(at, snapshot.tz)}")


def _facts(snapshot: Snapshot) -> list[Fact]:
    """Keep what is known, and no more than a head has room for."""
    if snapshot.edition == Edition.CUSTOMER:
        names = ", ".join(snapshot.services)
        label = _("Services")
        return [Fact(key="services", label=label, value=names)] if names else []
    unknown = _("not recorded")
    known = {each.key: each for each in snapshot.facts if each.value != unknown}
    is_short = snapshot.edition == Edition.SUMMARY
    keys = PLAIN_FACTS if is_short else ON_THE_COVER
    return [known[key] for key in keys if key in known]


def drawn(snapshot: Snapshot, paper: str) -> SafeString:
    """Draw the timeline to scale, for the width of the paper."""
    medium = drawing.LETTER if paper == Paper.LETTER else drawing.A4
    return drawing.draw(timeline_of(snapshot), medium, "timeline")


def timeline_of(snapshot: Snapshot) -> Timeline:
    """Give what of a snapshot is drawn on a line of time."""
    entries = [entry.at for entry in snapshot.timeline]
    return Timeline(
        marks=tuple(
            Mark(each.label, each.at, TONES.get(Milestone(each.name)))
            for each in snapshot.moments
            if each.at and each.name != Milestone.CLOSED
        ),
        impact=tuple(Span(each.start, each.end) for each in snapshot.impact),
        until=snapshot.taken_at,
        zone=snapshot.tz,
        entries=tuple(entries) if len(entries) <= MOST_DOTS else (),
    )
