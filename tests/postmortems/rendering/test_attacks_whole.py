"""Whoever may type into an incident cannot make its document fetch or hide anything."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction

from incidents.models import Incident
from postmortems.drafting import snapshot_of
from postmortems.rendering.document import build
from postmortems.rendering.pictures import pictures_of
from postmortems.rendering.typeset import typeset
from tests.postmortems.pdf_text import everything_in
from tests.postmortems.rendering.counting_server import SECRET, counting_server
from tests.postmortems.rendering.vectors import vectors

# What is chosen from a list, or names a row, a file or a zone.
CHOSEN = {"kind", "status", "state", "reference", "verb", "file", "zone", "block"}


@pytest.fixture
def canary(tmp_path):
    file = tmp_path / "canary"
    file.write_text(SECRET)
    return str(file)


def texts_of(model):
    """Name the fields of a table that hold whatever somebody typed."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and field.name not in CHOSEN
        and not field.unique
    ]


def poison(hostile):
    """Write the text into every such field of every row, past forms and verbs."""
    poisoned = 0
    for label in ("incidents", "postmortems", "auth"):
        for model in apps.get_app_config(label).get_models():
            if model.__name__.startswith(("Historical", "Playbook", "Severity")):
                continue
            for field in texts_of(model):
                text = hostile[: field.max_length or None]
                with suppress(DatabaseError), transaction.atomic():
                    poisoned += model.objects.update(**{field.name: text})
    return poisoned


def test_hostile_text_in_every_field_is_printed_as_text(
    written, lead, service, at_noon, canary
):
    incident = written.incident
    incident.services.add(service)
    incident.add_item(title="Rehearse", by=lead, at=at_noon, owner=lead)
    incident.note("An entry", by=lead, at=at_noon)
    with counting_server(canary) as server:
        hostile = "\n\n".join(each.html for each in vectors(server.host, canary))
        assert poison(f"![a](file://{canary}) <img src=file://{canary}> {hostile}") > 20
        snapshot = snapshot_of(type(written).objects.get(), now=at_noon)
        pictures = pictures_of(snapshot)

        with typeset(
            build(snapshot, pictures=pictures), pictures=pictures.files
        ) as pdf:
            made = everything_in(pdf)

        assert server.asked == []
    assert SECRET.encode() not in made
    assert "<img" in Incident.objects.get().title
    assert made.decode(errors="replace").count("<img") > 20
