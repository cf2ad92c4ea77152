"""Builds the document of a post-mortem as HTML, ready to be typeset."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.text import Truncator

from postmortems.choices import Edition, Paper
from postmortems.references import References
from postmortems.rendering.blocks import Setting
from postmortems.rendering.chronicle import zone_name
from postmortems.rendering.cover import cover_of, drawn
from postmortems.rendering.one_page import on_one_page
from postmortems.rendering.parts import parts_of
from postmortems.rendering.pictures import Pictures, pictures_of, texts_of
from postmortems.rendering.typeset import typeset
from postmortems.snapshot import Snapshot

TEMPLATE = "postmortems/pdf/document.html"
# What fits beside the page's head in one line.
LONGEST_RUNNING_TITLE = 76


@contextmanager
def printed(
    snapshot: Snapshot, *, paper: str = Paper.A4, number: int = 1
) -> Iterator[Path]:
    """Typeset a snapshot; raises TypesettingFailed. The file is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="debrief-pictures-") as folder:
        pictures = pictures_of(snapshot, Path(folder))
        html = build(snapshot, paper=paper, number=number, pictures=pictures)
        with typeset(html, pictures=pictures.files) as pdf:
            yield pdf


def build(
    snapshot: Snapshot,
    *,
    paper: str = Paper.A4,
    number: int = 1,
    pictures: Pictures | None = None,
) -> str:
    """Give the HTML of a snapshot; `number` counts the prints of a draft.

    Whoever typesets it hands the files of `pictures` to the typesetter.
    """
    pictures = pictures_of(snapshot) if pictures is None else pictures
    if snapshot.edition == Edition.SUMMARY:
        snapshot = on_one_page(snapshot, paper, drawn(snapshot, paper))
    setting = Setting(snapshot, paper, pictures, _links(snapshot))
    zone = snapshot.tz
    context = {
        "snapshot": snapshot,
        "paper": paper,
        "cover": cover_of(snapshot, paper, number, setting.links),
        "running_title": Truncator(snapshot.title).chars(LONGEST_RUNNING_TITLE),
        "parts": parts_of(setting),
        "zone": zone,
        "zone_name": zone_name(snapshot.taken_at, zone),
        "is_internal": snapshot.edition == Edition.INTERNAL,
        "is_short": snapshot.edition == Edition.SUMMARY,
        "is_for_customers": setting.is_for_customers,
    }
    return render_to_string(TEMPLATE, context)


def _links(snapshot: Snapshot) -> References:
    """Find what references may lead to: nobody knows who will read the file."""
    if snapshot.edition == Edition.CUSTOMER:
        return References.outside()
    return References.for_everybody(texts_of(snapshot))
