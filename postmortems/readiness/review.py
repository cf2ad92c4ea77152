"""What stands against publishing, and what is weak about the review and editions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postmortems.choices import Edition
from postmortems.editions import NEVER_PUBLIC
from postmortems.models import SectionComment
from postmortems.readiness.check import Check, Draft, Level

if TYPE_CHECKING:
    from incidents.changes import Blocker
    from incidents.models import Incident
    from postmortems.snapshot import Part

REVIEW = "#review"
# The codes of blockers that an owner or a date of an action item mends.
OF_ITEMS = frozenset({"item_owner", "item_due"})


def checks_that_block(draft: Draft, blockers: Sequence[Blocker]) -> Iterator[Check]:
    """Turn what the verb would refuse into checks, each with its place."""
    for each in blockers:
        url = place_of(each, draft.incident)
        yield Check(each.code, Level.BLOCKS, each.sentence, url, each.field)


def place_of(blocker: Blocker, incident: Incident) -> str:
    """Give where to mend what stands against publishing; empty if nowhere."""
    if blocker.code == "empty":
        return f"#section-{blocker.field}"
    if blocker.code in OF_ITEMS:
        return reverse("admin:incidents_actionitem_change", args=[blocker.field])
    if blocker.code == "running":
        return incident.get_absolute_url()
    return REVIEW if blocker.code == "approval" else ""


def checks_of_review(draft: Draft, blocked: Sequence[Blocker]) -> Iterator[Check]:
    yield from _comments(draft)
    yield from _approvals(draft, blocked)
    yield from _public(draft)


def _comments(draft: Draft) -> Iterator[Check]:
    open_ones = SectionComment.objects.unresolved().filter(
        section__postmortem=draft.postmortem
    )
    by_section = open_ones.order_by("section__order").values_list(
        "section__key", "section__title"
    )
    for key, title, number in by_section.annotate(number=Count("pk")):
        sentence = ngettext(
            "%(number)d comment on “%(title)s” is not resolved.",
            "%(number)d comments on “%(title)s” are not resolved.",
            number,
        )
        sentence = sentence % {"number": number, "title": title}
        yield Check("comments", Level.WEAK, sentence, f"#comments-{key}", key)


def _approvals(draft: Draft, blocked: Sequence[Blocker]) -> Iterator[Check]:
    if any(each.code == "approval" for each in blocked):
        return  # it blocks, and says whose approval is of an earlier text
    approvals = draft.snapshot.approvals
    stale = [each for each in approvals if each.is_stale]
    if not approvals:
        sentence = _("Nobody has approved it yet: ask somebody to read it.")
        yield Check("no_approval", Level.WEAK, sentence, REVIEW, "review")
    for each in stale:
        sentence = _("The text was changed after %(person)s approved it, %(at)s.")
        sentence = sentence % {"person": each.person, "at": draft.clock(each.at)}
        yield Check("stale", Level.WEAK, sentence, REVIEW, "review")


def _public(draft: Draft) -> Iterator[Check]:
    """Where customers read an edition, look at what the next would tell them."""
    customer = draft.postmortem.publications.filter(edition=Edition.CUSTOMER)
    if not customer.exists():
        return
    parts = [each for each in draft.snapshot.parts if each.is_public]
    if not any(each.block not in NEVER_PUBLIC for each in parts):
        sentence = _("Customers read an edition, and no section is marked for them.")
        yield Check("nothing_public", Level.WEAK, sentence, "#writing", "public")
    for part in parts:
        if part.block not in NEVER_PUBLIC and _is_mute(draft, part):
            sentence = _("“%s” is for customers, and nothing in it is marked for them.")
            url = draft.section_url(part.key)
            sentence = sentence % part.title
            yield Check("part_not_public", Level.WEAK, sentence, url, part.key)


def _is_mute(draft: Draft, part: Part) -> bool:
    snapshot = draft.snapshot
    if part.body.strip() or part.kind == "text":
        return False
    if part.block == "timeline":
        return not any(each.is_public for each in snapshot.timeline)
    if part.block == "items":
        return not any(each.is_public for each in snapshot.items)
    return part.kind == "list" and not any(line.is_public for line in part.lines)
