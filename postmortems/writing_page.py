"""The page on which a post-mortem is written: its sections, as its writers see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from incidents.choices import ITEM_STATUS_BADGES, PRIORITY_BADGES, ItemStatus
from incidents.names import name_of
from postmortems.choices import Block, Origin
from postmortems.editions import NEVER_PUBLIC
from postmortems.forms.fields import LINE, NEW, TEXT
from postmortems.meanings import Meaning, meaning_of
from postmortems.written_page import BLOCKS, Told

if TYPE_CHECKING:
    from datetime import datetime

    from django.forms import BoundField

    from incidents.models import ActionItem
    from postmortems.forms.unsettled import SettleForm
    from postmortems.forms.writing import WriteForm, Written
    from postmortems.models import Finding, PostMortem, Section

OWN = {Origin.ADDED, Origin.IMPORTED}


@dataclass(frozen=True)
class ShownItem:
    """The action item that a line became, and what it still lacks."""

    item: ActionItem

    @property
    def badge(self) -> str:
        return ITEM_STATUS_BADGES[ItemStatus(self.item.status)]

    @property
    def priority_badge(self) -> str:
        return PRIORITY_BADGES[self.item.priority]

    @property
    def owner(self) -> str:
        return name_of(self.item.owner)


@dataclass(frozen=True)
class PageLine:
    """One line of a list; `number` counts them, `earlier` is that of another."""

    finding: Finding
    text: Written
    number: int
    earlier: int | None = None
    is_last: bool = False
    # What its action item lacks is asked for here.
    settle: SettleForm | None = None

    @property
    def item(self) -> ShownItem | None:
        return ShownItem(self.finding.item) if self.finding.item else None

    @property
    def priority_badge(self) -> str:
        priority = self.finding.priority
        return "" if priority is None else PRIORITY_BADGES[priority]


@dataclass(frozen=True)
class PageSection:
    section: Section
    text: Written
    zone: str = "UTC"
    new: BoundField | None = None
    lines: list[PageLine] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it is written in: what is left out may still have unsaved text."""
        return self.section.is_shown or self.text.is_unsaved or self.has_conflict

    @property
    def has_conflict(self) -> bool:
        return self.text.stored is not None or bool(self.text.field.errors)

    @property
    def is_factors(self) -> bool:
        return self.section.is_list and is_about(self.section, Meaning.FACTORS)

    @property
    def is_written(self) -> bool:
        return self.section.is_block or bool(self.section.body.strip() or self.lines)

    @property
    def has_decisions(self) -> bool:
        """Whether lines stand, or are being typed, under what is told of a meeting."""
        typed = self.new.value() if self.new else ""
        return self.section.is_block and bool(self.lines or typed)

    @property
    def is_own(self) -> bool:
        return self.section.origin in OWN

    @property
    def may_be_public(self) -> bool:
        """Whether customers read it once it is marked; some blocks they never do."""
        return self.section.block not in NEVER_PUBLIC

    @property
    def can_be_left_out(self) -> bool:
        return not self.section.is_owed and not self.can_be_removed

    @property
    def can_be_removed(self) -> bool:
        return self.is_own and not self.is_written

    @property
    def is_folded(self) -> bool:
        """Whether its text is beside the point as long as nobody has written any."""
        is_beside = self.section.is_block or self.section.is_list
        is_heading = not self.section.prompts and not self.is_own
        is_used = self.text.field.value() or self.text.stored or self.text.field.errors
        return (is_beside or is_heading) and not is_used

    @property
    def template(self) -> str:
        """Name what shows its block."""
        return BLOCKS.format(self.section.block)


class WritingPage(Told):
    """All sections with their fields, and what the record says now."""

    def __init__(
        self,
        postmortem: PostMortem,
        form: WriteForm,
        now: datetime,
        digest: str = "",
    ) -> None:
        super().__init__(postmortem, now, digest)
        self.form = form

    @cached_property
    def sections(self) -> list[PageSection]:
        return [self._section(each) for each in self.form.sections]

    @property
    def shown(self) -> list[PageSection]:
        return [each for each in self.sections if each.is_open]

    @property
    def left_out(self) -> list[PageSection]:
        return [each for each in self.sections if not each.is_open]

    @property
    def owed(self) -> int:
        return sum(each.section.is_owed for each in self.shown)

    @property
    def written(self) -> int:
        return sum(each.section.is_owed and each.is_written for each in self.shown)

    @cached_property
    def unsaved(self) -> list[tuple[str, str]]:
        """Name what was put back into the fields: its place, and what it is called."""
        titles: dict[str, str] = {}
        for name in self.form.unsaved:
            place = f"{name}" if name.startswith(LINE) else f"section-{_key(name)}"
            titles.setdefault(place, str(self.form.fields[name].label))
        return list(titles.items())

    @property
    def unsettled(self) -> list[SettleForm]:
        """Give what is asked for of action items that came of no line shown here."""
        lines = (line for each in self.shown for line in each.lines)
        at_lines = {line.finding.item_id for line in lines if line.settle}
        forms = self.form.unsettled.forms
        return [form for pk, form in forms.items() if pk not in at_lines]

    @property
    def shows_items(self) -> bool:
        return any(each.section.block == Block.ITEMS for each in self.shown)

    def line(self, pk: int) -> PageLine | None:
        """Find a line by its key."""
        lines = (line for each in self.sections for line in each.lines)
        return next((line for line in lines if line.finding.pk == pk), None)

    def _section(self, section: Section) -> PageSection:
        return PageSection(
            section=section,
            text=self.form.written(TEXT + section.key),
            zone=section.zone or self.postmortem.incident.team.zone.key,
            new=self.form[NEW + section.key] if section.takes_lines else None,
            lines=list(self._lines(section)),
        )

    def _lines(self, section: Section) -> Iterator[PageLine]:
        mine = [
            each
            for each in self.form.findings.values()
            if each.section_id == section.pk
        ]
        numbers = {each.pk: number for number, each in enumerate(mine, start=1)}
        for each in mine:
            yield PageLine(
                finding=each,
                text=self.form.written(f"{LINE}{each.pk}"),
                number=numbers[each.pk],
                earlier=numbers.get(each.earlier_id or 0),
                is_last=numbers[each.pk] == len(mine),
                settle=self.form.unsettled.forms.get(each.item_id or 0),
            )


def is_about(section: Section, meaning: Meaning) -> bool:
    return (meaning_of(section.key) or meaning_of(section.title)) == meaning


def _key(name: str) -> str:
    """Give the key of the section from the name of one of its fields."""
    return name.removeprefix(TEXT).removeprefix(NEW)
