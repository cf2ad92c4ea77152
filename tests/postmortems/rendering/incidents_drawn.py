"""Timelines to draw: of the demo's incidents, and of any shape that may come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from incidents.demo.samples import OUR_FILE, read_samples
from postmortems.rendering.drawing import (
    A4,
    LETTER,
    NARROW,
    WIDE,
    Mark,
    Span,
    Timeline,
    Tone,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ENDS = {
    "Started": None,
    "Detected": Tone.DETECT,
    "Acknowledged": Tone.REACT,
    "Mitigated": Tone.MITIGATE,
    "Resolved": Tone.RECOVER,
}


def after(**span):
    return NOON + timedelta(**span)


def timeline(*moments, impact=(), until=None, entries=(), zone=BERLIN):
    """Draw Started, Detected … at these moments; None leaves one out."""
    marks = tuple(
        Mark(label, at, tone)
        for (label, tone), at in zip(ENDS.items(), moments, strict=False)
        if at
    )
    spans = tuple(Span(*each) for each in impact)
    return Timeline(marks, spans, until or after(days=1), zone, tuple(entries))


def of_sample(sample):
    moments = [getattr(sample, f"{label.lower()}_at") for label in ENDS]
    over = sample.mitigated_at or sample.resolved_at
    return timeline(
        *moments,
        impact=[(sample.started_at, over)],
        entries=[entry.at for entry in sample.timeline],
    )


SAMPLES = {sample.title: of_sample(sample) for sample in read_samples(OUR_FILE)}

LABELS = st.sampled_from(
    [
        *ENDS,
        "Root cause identified",
        "Der letzte Rest des Verkehrs ist auf die Ersatzstrecke umgeleitet worden",
        "原因が特定されました",
        "تم الحل",
        "e\N{COMBINING ACUTE ACCENT}" * 9,
        "🔥" * 30,
    ]
)
ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "UTC",
        "Asia/Kathmandu",
        "America/St_Johns",
        "Australia/Lord_Howe",
    ]
)
# Of any order of size: seconds beside weeks are what makes drawings hard.
WAITS = st.one_of(
    st.just(0),
    st.integers(1, 90),
    st.integers(90, 7_200),
    st.integers(7_200, 200_000),
    st.integers(200_000, 4_000_000),
)
MEDIA = st.sampled_from([A4, LETTER, WIDE, NARROW])


@st.composite
def timelines(draw):
    """Make a timeline of up to 14 milestones and 4 times of impact."""
    # Around the nights on which clocks change, too.
    at = datetime(2026, 10, 24, 20, 0, tzinfo=UTC) + timedelta(
        seconds=draw(st.integers(0, 40_000_000))
    )
    marks, moments = [], [at]
    for label in draw(st.lists(LABELS, max_size=14)):
        moments.append(moments[-1] + timedelta(seconds=draw(WAITS)))
        tone = draw(st.sampled_from([None, *Tone]))
        marks.append(Mark(label, moments[-1], tone))
    until = moments[-1] + timedelta(seconds=draw(WAITS))
    fewest = 0 if marks else 1
    spans = []
    for start in draw(st.lists(st.sampled_from(moments), min_size=fewest, max_size=4)):
        lasted = timedelta(seconds=draw(WAITS))
        spans.append(Span(start, draw(st.sampled_from([None, start + lasted]))))
    entries = [at + timedelta(seconds=n) for n in draw(st.lists(WAITS, max_size=20))]
    zone = ZoneInfo(draw(ZONES))
    return Timeline(tuple(marks), tuple(spans), until, zone, tuple(entries))
