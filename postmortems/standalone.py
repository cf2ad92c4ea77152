"""A post-mortem as one file of HTML: nothing in it is fetched, nothing in it runs."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from postmortems.reading import read_anywhere

if TYPE_CHECKING:
    from incidents.models import Incident
    from postmortems.snapshot import Snapshot

TEMPLATE = "postmortems/html/document.html"
SHEETS = (
    "incidents/tokens.css",
    "postmortems/drawing.css",
    "postmortems/read.css",
    "postmortems/standalone.css",
)


def standalone(snapshot: Snapshot, incident: Incident) -> str:
    """Give the file of a snapshot; its images come from the incident it is of."""
    style = _style()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    context = {
        "reading": read_anywhere(snapshot, incident),
        "style": style,
        # What the file may do is said in it: no server stands behind it to say so.
        "policy": (
            f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'"
        ),
    }
    return render_to_string(TEMPLATE, context)


@lru_cache(maxsize=1)
def _style() -> SafeString:
    """Join our own style sheets, which say nothing that would end the element."""
    sheets = (Path(str(finders.find(name))).read_text() for name in SHEETS)
    return mark_safe("\n".join(sheets))  # noqa: S308 - files of this repository
