"""“Bring your own playbook”, done from its first block to its last.

A block ```yaml FILE is written to that file, ```yaml >> FILE is added to it; of a
```console block each line after a $ is run, and what follows it must be printed.
A line of … stands for any other lines, … within a line for the rest of it.
"""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from incidents.bindings import unbound
from incidents.models import Incident, Playbook

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "bring-your-own-playbook.md"
BLOCK = re.compile(r"^```(\w+) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
MANAGE = "bin/manage "


def run(command: str) -> str:
    """Run a command as the reader would, and give what it prints."""
    if not command.startswith(MANAGE):
        done = subprocess.run(
            ["sh", "-c", command], check=True, capture_output=True, text=True
        )
        return done.stdout
    said = io.StringIO()
    try:
        call_command(*shlex.split(command.removeprefix(MANAGE)), stdout=said)
    except CommandError as error:
        said.write(f"CommandError: {error}")
    return said.getvalue()


def try_console(block: str) -> None:
    """Run each command and look for the lines that follow it, in their order."""
    said = ""
    for line in block.splitlines():
        if line.startswith("$ "):
            said = run(line.removeprefix("$ "))
        elif line != "…":
            wanted = line.partition("…")[0]
            assert wanted in said, f"{line!r} is not printed, but:\n{said}"
            said = said.partition(wanted)[2]


def follow(page: Path) -> None:
    for language, where, text in BLOCK.findall(page.read_text()):
        if language == "console":
            try_console(text)
            continue
        mode = "a" if where.startswith(">>") else "w"
        with Path(where.removeprefix(">> ")).open(mode) as file:
            file.write(text)


@pytest.fixture
def followed(db, tmp_path, monkeypatch) -> Playbook:
    """The playbook that somebody has who followed the page."""
    monkeypatch.chdir(tmp_path)
    follow(PAGE)
    return Playbook.objects.get(slug="ours")


def test_the_page_works_from_its_first_command_to_its_last(followed):
    assert followed.current.number == 3
    assert Playbook.objects.filter(slug="matrix-of-ours").exists()


def test_every_block_of_the_page_is_tried():
    fences = PAGE.read_text().count("\n```") + 1

    blocks = BLOCK.findall(PAGE.read_text())

    assert fences // 2 == len(blocks)
    assert {language for language, _, _ in blocks} == {"yaml", "console"}
    assert all(where for language, where, _ in blocks if language == "yaml")


def test_the_buttons_of_the_page_lead_to_an_incident_with_deadlines(
    followed, client_of, manager, team, at_noon
):
    browser = client_of(manager)
    address = reverse("admin:incidents_team_change", args=[team.pk])
    posted = {"name": team.name, "playbook": followed.pk, "initial-name": team.name}
    browser.post(address, posted)
    team.refresh_from_db()

    incident = Incident.declare(
        title="The till is stuck",
        severity=team.playbook.severities.get(code="S1"),
        team=team,
        by=manager,
        at=at_noon,
    )

    due = {row.key: row.due_at for row in incident.deadlines.ticking()}
    assert due["respond"] == at_noon + timedelta(minutes=15)
    assert due["update:status_page:1"] == at_noon + timedelta(minutes=20)
    missing = {each.code for each in unbound(followed.current.content, team)}
    assert missing == {"lead", "writer", "on_call", "owner", "team", "status_page"}


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []
