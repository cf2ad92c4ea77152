"""The verbs of writing a post-mortem: texts, lists, sections, who the author is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from incidents.changes import (
    Blocker,
    Change,
    Refused,
    changing,
    in_sentences,
    save_as,
    unfit,
)
from incidents.names import name_of
from incidents.revisions import touch
from postmortems.choices import Origin, SectionKind
from postmortems.laying_out import free_key
from postmortems.models.finding import LONGEST_FINDING, Finding, misplaced
from postmortems.models.section import Section, is_too_long, tidy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import ActionItem
    from postmortems.models.postmortem import PostMortem

Texts = Mapping[str, tuple[str, str]]
MOST_FINDINGS = 100
MOST_SECTIONS = 60
# What of a finding may be changed besides its text.
DESCRIBED = frozenset({"category", "priority", "evidence", "earlier", "is_public"})
LONGEST_ITEM_TITLE = 200


class WritingVerbs(models.Model):
    class Meta:
        abstract = True

    def write(
        self: PostMortem,
        changes: Texts,
        *,
        by: User,
        at: datetime,
        findings: Mapping[int, tuple[str, str]] | None = None,
        added: Mapping[str, Iterable[str]] | None = None,
    ) -> list[Section]:
        """Save texts: {key of the section: (what the writer saw, what they wrote)}.

        `findings` says the same of lines of lists by their keys, where an empty text
        takes the line away; `added` has new lines by section. Returns the sections
        whose text changed. If somebody else wrote in one of them meanwhile, nothing is
        saved and every such section or line is a blocker.
        """
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_if_published())
            change.stop_if_blocked()
            written = self._texts_written(change, changes)
            kept, gone = self._findings_written(change, findings or {})
            kept += self._findings_added(change, added or {})
            change.stop_if_blocked()
            for section in written:
                save_as(section, by, fields=["body"])
            for finding in kept:
                save_as(finding, by)
            for finding in gone:
                finding._history_user = by  # type: ignore[attr-defined]
                finding.delete()
            if changes:  # else it comes from elsewhere than the page that keeps drafts
                self.drafts.filter(person=by).delete()
            if written or kept or gone:
                touch(self.incident_id)
            return written

    def _texts_written(
        self: PostMortem, change: Change[PostMortem], changes: Texts
    ) -> list[Section]:
        written = []
        for section in self.sections.select_for_update().filter(key__in=changes):
            seen, new = map(tidy, changes[section.key])
            if new in (seen, section.body):
                continue
            if section.body != seen:
                change.require([section.written_meanwhile()])
            if is_too_long(new):
                change.require([section.too_long()])
            section.body = new
            written.append(section)
        return written

    def _findings_written(
        self: PostMortem, change: Change[PostMortem], texts: Mapping[int, Any]
    ) -> tuple[list[Finding], list[Finding]]:
        """Give the lines that say something else now, and those that are gone."""
        kept: list[Finding] = []
        gone: list[Finding] = []
        mine = Finding.objects.select_for_update().filter(section__postmortem=self)
        found = {finding.pk: finding for finding in mine.filter(pk__in=texts)}
        for pk, (was, now) in texts.items():
            seen, new = tidy(was).strip(), tidy(now).strip()
            finding = found.get(pk)
            if finding is None:
                if new and new != seen:
                    sentence = _("Somebody took this line away meanwhile: %s")
                    change.refuse("gone", sentence % new, f"finding-{pk}")
                continue
            if new in (seen, finding.text):
                continue
            if finding.text != seen:
                sentence = _("Somebody changed this line meanwhile; it now says: %s")
                change.refuse("stale", sentence % finding.text, f"finding-{pk}")
            change.require(_too_long(new, f"finding-{pk}"))
            finding.text = new
            (kept if new else gone).append(finding)
        return kept, gone

    def _findings_added(
        self: PostMortem, change: Change[PostMortem], added: Mapping[str, Iterable[str]]
    ) -> list[Finding]:
        new: list[Finding] = []
        for section in self.sections.filter(key__in=added):
            lines = [tidy(line).strip() for line in added[section.key]]
            count = section.findings.count()
            last = section.findings.aggregate(last=Max("order"))["last"] or 0
            texts = [line for line in lines if line]
            if texts and count + len(texts) > MOST_FINDINGS:
                sentence = _("“%(list)s” would have more than %(most)d lines.")
                names = {"list": section.title, "most": MOST_FINDINGS}
                change.refuse("many", sentence % names, f"new-{section.key}")
            for order, text in enumerate(texts, start=last + 1):
                change.require(_too_long(text, f"new-{section.key}"))
                new.append(Finding(section=section, order=order, text=text))
        return new

    def describe(
        self: PostMortem,
        finding: Finding,
        *,
        by: User,
        at: datetime,
        was: Mapping[str, Any],
        **new: Any,
    ) -> None:
        """Say more of a line: its category, priority, evidence, what it came of.

        Only what is in `new` is changed, and only if it still is what `was` says.
        """
        with changing(self, by=by, at=at) as change:
            row = Finding.objects.select_for_update().get(pk=finding.pk)
            if set(new) - {"is_public"}:
                change.require(change.row.blockers_if_published())
            for name, value in new.items():
                if name not in DESCRIBED:
                    raise TypeError(name)
                if getattr(row, name) not in (was.get(name), value):
                    sentence = _("Somebody changed this meanwhile: look again.")
                    change.refuse("stale", sentence, name)
                setattr(row, name, value)
            change.require(self._misplaced(row))
            change.require(unfit(row))
            change.stop_if_blocked()
            with in_sentences(row):
                save_as(row, by, fields=new)
            touch(self.incident_id)

    def _misplaced(self: PostMortem, row: Finding) -> list[Blocker]:
        blockers = []
        if row.evidence and row.evidence.incident_id != self.incident_id:
            sentence = _("That entry belongs to another incident.")
            blockers.append(Blocker("evidence", sentence, "evidence"))
        came_of = dict(row.section.findings.values_list("pk", "earlier"))
        found = misplaced({**came_of, row.pk: row.earlier_id}, row.pk)
        return [*blockers, found] if found else blockers

    def move(
        self: PostMortem, finding: Finding, by_lines: int, *, by: User, at: datetime
    ) -> None:
        """Move a line of a list up (-1) or down (+1), as far as there are lines."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_if_published())
            change.stop_if_blocked()
            rows = list(finding.section.findings.select_for_update())
            place = next(
                (n for n, row in enumerate(rows) if row.pk == finding.pk), None
            )
            if place is None:
                raise Refused.because("gone", _("This line is no longer there."))
            to = min(max(place + by_lines, 0), len(rows) - 1)
            rows.insert(to, rows.pop(place))
            for order, row in enumerate(rows, start=1):
                if row.order != order:
                    row.order = order
                    save_as(row, by, fields=["order"])
            touch(self.incident_id)

    def raise_item(
        self: PostMortem, finding: Finding, *, by: User, at: datetime, **item: Any
    ) -> ActionItem:
        """Make an action item of a line, in its words unless others are given."""
        with changing(self, by=by, at=at) as change:
            row = Finding.objects.select_for_update().get(pk=finding.pk)
            if row.item_id:
                sentence = _("It is an action item already.")
                change.refuse("item", sentence, "item")
            change.stop_if_blocked()
            if row.priority is not None:
                item.setdefault("priority", row.priority)
            title, details = row.text, ""
            if len(title) > LONGEST_ITEM_TITLE or "\n" in title:
                title, details = _titled_by(row.text), row.text
            item = {"title": title, "details": details, **item}
            made = self.incident.add_item(
                by=by, at=at, raised_from=row.evidence, **item
            )
            row.item = made
            save_as(row, by, fields=["item"])
            return made

    def switch(
        self: PostMortem,
        section: Section,
        *,
        by: User,
        at: datetime,
        shown: bool | None = None,
        public: bool | None = None,
    ) -> None:
        """Show a section or leave it out; let customers read it or not."""
        with changing(self, by=by, at=at) as change:
            row = self.sections.select_for_update().get(pk=section.pk)
            fields = []
            if shown is not None:
                change.require(change.row.blockers_if_published())
                if not shown and row.is_owed:
                    sentence = _(
                        "The playbook asks for “%s”: it cannot be left out. Write why "
                        "there is nothing to say."
                    )
                    change.refuse("owed", sentence % row.title, row.key)
                row.is_shown = shown
                fields.append("is_shown")
            if public is not None:
                row.is_public = public
                fields.append("is_public")
            change.stop_if_blocked()
            save_as(row, by, fields=fields)
            touch(self.incident_id)

    def add_section(
        self: PostMortem,
        title: str,
        *,
        by: User,
        at: datetime,
        kind: str = SectionKind.TEXT,
        after: Section | None = None,
        origin: str = Origin.ADDED,
        depth: int = 0,
        body: str = "",
    ) -> Section:
        """Add a section of the writers' own, behind another one or at the end."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_if_published())
            sections = list(self.sections.select_for_update())
            if not title.strip():
                change.refuse("title", _("Give the section a title."), "title")
            if len(sections) >= MOST_SECTIONS:
                sentence = _("There are %d sections already: join some of them.")
                change.refuse("many", sentence % MOST_SECTIONS, "title")
            place = len(sections)
            if after is not None:
                keys = [each.pk for each in sections]
                place = keys.index(after.pk) + 1 if after.pk in keys else place
            taken = {each.key for each in sections}
            section = Section(postmortem=self, kind=kind, origin=origin, depth=depth)
            section.title, section.body = title.strip(), tidy(body)
            section.key = free_key(slugify(title) or "section", taken)
            if is_too_long(section.body):
                change.require([section.too_long()])
            sections.insert(place, section)
            section.order = place + 1
            change.require(unfit(section))
            change.stop_if_blocked()
            for order, each in enumerate(sections, start=1):
                if each.order != order and each is not section:
                    # Bookkeeping: that a section moved down is not what was written.
                    Section.objects.filter(pk=each.pk).update(order=order)
            save_as(section, by)
            touch(self.incident_id)
            return section

    def remove_section(
        self: PostMortem, section: Section, *, by: User, at: datetime
    ) -> None:
        """Take away a section that its writers added, if nothing stands in it."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_if_published())
            row = self.sections.select_for_update().get(pk=section.pk)
            if row.origin not in {Origin.ADDED, Origin.IMPORTED}:
                sentence = _("“%s” belongs to the layout: leave it out instead.")
                change.refuse("layout", sentence % row.title, row.key)
            if row.body or row.findings.exists() or row.comments.exists():
                sentence = _("Something is written in “%s”: empty it first.")
                change.refuse("written", sentence % row.title, row.key)
            change.stop_if_blocked()
            row._history_user = by  # type: ignore[attr-defined]
            row.delete()
            touch(self.incident_id)

    def hand_to(
        self: PostMortem, person: User, *, by: User, at: datetime, instead_of: User
    ) -> None:
        """Make somebody else the author, unless somebody did so meanwhile."""
        with changing(self, by=by, at=at) as change:
            author = change.row.author
            if author != instead_of:
                sentence = _("Its author is %s by now.") % name_of(author)
                change.refuse("author_moved", sentence, "author")
            if not person.is_active:
                sentence = _("%s is deactivated: choose somebody else.") % person
                change.refuse("inactive", sentence, "author")
            seen = type(self).objects.visible_to(person).filter(pk=self.pk)
            if not seen.exists():
                sentence = _("%s may not see this incident: choose somebody else.")
                change.refuse("unseen", sentence % name_of(person), "author")
            change.stop_if_blocked()
            change.set(author=person)
            save_as(change.row, by, fields=["author"])
            touch(self.incident_id)


def _too_long(text: str, field: str) -> list[Blocker]:
    if len(text) <= LONGEST_FINDING:
        return []
    sentence = _("Say it in at most %s characters, or write it in a section.")
    return [Blocker("long", sentence % f"{LONGEST_FINDING:,}", field)]


def _titled_by(text: str) -> str:
    """Give as much of the first line as the title of an item holds."""
    line = text.partition("\n")[0]
    too_long = len(line) > LONGEST_ITEM_TITLE
    return f"{line[: LONGEST_ITEM_TITLE - 1]}…" if too_long else line
