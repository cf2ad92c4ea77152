from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.models import Incident
from postmortems.models import PostMortem
from postmortems.outline import OUTLINE


@pytest.fixture
def resolved(incident, lead, at_noon) -> Incident:
    """An incident that is over: 50 minutes, noticed after 5."""
    began = at_noon - timedelta(hours=1)
    for name, minutes in (("started", 0), ("detected", 5), ("mitigated", 50)):
        when = began + timedelta(minutes=minutes)
        incident.record_milestone(name, when=when, by=lead, at=at_noon)
    incident.resolve(by=lead, at=at_noon)
    return incident


@pytest.fixture
def postmortem(resolved, lead, at_noon) -> PostMortem:
    """A draft without any text."""
    return PostMortem.open(resolved, by=lead, at=at_noon)


@pytest.fixture
def written(postmortem, lead, at_noon) -> PostMortem:
    """A draft with a text in each section: nothing stands against publishing it."""
    texts = {key: ("", f"What to say of {key}.") for key, *_ in OUTLINE}
    postmortem.write(texts, by=lead, at=at_noon)
    return postmortem


@pytest.fixture
def poppler() -> object:
    """Run one of poppler's programs on a PDF and give what it prints."""

    def run(program: str, pdf: Path, *options: str) -> str:
        command = [program, *options, str(pdf)]
        if program == "pdftotext":
            command.append("-")
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except FileNotFoundError:
            pytest.skip(f"{program} is not installed: apt-get install poppler-utils")
        return done.stdout

    return run


@pytest.fixture
def other_postmortem(severity, team, lead, at_noon) -> PostMortem:
    """A draft of another incident."""
    other = Incident.declare(
        title="Mail is late", severity=severity, team=team, by=lead, at=at_noon
    )
    return PostMortem.open(other, by=lead, at=at_noon)
