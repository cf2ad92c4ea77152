from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.models import Incident
from postmortems.models import PostMortem


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
    """A draft that says something wherever its playbook asks."""
    owed = [section for section in postmortem.sections.all() if section.is_owed]
    texts = {s.key: ("", f"What to say of {s.key}.") for s in owed if not s.is_list}
    lines = {s.key: [f"A line of {s.key}."] for s in owed if s.is_list}
    postmortem.write(texts, added=lines, by=lead, at=at_noon)
    return postmortem


def published_as(title, text, severity, team, lead, manager, at) -> PostMortem:
    """Publish the post-mortem of an incident of this title, with this summary."""
    incident = Incident.declare(
        title=title, severity=severity, team=team, by=lead, at=at
    )
    incident.resolve(by=lead, at=at)
    paper = PostMortem.open(incident, by=lead, at=at)
    owed = [section for section in paper.sections.all() if section.is_owed]
    texts = {s.key: ("", "Nothing.") for s in owed if not s.is_list}
    lines = {s.key: ["Nothing."] for s in owed if s.is_list}
    paper.write(texts | {"summary": ("", text)}, added=lines, by=lead, at=at)
    paper.publish(by=manager, at=at)
    return paper


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
