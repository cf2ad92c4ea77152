"""The edition for customers as a file: what is not marked for them is not in it."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from incidents.images import Picture
from incidents.models import Incident
from postmortems.freezing import edition_of
from postmortems.markdown_out import markdown_of
from postmortems.models import Finding
from postmortems.rendering.document import printed
from postmortems.standalone import standalone

CANARY = "zebrafinch"
TOLD = "Payments were refused"
# Fields of the record that hold a text of people's own.
TEXTS = (
    "summary", "features_affected", "data_loss_details", "reputation", "close_note",
    "channel", "postmortem_reason",
)  # fmt: skip


@pytest.fixture
def poisoned(written, resolved, lead, responder, manager, at_noon):
    """An incident with a canary in each internal field, and a few public words."""
    for number, person in enumerate((lead, responder, manager)):
        person.first_name, person.last_name = f"{CANARY}{number}", f"Last{CANARY}"
        person.save()
    Incident.objects.filter(pk=resolved.pk).update(
        **{name: f"{name} {CANARY}" for name in TEXTS},
        unknown={"acknowledged": f"because {CANARY}"},
    )
    resolved.team.name = f"Team {CANARY}"
    resolved.team.save()
    resolved.refresh_from_db()
    hidden = resolved.note(f"Hidden {CANARY}", by=lead, at=at_noon)
    told = resolved.note(
        f"{TOLD}: ask {CANARY}0 Last{CANARY}, see https://{CANARY}.corp/x",
        by=responder,
        at=at_noon,
        images=[_picture()],
    )
    resolved.add_link(
        by=lead, at=at_noon, url=f"https://{CANARY}.example.com/x", label=CANARY
    )
    item = resolved.add_item(
        title="Alert on refused payments",
        details=f"Details {CANARY}",
        ticket=f"https://tickets.example.com/{CANARY}",
        by=lead,
        at=at_noon,
        owner=lead,
    )
    resolved.add_item(title=f"Item {CANARY}", by=lead, at=at_noon, owner=lead)
    _mark(written, told, item, hidden, by=lead, at=at_noon)
    return written


def _picture():
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "PNG")
    return Picture(drawn.getvalue(), "image/png", 8, 8, words=f"Graph {CANARY}")


def _mark(written, told, item, hidden, *, by, at):
    section = written.sections.get(key="went_well")
    written.write(
        {
            "summary": (
                written.sections.get(key="summary").body,
                f"{TOLD}.\n\n@{CANARY}",
            )
        },
        added={"went_well": [f"Line {CANARY}", "We noticed at once"]},
        by=by,
        at=at,
    )
    Finding.objects.filter(section=section, text__startswith="We").update(
        is_public=True
    )
    Finding.objects.filter(text__contains=CANARY).update(evidence=hidden)
    written.incident.timeline.filter(pk=told.pk).update(is_public=True)
    type(item).objects.filter(pk=item.pk).update(is_public=True)
    for key in ("summary", "timeline", "action_items", "went_well", "roles", "meeting"):
        written.sections.filter(key=key).update(is_public=True, is_shown=True)
    written.sections.filter(is_public=False).update(body=f"Body {CANARY}")
    written.approve(by=written.incident.team.manager, at=at)


def insides_of(path: Path) -> str:
    """Give whatever a PDF holds: streams, strings, names, metadata, in lower case."""
    found = []
    with pikepdf.open(path) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream):
                found.append(thing.read_bytes().decode("latin-1"))
            found.append(repr(thing))
    return "\n".join(found).lower()


def test_nothing_internal_is_in_the_file_for_customers(poisoned, poppler, tmp_path):
    snapshot = edition_of(poisoned, "customer")

    with printed(snapshot) as pdf:
        copy = tmp_path / "customer.pdf"
        copy.write_bytes(pdf.read_bytes())

    text = poppler("pdftotext", copy).lower()
    assert TOLD.lower() in text
    assert "we noticed at once" in text
    assert "alert on refused payments" in text
    assert CANARY not in text
    assert CANARY not in insides_of(copy)
    with pikepdf.open(copy) as made:
        assert not made.attachments
        links = [note for page in made.pages for note in page.get("/Annots", [])]
        assert [note for note in links if "/URI" in note.get("/A", {})] == []


def test_nothing_internal_is_in_its_other_forms(poisoned):
    snapshot = edition_of(poisoned, "customer")

    for form in (standalone(snapshot, poisoned.incident), markdown_of(snapshot)):
        assert TOLD.lower() in form.lower()
        assert CANARY not in form.lower()


def test_the_canary_is_in_the_internal_edition(poisoned):
    assert CANARY in markdown_of(edition_of(poisoned, "internal")).lower()
