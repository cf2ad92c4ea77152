"""The shortest and the longest of the demo's post-mortems, page by page."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from postmortems.demo import seed
from postmortems.models import PostMortem
from postmortems.rendering.chronicle import Day, chronicle
from postmortems.rendering.document import build
from postmortems.rendering.typeset import typeset
from tests.postmortems.pages import (
    AUTHOR_COLUMN,
    HEADINGS,
    LEFT,
    TEXT_COLUMN,
    pages_of,
    timeline_words,
    words_outside,
)

CLOCK = re.compile(r"\d\d:\d\d")


@dataclass(frozen=True)
class Sample:
    pdf: Path
    days: list[Day]


@pytest.fixture(scope="module")
def samples(django_db_setup, django_db_blocker, tmp_path_factory):
    """Load the demo and typeset two of its post-mortems, once."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed(now=timezone.now())
        length = Count("incident__timeline")
        by_length = list(PostMortem.objects.annotate(length=length).order_by("length"))
        folder = tmp_path_factory.mktemp("samples")
        yield [printed(each, folder) for each in (by_length[0], by_length[-1])]
        transaction.set_rollback(True)


@pytest.fixture(params=[0, 1], ids=["shortest", "longest"])
def sample(request, samples) -> Sample:
    return samples[request.param]


def printed(postmortem, folder):
    now, path = timezone.now(), folder / f"{postmortem.pk}.pdf"
    document = build(postmortem, number=1, by=postmortem.author, now=now)
    with typeset(document.html) as pdf:
        shutil.copy(pdf, path)
    incident = postmortem.incident
    return Sample(path, chronicle(incident, incident.team.zone).days)


def flat(text):
    return re.sub(r"\s+", "", text)


def test_nothing_crosses_its_page_and_no_heading_ends_one(sample, poppler):
    pages = pages_of(poppler("pdftotext", sample.pdf, "-bbox"))

    assert len(pages) > 2
    assert words_outside(pages) == []
    days = tuple(day.title for day in sample.days)
    for page in pages:
        assert page.last_line not in HEADINGS
        assert not page.last_line.startswith(days)


def test_every_entry_of_the_timeline_is_printed_once(sample, poppler):
    words = timeline_words(pages_of(poppler("pdftotext", sample.pdf, "-bbox")))

    rows = [row for day in sample.days for row in day.rows]
    clocks = [w.text for w in words if CLOCK.fullmatch(w.text) and w.left < LEFT + 5]
    assert clocks == [row.time for row in rows]
    column = [w.text for w in words if TEXT_COLUMN - 1 < w.left < AUTHOR_COLUMN - 1]
    assert flat("".join(column)).endswith("".join(flat(row.text) for row in rows))


def test_fonts_are_embedded(sample, poppler):
    lines = poppler("pdffonts", sample.pdf).splitlines()[2:]

    names = {line.split()[0].partition("+")[2] for line in lines}
    assert {"Debrief-Text", "Debrief-Text-Semi-Bold"} <= names
    # embedded, subset, with a map back to text
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in lines)
