"""“Bring your own playbook”, done from its first block to its last.

A block ```yaml FILE is written to that file, ```yaml >> FILE is added to it; a ```sh
block is one command, and a ```text block what it prints. A line of … stands for any
other lines. What is bold is pressed, chosen or written.
"""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from incidents.bindings import unbound
from incidents.choices import BoundKind, ContactKind
from incidents.demo import LOGINS, PASSWORD
from incidents.demo.contacts import CONTACTS
from incidents.models import Binding, Contact, Incident, Playbook, Team

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "bring-your-own-playbook.md"
BLOCK = re.compile(r"^```(\w+) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
BOLD = re.compile(r"\*\*(.+?)\*\*")
MANAGE = "bin/manage "
# What a careful reader needs, in seconds: a word read, and a step done by hand.
WORD, STEP = 60 / 200, 10


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


def compare(text: str, said: str) -> None:
    """Look for the lines of a block, which follow each other except at a …."""
    for lines in filter(None, re.split(r"^…\n", text, flags=re.MULTILINE)):
        _before, found, said = said.partition(lines.rstrip("\n"))
        assert found, f"{lines!r} is not printed, but:\n{said or _before}"


def follow(page: Path) -> None:
    said = ""
    for language, where, text in BLOCK.findall(page.read_text()):
        if language == "text":
            compare(text, said)
            said = ""
            continue
        assert not said, f"the page does not show what is printed:\n{said}"
        if language == "sh":
            said = run(text.strip())
            continue
        mode = "a" if where.startswith(">>") else "w"
        with Path(where.removeprefix(">> ")).open(mode) as file:
            file.write(text)


@pytest.fixture
def storefront(team) -> Team:
    """The team of the page, with those bound whom it says to bind."""
    team.name = "Storefront"
    team.save()
    for code, name in (("on_call", "Payments on call"), ("owner", "Mona Manager")):
        contact = Contact.objects.create(name=name, kind=ContactKind.ROTA)
        key = {"kind": BoundKind.ROLE, "code": code}
        Binding.objects.create(team=team, contact=contact, **key)
    return team


@pytest.fixture
def followed(storefront, tmp_path, monkeypatch) -> Playbook:
    """The playbook that somebody has who followed the page."""
    monkeypatch.chdir(tmp_path)
    follow(PAGE)
    return Playbook.objects.get(slug="ours")


def minutes() -> Iterator[tuple[int, str]]:
    """Give the parts of the page up to the running incident, by their minute."""
    for part in PAGE.read_text().split("\n## "):
        if found := re.match(r"Minute (\d+)", part):
            yield int(found[1]), part


def pressed() -> set[str]:
    return {word for _, part in minutes() for word in BOLD.findall(part)}


def seconds(part: str) -> float:
    """Estimate a part: reading it, pasting, saving files, pressing what is bold."""
    languages = [language for language, _, _ in BLOCK.findall(part)]
    pastes = len(languages) - languages.count("text")
    steps = pastes + languages.count("yaml") + len(BOLD.findall(part))
    return len(part.split()) * WORD + steps * STEP


def test_the_page_works_from_its_first_command_to_its_last(followed):
    assert followed.current.number == 4
    assert Playbook.objects.filter(slug="matrix-of-ours").exists()


def test_every_block_of_the_page_is_tried():
    fences = PAGE.read_text().count("\n```") + 1

    blocks = BLOCK.findall(PAGE.read_text())

    assert fences // 2 == len(blocks)
    assert {language for language, _, _ in blocks} == {"yaml", "sh", "text"}
    assert all(where for language, where, _ in blocks if language == "yaml")


def test_the_page_keeps_the_minutes_it_names():
    spent = seconds(PAGE.read_text().partition("\n## ")[0])

    for minute, part in minutes():
        assert abs(minute * 60 - spent) < 60, f"{part[:30]!r} is at {spent:.0f} s"
        spent += seconds(part)

    assert spent <= 10 * 60


def test_the_page_binds_contacts_that_the_demo_has(storefront):
    bound = set(storefront.bindings.values_list("contact__name", flat=True))

    assert bound <= pressed()
    assert bound <= {contact.name for contact in CONTACTS}


def press(browser: Client, team: Team, playbook: Playbook, address: str) -> str:
    """Do what the page says to press, and give all that is read on the way."""
    shown = browser.get(address).text
    posted = {"name": team.name, "initial-name": team.name, "playbook": playbook.pk}
    saved = browser.post(address, posted)
    assert saved.url == reverse("admin:incidents_team_changelist")
    shown += browser.get(reverse("admin:incidents_team_bindings", args=[team.pk])).text
    declare = reverse("admin:incidents_incident_add")
    shown += browser.get(declare, {"team": team.pk}).text
    severity = playbook.severities.get(code="S1")
    posted = {"team": team.pk, "severity": severity.pk, "is_drill": "on"}
    posted["title"] = "The till is stuck"
    return shown + browser.post(declare, posted, follow=True).text


def test_the_steps_of_the_page_lead_to_an_incident_with_deadlines(
    followed, client_of, manager, storefront, at_noon
):
    address = reverse("admin:incidents_team_change", args=[storefront.pk])

    shown = press(client_of(manager), storefront, followed, address)

    incident = Incident.objects.get(team=storefront)
    due = {row.key: row.due_at for row in incident.deadlines.ticking()}
    assert due["respond"] == at_noon + timedelta(minutes=15)
    assert due["update:status_page:1"] == at_noon + timedelta(minutes=20)
    assert "Respond in 15 min" in re.sub(r"(<[^>]+>|\s)+", " ", shown)
    missing = {each.code for each in unbound(followed.current.content, storefront)}
    assert missing == {"lead", "writer", "team", "status_page"}
    known = f"{shown} {LOGINS} {PASSWORD}"
    assert [word for word in pressed() if word not in known] == []


@pytest.mark.parametrize(
    "name",
    [
        "first-incident.md",
        "who-is-told.md",
        "writing-a-post-mortem.md",
        "writing-messages.md",
    ],
)
def test_what_a_page_says_to_press_is_written_on_a_page_of_ours(name):
    folders = ["templates", "incidents", "postmortems", "config"]
    folders = [DOCS.parent / each for each in folders]
    files = [path for each in folders for path in each.rglob("*.*")]
    files = [path for path in files if path.suffix in {".html", ".py"}]
    words = " ".join(path.read_text() for path in files)

    pressed = BOLD.findall((DOCS / name).read_text())

    known = {word for word in pressed if word.rstrip(" …") in words}
    assert sorted(set(pressed) - known) == []
    assert len(known) > 10


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []
