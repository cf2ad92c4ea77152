"""The verbs of publishing: a version is frozen, a correction becomes the next."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import (
    Blocker,
    Change,
    changing,
    in_sentences,
    save_as,
    unfit,
)
from incidents.choices import PostMortemState
from incidents.names import name_of
from postmortems.choices import Edition
from postmortems.models.publication import Publication

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.models.postmortem import PostMortem

LONGEST_REASON = 500


class PublishingVerbs(models.Model):
    class Meta:
        abstract = True

    def publish(
        self: PostMortem, *, by: User, at: datetime, seen: str = ""
    ) -> Publication:
        """Declare the text agreed: it is frozen as the next internal version.

        `seen` is the fingerprint of the text that was read, where that is known:
        nobody answers for what was written meanwhile.
        """
        with changing(self, by=by, at=at) as change:
            row, digest = change.row, change.row.text_digest()
            change.require(row.blockers_of_publish(by, digest))
            change.require(row.blockers_if_unread(seen, digest))
            change.stop_if_blocked()
            if by.pk not in row._authors():
                # Whoever publishes what somebody else wrote agrees to it.
                row.note_approval(by, at, digest)
            return self._put_out(change, row.correcting_because, by, digest)

    def publish_as_imported(self: PostMortem, *, by: User, at: datetime) -> Publication:
        """Publish what came from a file as it came: it was agreed to elsewhere."""
        with changing(self, by=by, at=at) as change:
            row = change.row
            change.require(row._blockers_of_publish_as_imported())
            change.stop_if_blocked()
            return self._put_out(change, _("Imported from %s") % row.source_name, by)

    def _put_out(
        self: PostMortem,
        change: Change[PostMortem],
        reason: str,
        by: User,
        digest: str = "",
    ) -> Publication:
        from postmortems.freezing import freeze

        row, at = change.row, change.at
        change.set(published_at=at, published_by=by, correcting_because="")
        change.set(version=row.version + 1)
        change.require(unfit(row))
        change.stop_if_blocked()
        with in_sentences(row):
            save_as(row, by, fields=_STATE)
        published = freeze(row, reason=reason, by=by, at=at, digest=digest)
        text = _("Post-mortem published, version %d") % row.version
        text = f"{text}: {reason}" if reason else text
        state = PostMortemState.PUBLISHED
        self.incident.record_postmortem(state, by=by, at=at, text=text)
        return published

    def reopen(self: PostMortem, *, by: User, at: datetime, reason: str) -> None:
        """Begin a correction, with its reason; what was published stays meanwhile."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_of_reopen(reason))
            change.stop_if_blocked()
            change.set(published_at=None, published_by=None)
            change.set(correcting_because=reason.strip())
            save_as(change.row, by, fields=_STATE)
            text = _("Correction of the post-mortem begun: %s") % reason.strip()
            state = PostMortemState.PUBLISHED
            self.incident.record_postmortem(state, by=by, at=at, text=text)

    def publish_edition(
        self: PostMortem, edition: str, *, by: User, at: datetime
    ) -> Publication:
        """Publish an edition of the internal version that is out."""
        from postmortems.freezing import freeze_edition

        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_of_edition(edition))
            change.stop_if_blocked()
            return freeze_edition(change.row, edition, by=by, at=at)

    def latest(self: PostMortem, edition: str = Edition.INTERNAL) -> Publication | None:
        """Give the version of an edition that was published last."""
        return self.publications.filter(edition=edition).order_by("-number").first()

    def blockers_of_publish(
        self: PostMortem, by: User | None = None, digest: str = ""
    ) -> list[Blocker]:
        """List what stands against publishing: gaps in text, items and incident.

        Given who would publish, also whether somebody but the author agrees to the
        text, whose fingerprint is taken here unless it is known.
        """
        if not self.is_draft:
            return [Blocker("published", _("It is published already."))]
        blockers = []
        if self.incident.is_running:
            sentence = _("The incident is not resolved yet: resolve it first.")
            blockers.append(Blocker("running", sentence, "incident"))
        blockers += self._blockers_of_text()
        for item in self.incident.items.pending():
            if item.owner_id is None:
                sentence = _("The action item “%s” has no owner.") % item
                blockers.append(Blocker("item_owner", sentence, str(item.pk)))
            if item.due_on is None:
                sentence = _("The action item “%s” has no due date.") % item
                blockers.append(Blocker("item_due", sentence, str(item.pk)))
        if by is not None and by.pk in self._authors():
            blockers += self._blockers_of_approval(digest)
        return blockers

    def _blockers_of_publish_as_imported(self: PostMortem) -> list[Blocker]:
        if not self.is_draft:
            return [Blocker("published", _("It is published already."))]
        blockers = []
        if not self.source_digest or self.version:
            sentence = _("Only what was just imported is published without review.")
            blockers.append(Blocker("imported", sentence))
        if self.incident.is_running:
            sentence = _("The incident is not resolved yet: resolve it first.")
            blockers.append(Blocker("running", sentence, "incident"))
        return blockers

    def _blockers_of_text(self: PostMortem) -> list[Blocker]:
        sections = self.sections.filter(is_shown=True, body="", findings=None)
        return [
            Blocker("empty", _("“%s” is empty: write it.") % section.title, section.key)
            for section in sections
            if section.is_owed
        ]

    def _blockers_of_approval(self: PostMortem, digest: str) -> list[Blocker]:
        """Ask for somebody else who agrees to the text as it is now."""
        authors = self._authors()
        others = [row for row in self.approvals() if row.person_id not in authors]
        if not others:
            sentence = _(
                "Nobody but its author agrees to it yet: ask a reviewer to approve it, "
                "or let somebody else publish it."
            )
            return [Blocker("approval", sentence, "review")]
        digest = digest or self.text_digest()
        if any(row.approved_digest == digest for row in others):
            return []
        sentence = _(
            "It was changed after %(who)s approved it: ask for a look at what changed, "
            "or let somebody else publish it."
        )
        who = ", ".join(name_of(row.person) for row in others)
        return [Blocker("approval", sentence % {"who": who}, "review")]

    def _authors(self: PostMortem) -> set[int | None]:
        """Give who is its author or was: handing it on makes nobody a second reader."""
        return {self.author_id, *self.history.values_list("author", flat=True)}

    def blockers_of_reopen(self: PostMortem, reason: str = "-") -> list[Blocker]:
        blockers = []
        if self.is_draft:
            blockers.append(Blocker("draft", _("It is a draft: go on writing.")))
        if not reason.strip():
            sentence = _("Say why it is corrected.")
            blockers.append(Blocker("reason", sentence, "reason"))
        if len(reason) > LONGEST_REASON:
            sentence = _("Say why in at most %d characters.") % LONGEST_REASON
            blockers.append(Blocker("reason", sentence, "reason"))
        return blockers

    def blockers_of_edition(self: PostMortem, edition: str) -> list[Blocker]:
        if edition not in Edition.values or edition == Edition.INTERNAL:
            return [Blocker("edition", _("There is no such edition."), "edition")]
        if not self.version:
            sentence = _("Publish the post-mortem itself first.")
            return [Blocker("unpublished", sentence)]
        public = self.sections.filter(is_public=True)
        if edition == Edition.CUSTOMER and not public.exists():
            sentence = _(
                "Nothing is marked for customers yet: mark the sections they may read."
            )
            return [Blocker("nothing_public", sentence, "public")]
        return []


_STATE = ("published_at", "published_by", "correcting_because", "version")
