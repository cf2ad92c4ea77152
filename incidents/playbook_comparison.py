"""Playbooks in a few figures, so that they can be told apart before one is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.choices import Priority
from incidents.playbooks.presets import PRESETS, preset
from incidents.playbooks.schema import PlaybookDocument, SeverityLevel


@dataclass(frozen=True)
class Outline:
    """A document, in words: what it is for, and pairs of a head and what it has."""

    code: str
    title: str | Promise
    summary: str
    facts: tuple[tuple[str, str], ...]


def outlines_of_presets() -> list[Outline]:
    return [outline_of(preset(code), code, title) for code, title in PRESETS.items()]


def outline_of(
    content: PlaybookDocument, code: str = "", title: str | Promise = ""
) -> Outline:
    return Outline(
        code=code,
        title=title or content.name,
        summary=content.summary or "",
        facts=tuple((head, text) for head, text in _facts(content) if text),
    )


def _facts(content: PlaybookDocument) -> Iterator[tuple[str, str]]:
    levels = content.severities
    yield _("Severities"), ", ".join(map(str, levels))
    yield _("Respond"), _each(levels, "respond")
    yield _("Resolve"), _each(levels, "resolve")
    yield _("Updates"), _updates(levels)
    yield _("Ladder"), _rungs(content)
    yield _("Phases"), ", ".join(phase.name for phase in content.phases)
    yield _("Led by"), content.leading_role.name
    yield _("Kept at hand"), _kept(content)
    yield _("Post-mortem"), _postmortem(content)
    yield _("Action items"), _items(content)


def _each(levels: tuple[SeverityLevel, ...], name: str) -> str:
    found = [(each.code, getattr(each, name)) for each in levels]
    return ", ".join(f"{code} {target}" for code, target in found if target)


def _updates(levels: tuple[SeverityLevel, ...]) -> str:
    rhythms = {
        level.code: ", ".join(dict.fromkeys(str(c.every) for c in level.updates))
        for level in levels
        if level.updates
    }
    return "; ".join(f"{code} {rhythm}" for code, rhythm in rhythms.items())


def _rungs(content: PlaybookDocument) -> str:
    number = len(content.ladder)
    return ngettext("%d rung", "%d rungs", number) % number if number else ""


def _kept(content: PlaybookDocument) -> str:
    lists, books = len(content.checklists), len(content.runbooks)
    ways, texts = len(content.strategies), len(content.messages)
    commands = sum(len(group.commands) for group in content.commands)
    said = (
        lists and ngettext("%d checklist", "%d checklists", lists) % lists,
        books and ngettext("%d runbook", "%d runbooks", books) % books,
        ways and ngettext("%d strategy", "%d strategies", ways) % ways,
        texts and ngettext("%d message", "%d messages", texts) % texts,
        commands and ngettext("%d command", "%d commands", commands) % commands,
    )
    return ", ".join(each for each in said if each)


def _postmortem(content: PlaybookDocument) -> str:
    rule = content.postmortem
    review = _("review held") if rule.review_means == "held" else _("review scheduled")
    dates = (
        (_("report"), rule.report),
        (_("draft"), rule.draft),
        (review, rule.review),
    )
    return ", ".join(f"{name} {due}" for name, due in dates if due)


def _items(content: PlaybookDocument) -> str:
    rules = content.action_items.priorities
    return ", ".join(f"{Priority(rule.priority).label} {rule.due}" for rule in rules)
