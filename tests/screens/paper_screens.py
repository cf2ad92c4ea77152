"""The screens of post-mortems: written, reviewed, published, read and found again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import Page

from incidents.choices import PostMortemState
from incidents.models import Incident
from postmortems import meetings
from postmortems.choices import Edition
from postmortems.models import Finding, PostMortem
from postmortems.reports import render_now, request_report
from postmortems.reviewing import ask
from tests.screens.screen import Screen

POSTMORTEM = "admin:postmortems_postmortem_"
LIBRARY = "admin:postmortems_searchentry_changelist"

WRITE_UP = """# Orders were taken twice

Severity: SEV-2
Authors: Leo Lead

## What happened
A retry of the till sent 214 orders a second time.

## Timeline (UTC)
- 09:12 The first complaint comes in
- 09:40 Retries are switched off
- somewhat later: all is quiet

## Odds and ends
The runbook of 2019 still names the old till.

## Action items
- [ ] Give each order a key of its own (@leo, due 2026-12-01, P1)
- [x] Switch retries off
"""


class Papers:
    """Post-mortems in every state, made from those of the demo."""

    def __init__(self, lead: User, manager: User, responder: User, now: Any) -> None:
        self.lead, self.manager, self.responder = lead, manager, responder
        self.now = now
        self.draft, self.reviewed = PostMortem.objects.filter(published_at=None)[:2]
        self.published, self.corrected = PostMortem.objects.exclude(published_at=None)[
            :2
        ]
        bare = Incident.objects.filter(postmortem_state=PostMortemState.NONE)
        resolved = bare.filter(is_record=False).exclude(resolved_at=None)[0]
        self.empty = PostMortem.open(resolved, by=lead, at=now)
        self.review(self.reviewed)
        self.correct(self.corrected)
        self.fill(self.draft)
        render_now(self.reviewed, by=lead)
        render_now(self.reviewed, by=manager)
        request_report(self.reviewed, by=lead, at=now)

    def section(self, postmortem: PostMortem, kind: str = "text") -> Any:
        written = postmortem.sections.filter(kind=kind, is_shown=True)
        return written.exclude(body="").first() or written.first()

    def fill(self, postmortem: PostMortem) -> None:
        """Let a line be an item, and a factor say everything it can."""
        lines = list(Finding.objects.filter(section__postmortem=postmortem))
        at = self.now
        postmortem.raise_item(lines[0], by=self.lead, at=at)
        section = self.section(postmortem)
        postmortem.comment(section, "Say since when.", by=self.manager, at=at)

    def review(self, postmortem: PostMortem) -> None:
        """Ask two; one agrees to a text that is changed afterwards; call a meeting."""
        people, section = [self.manager, self.responder], self.section(postmortem)
        author = postmortem.author
        ask(postmortem, people, by=author, at=self.now)
        postmortem.approve(by=self.manager, at=self.now)
        said = "Which of the two switches was it? The log names only one."
        thread = postmortem.comment(section, said, by=self.responder, at=self.now)
        postmortem.comment(section, "The first one.", by=author, at=self.now)
        postmortem.settle(thread, resolved=True, by=author, at=self.now)
        text = f"{section.body}\n\nIt was the first of the two switches."
        changes = {section.key: (section.body, text)}
        postmortem.write(changes, by=author, at=self.now + timedelta(minutes=1))
        plan = meetings.Plan(
            starts_at=self.now + timedelta(days=2),
            place="Room 4, and https://meet.debrief.example/review",
            attendees=(self.lead, *people),
            guests="Ina of the payment provider",
        )
        meetings.arrange(postmortem, plan, by=author, at=self.now)

    def correct(self, postmortem: PostMortem) -> None:
        """Publish a second version, and an edition for customers."""
        at, by = self.now, self.manager
        reason = "The provider named another cause"
        postmortem.reopen(by=by, at=at, reason=reason)
        section = self.section(postmortem)
        changes = {section.key: (section.body, section.body + "\n\nCorrected.")}
        postmortem.write(changes, by=self.lead, at=at)
        postmortem.switch(section, public=True, by=by, at=at)
        postmortem.publish(by=by, at=at)
        postmortem.publish_edition(Edition.CUSTOMER, by=by, at=at)


def pick(name: str) -> Any:
    return lambda world: getattr(world.papers, name).pk


def a_written_section(world: Any) -> object:
    return world.papers.section(world.papers.reviewed).key


def write_against_another(page: Page) -> None:
    """Save what somebody else seems to have saved meanwhile."""
    text = page.locator(".part-text textarea[name^=text-]").first
    page.evaluate(
        "name => { document.getElementsByName(name)[0].value = 'Something older' }",
        f"seen-{text.get_attribute('name')}",
    )
    text.fill("What I typed while somebody else saved.")
    with page.expect_navigation():
        page.locator(".writing-bar .button-primary").click()


def preview_first(page: Page) -> None:
    page.get_by_role("button", name="Preview").first.click()
    page.locator(".paper:not([hidden])").first.wait_for()


def leave_unsaved(page: Page) -> None:
    if page.locator(".unsaved").count():
        return  # since the shot before this one
    page.locator(".part-text textarea").first.fill("It began at noon, when")
    page.locator("#kept", has_text=re.compile("^Kept ")).wait_for()
    page.reload()


def paste(page: Page) -> None:
    page.get_by_label("or its text").fill(WRITE_UP)
    with page.expect_navigation():
        page.get_by_role("button", name="Look at it").click()


def unfold_work(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.work details').forEach(d => d.open = 1)")


CHANGE, DRAFTED, PUBLISHED = POSTMORTEM + "change", pick("draft"), pick("published")
REVIEWED, CORRECTED = pick("reviewed"), pick("corrected")
PAPERS = (
    Screen("postmortems", POSTMORTEM + "changelist"),
    Screen("postmortem-draft", CHANGE, (DRAFTED,)),
    Screen("postmortem-empty", CHANGE, (pick("empty"),)),
    Screen("postmortem-reviewed", CHANGE, (REVIEWED,), act=unfold_work),
    Screen("postmortem-as-reviewer", CHANGE, (REVIEWED,), who="Mona"),
    Screen("postmortem-as-viewer", CHANGE, (DRAFTED,), who="Vera"),
    Screen(
        "postmortem-conflict",
        CHANGE,
        (DRAFTED,),
        who="Rosa",
        act=write_against_another,
    ),
    Screen("postmortem-preview", CHANGE, (DRAFTED,), act=preview_first),
    Screen("postmortem-unsaved", CHANGE, (pick("empty"),), act=leave_unsaved),
    Screen("postmortem-published", CHANGE, (PUBLISHED,)),
    Screen("postmortem-corrected", CHANGE, (CORRECTED,), who="Mona"),
    Screen("postmortem-timeline", POSTMORTEM + "timeline", (DRAFTED,)),
    Screen(
        "postmortem-section-history",
        POSTMORTEM + "section_history",
        (REVIEWED, a_written_section),
    ),
    Screen("postmortem-history", POSTMORTEM + "history", (REVIEWED,)),
    Screen("postmortem-meeting", POSTMORTEM + "meeting", (REVIEWED,)),
    Screen("postmortem-meeting-new", POSTMORTEM + "meeting", (DRAFTED,)),
    Screen(
        "postmortem-customers", POSTMORTEM + "edition", (CORRECTED, Edition.CUSTOMER)
    ),
    Screen("postmortem-summary", POSTMORTEM + "edition", (CORRECTED, Edition.SUMMARY)),
    Screen("postmortem-read", POSTMORTEM + "read", (PUBLISHED,)),
    Screen("postmortem-read-corrected", POSTMORTEM + "read", (CORRECTED,), who="Vera"),
    Screen("library", LIBRARY),
    Screen("library-search", LIBRARY, query="?q=database"),
    Screen("library-none-found", LIBRARY, query="?q=zeppelin"),
    Screen("postmortem-import", POSTMORTEM + "import"),
    Screen("postmortem-import-preview", POSTMORTEM + "import", act=paste),
)
