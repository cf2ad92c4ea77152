from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.constraints import within
from postmortems.models.section import Section
from postmortems.querysets import (
    MeetingQuerySet,
    ReviewerQuerySet,
    SectionCommentQuerySet,
)

LONGEST_COMMENT = 4_000
DIGEST = 64  # characters of a SHA-256
LONGEST_MEETING = 8 * 60  # minutes


class Reviewer(models.Model):
    """Somebody who is asked to read a post-mortem, and what they said to it."""

    postmortem = models.ForeignKey(
        "postmortems.PostMortem", on_delete=models.PROTECT, related_name="reviewers"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewer"),
        on_delete=models.PROTECT,
        related_name="reviews_asked",
    )
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_digest = models.CharField(
        max_length=DIGEST,
        blank=True,
        help_text=_("The fingerprint of the text that was approved."),
    )
    approved_version = models.PositiveIntegerField(
        default=0, help_text=_("The version that was last published before.")
    )

    objects = ReviewerQuerySet.as_manager()

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="reviewer_asked_once",
                fields=["postmortem", "person"],
                violation_error_message=_("This person is a reviewer already."),
            ),
            models.CheckConstraint(
                name="reviewer_approved_something",
                condition=Q(approved_at=None, approved_digest="")
                | (Q(approved_at__isnull=False) & ~Q(approved_digest="")),
                violation_error_message=_("An approval says what was approved."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class SectionComment(models.Model):
    """What a reader says about a section, until it is resolved."""

    section = models.ForeignKey(
        Section,
        verbose_name=_("section"),
        on_delete=models.PROTECT,
        related_name="comments",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("written"))
    text = models.TextField(_("text"), max_length=LONGEST_COMMENT)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects = SectionCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="sectioncomment_says_something",
                condition=~Q(text=""),
                violation_error_message=_("A comment needs a text."),
            ),
            models.CheckConstraint(
                name="sectioncomment_resolved_by_somebody",
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                violation_error_message=_("A resolved comment says by whom."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Meeting(models.Model):
    """The review meeting of a post-mortem: one event in calendars, however it moves."""

    postmortem = models.OneToOneField(
        "postmortems.PostMortem", on_delete=models.PROTECT, related_name="meeting"
    )
    starts_at = models.DateTimeField(_("begins"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(LONGEST_MEETING)],
    )
    place = models.CharField(
        _("place"), max_length=300, blank=True, help_text=_("A room, or an address.")
    )
    attendees = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("attendees"),
        related_name="review_meetings",
        blank=True,
    )
    guests = models.TextField(
        _("other attendees"),
        max_length=2_000,
        blank=True,
        help_text=_("One a line: names of people without a log-in."),
    )
    follow_up_on = models.DateField(_("follow-up"), null=True, blank=True)
    uid = models.CharField(max_length=80, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    held_at = models.DateTimeField(_("held"), null=True, blank=True)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("review meeting")
        verbose_name_plural = _("review meetings")
        constraints = [
            models.CheckConstraint(
                name="meeting_lasts_a_while",
                condition=within("minutes", 5, LONGEST_MEETING),
                violation_error_message=_("A meeting lasts from 5 minutes to 8 hours."),
            ),
            models.CheckConstraint(
                name="meeting_held_or_cancelled",
                condition=Q(held_at=None) | Q(cancelled_at=None),
                violation_error_message=_("What was cancelled was not held."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_on(self) -> bool:
        return self.cancelled_at is None
