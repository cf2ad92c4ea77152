from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.changes import Refused, in_sentences, locked, save_as, unfit
from incidents.choices import ENTRY_KINDS, Kind
from incidents.constraints import one_of
from incidents.last_steps import keeping_entry
from incidents.names import name_of
from incidents.querysets import TimelineQuerySet
from incidents.revisions import touch

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_ENTRY = 10_000
MOST_PINNED = 20
# What an entry says; a correction of anything else is not worth a word.
SAID = frozenset({"at", "kind", "text"})


class TimelineEvent(models.Model):
    """Something that happened, written by a person or by the verb that caused it."""

    incident = models.ForeignKey(
        "incidents.Incident",
        verbose_name=_("incident"),
        on_delete=models.PROTECT,
        related_name="timeline",
        null=True,
        blank=True,
        help_text=_("Empty where an action item belongs to no incident."),
    )
    item = models.ForeignKey(
        "incidents.ActionItem",
        verbose_name=_("action item"),
        on_delete=models.PROTECT,
        related_name="events",
        null=True,
        blank=True,
    )
    at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("written"), default=timezone.now)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    verb = models.CharField(
        _("verb"),
        max_length=24,
        blank=True,
        help_text=_("What the system did; empty for what a person wrote."),
    )
    text = models.TextField(_("text"), max_length=LONGEST_ENTRY)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="timeline_events",
        null=True,
        blank=True,
    )
    in_postmortem = models.BooleanField(_("in the post-mortem"), default=True)
    document_text = models.TextField(
        _("text in the post-mortem"),
        blank=True,
        max_length=LONGEST_ENTRY,
        help_text=_("What the document says instead of the log, if anything."),
    )
    is_public = models.BooleanField(_("told to customers"), default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    struck_at = models.DateTimeField(_("struck out"), null=True, blank=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("struck out by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    struck_because = models.CharField(
        _("struck out because"), max_length=500, blank=True
    )
    history = HistoricalRecords()

    objects = TimelineQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline event")
        verbose_name_plural = _("timeline events")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["incident", "-at", "-id"]),
            models.Index(fields=["-at", "-id"]),
            models.Index(
                name="timelineevent_pinned",
                fields=["incident", "-at"],
                condition=Q(is_pinned=True),
            ),
        ]
        constraints = [
            one_of("timelineevent", "kind", Kind),
            models.CheckConstraint(
                name="timelineevent_is_about_something",
                condition=Q(incident__isnull=False) | Q(item__isnull=False),
                violation_error_message=_(
                    "An entry belongs to an incident or to an action item."
                ),
            ),
            models.CheckConstraint(
                name="timelineevent_says_something",
                condition=~Q(text=""),
                violation_error_message=_("An entry needs a text."),
            ),
            models.CheckConstraint(
                name="timelineevent_struck_has_reason",
                condition=Q(struck_at=None, struck_because="")
                | (Q(struck_at__isnull=False) & ~Q(struck_because="")),
                violation_error_message=_("An entry is struck out for a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_entry(self) -> bool:
        """Whether a person wrote it; what the system wrote cannot be edited."""
        return not self.verb

    @property
    def document_says(self) -> str:
        """Give what the post-mortem says of it: the log, where nothing else."""
        return self.document_text or self.text

    @property
    def told_by(self) -> str:
        """Name who wrote it, here or in the place that it was imported from."""
        return name_of(self.author) or str(self.facts.get("written_by", ""))

    @property
    def comes_from(self) -> str:
        """Name who wrote it, or say that it was imported without a name."""
        nameless = _now("imported") if "imported" in self.facts else ""
        return self.told_by or nameless

    def correct(self, *, by: User, was: dict[str, object], **new: Any) -> None:
        """Correct a person's entry; the history keeps what it said before.

        `was` holds, for each of text, at, kind and in_postmortem that is in `new`,
        what the writer saw; a value somebody else changed meanwhile is refused.
        """
        with self._held() as current:
            current._guard(was, new)
            if SAID & set(new):
                told = {"by": name_of(by), "at": timezone.now().isoformat()}
                new["facts"] = {**current.facts, "corrected": told}
            current._put(by, **new)

    def pin(self, *, by: User) -> None:
        """Keep it in sight above the others, unless there are too many already."""
        with self._held() as current:
            if current.struck_at:
                sentence = _now("What is struck out cannot be pinned.")
                raise Refused.because("struck", sentence, "entry")
            pinned = type(self).objects.filter(incident=self.incident_id).pinned()
            if pinned.exclude(pk=self.pk).count() >= MOST_PINNED:
                sentence = _now("%s entries are pinned already: unpin one first.")
                raise Refused.because("too_many", sentence % MOST_PINNED, "entry")
            with keeping_entry(current, "pin", _now("Pinned “%s”"), by):
                current._put(by, is_pinned=True)

    def unpin(self, *, by: User) -> None:
        said = _now("Unpinned “%s”")
        with self._held() as current, keeping_entry(current, "unpin", said, by):
            current._put(by, is_pinned=False)

    def strike(self, because: str, *, by: User, at: datetime) -> None:
        """Strike out a person's entry: it stays, and is told no more."""
        with self._held() as current:
            if not current.is_entry:
                sentence = _now("What the system recorded cannot be struck out.")
                raise Refused.because("system_entry", sentence, "entry")
            if current.struck_at:
                raise Refused.because("struck", _struck(current), "entry")
            if not because.strip():
                sentence = _now("Say why the entry is struck out.")
                raise Refused.because("because", sentence, "because")
            new = {"struck_at": at, "struck_by": by, "is_pinned": False}
            with keeping_entry(current, "strike", _now("Struck out “%s”"), by):
                current._put(by, struck_because=because.strip(), **new)

    def reword(self, text: str, *, was: str, by: User) -> None:
        """Say it in other words in the post-mortem; empty, or as in the log: as there.

        `was` is what the document said when the writer looked.
        """
        with self._held() as current:
            if current.struck_at:
                raise Refused.because("struck", _struck(current), "text")
            if current.document_says != was:
                sentence = _now("Somebody changed this meanwhile; it now says: %s")
                said = sentence % current.document_says
                raise Refused.because("stale", said, "text")
            new = tidy(text)
            current._put(by, document_text="" if new == current.text else new)

    @contextmanager
    def _held(self) -> Iterator[TimelineEvent]:
        """Give the row locked, behind its incident as in every other step."""
        with transaction.atomic():
            touch(self.incident_id)
            with locked(self) as current:
                yield current
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(current, field.attname))

    def _put(self, by: User, **new: Any) -> None:
        for name, value in new.items():
            setattr(self, name, value)
        if problems := unfit(self):
            raise Refused(problems)
        with in_sentences(self):
            save_as(self, by, fields=new)

    def _guard(self, was: dict[str, object], new: dict[str, Any]) -> None:
        if self.struck_at:
            raise Refused.because("struck", _struck(self))
        if not self.is_entry and set(new) - {"in_postmortem"}:
            raise Refused.because(
                "system_entry", _now("What the system recorded cannot be edited.")
            )
        if new.get("kind", self.kind) not in ENTRY_KINDS and self.is_entry:
            raise Refused.because(
                "kind", _now("Choose the kind from those a person writes."), "kind"
            )
        at = new.get("at")
        if isinstance(at, datetime) and at > timezone.now():
            raise Refused.because("future", _now("The time lies in the future."), "at")
        stale = [name for name in new if getattr(self, name) != was.get(name)]
        if stale:
            raise Refused.because(
                "stale",
                _now("Somebody changed this entry meanwhile; it now says: %(text)s")
                % {"text": self.text},
                stale[0],
            )


def tidy(text: str) -> str:
    """Make texts comparable: browsers send CRLF, and blanks around mean nothing."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _struck(event: TimelineEvent) -> str:
    sentence = _now("%(name)s struck this entry out: write what is right as a new one.")
    return sentence % {"name": name_of(event.struck_by) or _now("Debrief")}
