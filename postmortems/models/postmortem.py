from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.changes import (
    Blocker,
    Refused,
    changing,
    in_sentences,
    locked,
    save_as,
    unfit,
)
from incidents.choices import PostMortemState
from incidents.models import Incident
from incidents.names import name_of
from incidents.querysets import ChildQuerySet
from postmortems.outline import OUTLINE

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_SECTION = 65_536
LONGEST_REASON = 500


class PostMortem(models.Model):
    """The write-up of one incident: sections people write, published when agreed."""

    incident = models.OneToOneField(
        Incident,
        verbose_name=_("incident"),
        on_delete=models.PROTECT,
        related_name="postmortem",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="postmortems_written",
    )
    opened_at = models.DateTimeField(_("opened"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        related_name="postmortems_published",
        null=True,
        blank=True,
    )
    history = HistoricalRecords()

    objects = ChildQuerySet["PostMortem"].as_manager()

    class Meta:
        verbose_name = _("post-mortem")
        verbose_name_plural = _("post-mortems")
        ordering = ["-opened_at"]
        permissions = [("publish_postmortem", _("Can publish a post-mortem"))]
        constraints = [
            models.CheckConstraint(
                name="postmortem_published_by_somebody",
                condition=Q(published_at=None, published_by=None)
                | Q(published_at__isnull=False, published_by__isnull=False),
                violation_error_message=_(
                    "A published post-mortem names who published it, and when."
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Post-mortem of %s")) % self.incident.reference

    def get_absolute_url(self) -> str:
        return reverse("admin:postmortems_postmortem_change", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    @classmethod
    def open(cls, incident: Incident, *, by: User, at: datetime) -> PostMortem:
        """Begin the write-up of an incident with the empty sections of the outline."""
        with locked(incident) as current:
            if cls.objects.filter(incident=current).exists():
                sentence = _now("Its post-mortem is open already: go on writing it.")
                raise Refused.because("opened", sentence)
            postmortem = cls(incident=current, author=by, opened_at=at)
            save_as(postmortem, by)
            for order, (key, title, prompt) in enumerate(OUTLINE, start=1):
                section = Section(postmortem=postmortem, key=key, order=order)
                section.title, section.prompt = str(title), str(prompt)
                save_as(section, by)
            incident.record_postmortem(
                PostMortemState.DRAFT, by=by, at=at, text=_now("Post-mortem opened")
            )
        return postmortem

    def write(
        self, changes: Mapping[str, tuple[str, str]], *, by: User, at: datetime
    ) -> list[Section]:
        """Save texts: {key of the section: (what the writer saw, what they wrote)}.

        Returns the sections that changed. If somebody else wrote in one of them
        meanwhile, nothing is saved and every such section is a blocker.
        """
        with changing(self, by=by, at=at) as change:
            change.require(change.row._blockers_of_write())
            change.stop_if_blocked()
            written = []
            for section in self.sections.select_for_update().filter(key__in=changes):
                seen, new = map(_tidy, changes[section.key])
                if new in (seen, section.body):
                    continue
                if section.body != seen:
                    change.require([section._written_meanwhile()])
                if len(new) > LONGEST_SECTION:
                    change.require([section._too_long()])
                section.body = new
                written.append(section)
            change.stop_if_blocked()
            for section in written:
                save_as(section, by, fields=["body"])
            return written

    def publish(self, *, by: User, at: datetime) -> None:
        """Declare the text agreed: from now on it stays as it is."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_of_publish())
            change.set(published_at=at, published_by=by)
            change.require(unfit(change.row))
            change.stop_if_blocked()
            with in_sentences(change.row):
                save_as(change.row, by, fields=["published_at", "published_by"])
            text = _now("Post-mortem published")
            state = PostMortemState.PUBLISHED
            self.incident.record_postmortem(state, by=by, at=at, text=text)

    def reopen(self, *, by: User, at: datetime, reason: str) -> None:
        """Take a published one back to draft, with the reason on the record."""
        with changing(self, by=by, at=at) as change:
            change.require(change.row.blockers_of_reopen(reason))
            change.stop_if_blocked()
            change.set(published_at=None, published_by=None)
            save_as(change.row, by, fields=["published_at", "published_by"])
            text = _now("Post-mortem back to draft: %s") % reason.strip()
            state = PostMortemState.DRAFT
            self.incident.record_postmortem(state, by=by, at=at, text=text)

    def blockers_of_publish(self) -> list[Blocker]:
        """List what stands against publishing: gaps in text, items and incident."""
        if not self.is_draft:
            return [Blocker("published", _now("It is published already."))]
        blockers = []
        if self.incident.is_running:
            sentence = _now("The incident is not resolved yet: resolve it first.")
            blockers.append(Blocker("running", sentence, "incident"))
        for section in self.sections.filter(body=""):
            sentence = _now("“%s” is empty: write it.") % section.title
            blockers.append(Blocker("empty", sentence, section.key))
        for item in self.incident.items.pending():
            if item.owner_id is None:
                sentence = _now("The action item “%s” has no owner.") % item
                blockers.append(Blocker("item_owner", sentence, str(item.pk)))
            if item.due_on is None:
                sentence = _now("The action item “%s” has no due date.") % item
                blockers.append(Blocker("item_due", sentence, str(item.pk)))
        return blockers

    def blockers_of_reopen(self, reason: str = "-") -> list[Blocker]:
        blockers = []
        if self.is_draft:
            blockers.append(Blocker("draft", _now("It is a draft: go on writing.")))
        if not reason.strip():
            sentence = _now("Say why it goes back to draft.")
            blockers.append(Blocker("reason", sentence, "reason"))
        if len(reason) > LONGEST_REASON:
            sentence = _now("Say why in at most %d characters.") % LONGEST_REASON
            blockers.append(Blocker("reason", sentence, "reason"))
        return blockers

    def _blockers_of_write(self) -> list[Blocker]:
        if self.is_draft:
            return []
        sentence = _now("It is published; take it back to draft to change its text.")
        return [Blocker("published", sentence)]


class Section(models.Model):
    """One part of a post-mortem, written as Markdown."""

    postmortem = models.ForeignKey(
        PostMortem, on_delete=models.PROTECT, related_name="sections"
    )
    key = models.SlugField(_("key"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"))
    title = models.CharField(_("title"), max_length=120)
    prompt = models.TextField(_("guiding question"), blank=True)
    body = models.TextField(_("text"), blank=True, max_length=LONGEST_SECTION)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["postmortem", "order"]
        constraints = [
            models.UniqueConstraint(
                name="section_key_once",
                fields=["postmortem", "key"],
                violation_error_message=_("The post-mortem has this section already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def _too_long(self) -> Blocker:
        sentence = _now("“%(section)s” is longer than %(most)d characters: shorten it.")
        names = {"section": self.title, "most": LONGEST_SECTION}
        return Blocker("long", sentence % names, self.key)

    def _written_meanwhile(self) -> Blocker:
        latest = self.history.select_related("history_user").first()
        user = latest.history_user if latest else None
        sentence = _now("%(who)s wrote in “%(section)s” meanwhile: compare the texts.")
        who = name_of(user) or _now("Somebody")
        names = {"who": who, "section": self.title}
        return Blocker("stale", sentence % names, self.key)


def _tidy(text: str) -> str:
    """Make texts comparable: browsers send CRLF, and trailing blanks mean nothing."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
