"""What is weak about times: milestones, the timeline's gaps, what lies outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.choices import Milestone
from incidents.durations import say
from incidents.models.incident_work import NEEDED_MILESTONES
from postmortems.readiness.check import Check, Draft, Level

LONGEST_SILENCE = timedelta(minutes=30)
MOST_GAPS = 3
M = Milestone
# What comes before what; the database holds some of it, the rest may be an oversight.
BEFORE: dict[Milestone, Sequence[Milestone]] = {
    M.DETECTED: [M.STARTED],
    M.ACKNOWLEDGED: [M.DETECTED, M.STARTED],
    M.DECLARED: [M.STARTED],
    M.TRIAGED: [M.DETECTED, M.STARTED],
    M.INVESTIGATION_STARTED: [M.DETECTED, M.STARTED],
    M.ROOT_CAUSE_IDENTIFIED: [M.INVESTIGATION_STARTED, M.DETECTED, M.STARTED],
    M.MITIGATION_STARTED: [M.DETECTED, M.STARTED],
    M.FIX_DEPLOYED: [M.MITIGATION_STARTED, M.DETECTED, M.STARTED],
    M.PARTIALLY_RESTORED: [M.STARTED],
    M.MITIGATED: [M.MITIGATION_STARTED, M.PARTIALLY_RESTORED, M.DETECTED, M.STARTED],
    M.RESOLVED: [M.MITIGATED, M.ACKNOWLEDGED, M.DETECTED, M.STARTED],
    M.VERIFIED: [M.MITIGATED, M.FIX_DEPLOYED, M.STARTED],
    M.CLOSED: [M.RESOLVED, M.MITIGATED, M.STARTED],
}


def checks_of_times(draft: Draft) -> Iterator[Check]:
    yield from _unknown(draft)
    yield from _out_of_order(draft)
    yield from _impact_outside(draft)
    if not draft.has_block("timeline"):
        return
    if draft.snapshot.timeline:
        yield from _gaps(draft)
        yield from _entries_outside(draft)
    else:
        sentence = _("No entry of the timeline is marked for the document.")
        yield Check("no_entries", Level.WEAK, sentence, draft.entries_url())
    if left_out := draft.snapshot.left_out:
        sentence = ngettext(
            "%d marked entry is more than are printed: take some out.",
            "%d marked entries are more than are printed: take some out.",
            left_out,
        )
        yield Check("left_out", Level.HINT, sentence % left_out, draft.entries_url())


def _unknown(draft: Draft) -> Iterator[Check]:
    needed = set(NEEDED_MILESTONES)
    if draft.incident.is_running:
        needed -= {M.MITIGATED, M.RESOLVED}
    for each in draft.snapshot.moments:
        if each.name in needed and not each.at and not each.unknown:
            sentence = _(
                "“%s” has no time: give it, or say why it cannot be known any more."
            )
            url = draft.milestone_url(each.name)
            yield Check("unknown", Level.WEAK, sentence % each.label, url, each.name)


def _out_of_order(draft: Draft) -> Iterator[Check]:
    known = {each.name: each for each in draft.snapshot.moments if each.at}
    for name, earlier in BEFORE.items():
        later = known.get(name)
        wrong = next(
            (
                before
                for each in earlier
                if (before := known.get(each)) and later and later.at
                if before.at and before.at > later.at
            ),
            None,
        )
        if later and later.at and wrong and wrong.at:
            sentence = _("“%(later)s” (%(at)s) lies before “%(earlier)s” (%(then)s).")
            names = {"later": later.label, "earlier": wrong.label}
            times = {"at": draft.clock(later.at), "then": draft.clock(wrong.at)}
            sentence = sentence % {**names, **times}
            url = draft.milestone_url(name)
            yield Check("order", Level.WEAK, sentence, url, name.value)


def _impact_outside(draft: Draft) -> Iterator[Check]:
    snapshot, url = draft.snapshot, draft.impact_url
    known = {each.name: each.at for each in snapshot.moments}
    started, resolved = known.get(M.STARTED), known.get(M.RESOLVED)
    for span in snapshot.impact:
        sentence = ""
        if span.end is None and resolved:
            sentence = _(
                "The impact since %(at)s is still running, yet it is resolved."
            )
        elif started and span.start < started:
            sentence = _("The impact from %(at)s on lies before it started.")
        elif resolved and span.end and span.end > resolved:
            sentence = _("The impact from %(at)s on ends after it was resolved.")
        if sentence:
            sentence = sentence % {"at": draft.clock(span.start)}
            yield Check("impact_outside", Level.WEAK, sentence, url, "impact")


def _gaps(draft: Draft) -> Iterator[Check]:
    """Say where the timeline is silent for long while users were affected."""
    gaps = sorted(silences(draft), key=lambda each: each[0] - each[1])
    shown = sorted(gaps[:MOST_GAPS])
    before = {each.at: each.id for each in draft.snapshot.timeline}
    for start, end in shown:
        sentence = _(
            "Nothing is told for %(span)s while users were affected, from %(at)s on."
        )
        words = {"span": say(end - start), "at": draft.clock(start)}
        url = draft.entries_url(before.get(start))
        yield Check("gap", Level.WEAK, sentence % words, url, "timeline")
    if more := len(gaps) - len(shown):
        sentence = ngettext(
            "%d shorter gap of over 30 minutes.",
            "%d shorter gaps of over 30 minutes.",
            more,
        )
        yield Check("gap", Level.WEAK, sentence % more, draft.entries_url(), "timeline")


def silences(draft: Draft) -> Iterator[tuple[datetime, datetime]]:
    """Give the stretches of impact of over 30 minutes without an entry.

    As long as nobody knew of it, nobody was silent.
    """
    told = [each.at for each in draft.snapshot.timeline]
    known = {each.name: each.at for each in draft.snapshot.moments}
    noticed = known.get(M.DETECTED) or told[0]
    # What comes after the last that is printed may well be told.
    last = told[-1] if draft.snapshot.left_out else draft.now
    reached = noticed
    for span in sorted(draft.snapshot.impact, key=lambda each: each.start):
        start = max(span.start, reached)
        end = min(span.end or draft.now, last)
        reached = max(reached, end)
        inside = [at for at in told if start < at < end]
        points = [start, *inside, end]
        for one, following in pairwise(points):
            if following - one > LONGEST_SILENCE:
                yield one, following


def _entries_outside(draft: Draft) -> Iterator[Check]:
    entries = draft.snapshot.timeline
    known = [at for _label, at in draft.snapshot.known()]
    started = next((e.at for e in draft.snapshot.moments if e.name == M.STARTED), None)
    if started and (early := [each for each in entries if each.at < started]):
        sentence = ngettext(
            "%(number)d entry lies before it started, at %(at)s: is its time right?",
            "%(number)d entries lie before it started, the first at %(at)s: are their "
            "times right?",
            len(early),
        )
        sentence = sentence % {"number": len(early), "at": draft.clock(early[0].at)}
        url = draft.entries_url(early[0].id)
        yield Check("early", Level.HINT, sentence, url, "timeline")
    over = max(known, default=None) if not draft.incident.is_running else None
    if over and (late := [each for each in entries if each.at > over]):
        sentence = ngettext(
            "%(number)d entry lies after it was over, at %(at)s: does it belong here?",
            "%(number)d entries lie after it was over, the last at %(at)s: do they "
            "belong here?",
            len(late),
        )
        sentence = sentence % {"number": len(late), "at": draft.clock(late[-1].at)}
        url = draft.entries_url(late[0].id)
        yield Check("late", Level.HINT, sentence, url, "timeline")
