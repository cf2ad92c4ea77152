"""The verbs of reviewing a post-mortem: comments and approvals."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from incidents.changes import Blocker, Change, changing, unfit
from incidents.names import name_of
from incidents.revisions import touch
from postmortems.models.review import Reviewer, SectionComment
from postmortems.models.section import Section, tidy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.models.postmortem import PostMortem


# The code of a refusal to whoever has not read what is there now.
CHANGED = "changed"


class ReviewVerbs(models.Model):
    class Meta:
        abstract = True

    def ask(self: PostMortem, person: User, *, by: User, at: datetime) -> Reviewer:
        """Ask somebody to review it; whoever was asked already is asked anew."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_if_published())
            self._must_be_able_to_read(change, person)
            change.stop_if_blocked()
            reviewer, is_new = self.reviewers.get_or_create(
                person=person, defaults={"asked_at": at, "asked_by": by}
            )
            if not is_new:
                reviewer.asked_at, reviewer.asked_by = at, by
                reviewer.save(update_fields=["asked_at", "asked_by"])
            touch(self.incident_id)
            return reviewer

    def _must_be_able_to_read(
        self: PostMortem, change: Change[PostMortem], person: User
    ) -> None:
        name = name_of(person)
        if person == change.row.author:
            sentence = _("%s is its author: ask somebody else.") % name
            change.refuse("author", sentence, "person")
        elif not person.is_active:
            sentence = _("%s is deactivated: ask somebody else.") % name
            change.refuse("inactive", sentence, "person")
        elif not type(self).objects.visible_to(person).filter(pk=self.pk).exists():
            sentence = _("%s may not see this incident: ask somebody else.") % name
            change.refuse("unseen", sentence, "person")

    def approve(self: PostMortem, *, by: User, at: datetime, seen: str = "") -> None:
        """Say that the text is right as it stands now; its author cannot.

        `seen` is the fingerprint of the text that was read, where that is known:
        nobody agrees to what was written meanwhile.
        """
        with changing(self, by=by, at=at) as change:
            digest = self.text_digest()
            change.require(change.row.blockers_if_published())
            change.require(self.blockers_if_unread(seen, digest))
            if change.row.author == by:
                sentence = _("Its author cannot approve it: ask somebody else to.")
                change.refuse("author", sentence)
            change.stop_if_blocked()
            self.note_approval(by, at, digest)

    def blockers_if_unread(self: PostMortem, seen: str, digest: str) -> list[Blocker]:
        """Refuse whoever read another text than the one with this fingerprint."""
        if seen in ("", digest):
            return []
        sentence = _(
            "It was changed while you read it: look at what is new, then press again."
        )
        return [Blocker(CHANGED, sentence)]

    def note_approval(self: PostMortem, by: User, at: datetime, digest: str) -> None:
        """Keep that somebody agreed to the text with this fingerprint."""
        said = {
            "approved_at": at,
            "approved_digest": digest,
            "approved_version": self.version,
        }
        asked = {"asked_at": at, "asked_by": by}
        self.reviewers.update_or_create(
            person=by, defaults=said, create_defaults={**asked, **said}
        )
        touch(self.incident_id)

    def withdraw_approval(self: PostMortem, *, by: User, at: datetime) -> None:
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_if_published())
            change.stop_if_blocked()
            nothing = {"approved_at": None, "approved_digest": ""}
            self.reviewers.filter(person=by).update(**nothing)
            touch(self.incident_id)

    def comment(
        self: PostMortem, section: Section, text: str, *, by: User, at: datetime
    ) -> SectionComment:
        """Say something about a section, for its writers to take up."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_if_published())
            said = tidy(text).strip()
            if not said:
                change.refuse("text", _("Write the comment first."), "text")
            comment = SectionComment(section=section, author=by, at=at, text=said)
            if said:
                change.require(unfit(comment))
            change.stop_if_blocked()
            comment.save()
            touch(self.incident_id)
            return comment

    def settle(
        self: PostMortem,
        comment: SectionComment,
        *,
        resolved: bool,
        by: User,
        at: datetime,
    ) -> None:
        """Resolve a comment, or open it again; a second press changes nothing."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_if_published())
            row = SectionComment.objects.select_for_update().get(pk=comment.pk)
            change.stop_if_blocked()
            if bool(row.resolved_at) != resolved:
                row.resolved_at = at if resolved else None
                row.resolved_by = by if resolved else None
                row.save(update_fields=["resolved_at", "resolved_by"])
                touch(self.incident_id)

    def approvals(self: PostMortem) -> list[Reviewer]:
        """List who approved what is being written, or the version that is out."""
        round_ = self.version if self.is_draft else self.version - 1
        approved = self.reviewers.approved().filter(approved_version=round_)
        return list(approved.select_related("person"))
