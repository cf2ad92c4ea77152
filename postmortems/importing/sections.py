"""Writes the sections of an imported post-mortem, and the lines of their lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from incidents.changes import save_alike
from postmortems.choices import FactorCategory
from postmortems.importing.rows import Rows, write
from postmortems.importing.story import ToldLine, ToldPart
from postmortems.models import Finding, Section

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.models import PostMortem


def write_sections(
    postmortem: PostMortem, parts: Sequence[ToldPart], rows: Rows, by: User
) -> None:
    """Lay the sections out in the place of the empty ones there may be."""
    for section in postmortem.sections.all():
        section._history_user = by  # type: ignore[attr-defined]
        section.delete()
    sections = [
        Section(
            postmortem=postmortem,
            order=order,
            body=part.body,
            is_public=part.is_public,
            **vars(part.plan),
        )
        for order, part in enumerate(parts, start=1)
    ]
    write(sections, Section, by)
    for section, part in zip(sections, parts, strict=True):
        if part.lines:
            _write_lines(section, part.lines, rows, by)


def _write_lines(
    section: Section, lines: Sequence[ToldLine], rows: Rows, by: User
) -> None:
    """Write the lines; what came of what is known once all of them have keys."""
    findings = {
        line.number: _finding(section, order, line, rows)
        for order, line in enumerate(lines, start=1)
    }
    write(findings.values(), Finding, by)
    by_earlier: dict[int, list[Finding]] = {}
    for line in lines:
        if line.earlier in findings and line.earlier != line.number:
            by_earlier.setdefault(line.earlier, []).append(findings[line.number])
    for earlier, later in by_earlier.items():
        save_alike(later, by, {"earlier": findings[earlier]})


def _finding(section: Section, order: int, line: ToldLine, rows: Rows) -> Finding:
    known = line.category in FactorCategory.values
    return Finding(
        section=section,
        order=order,
        text=line.text,
        category=line.category if known else "",
        priority=line.priority,
        evidence=rows.entries.get(line.evidence or 0),
        item=rows.items.get(line.item or 0),
        is_public=line.is_public,
    )
