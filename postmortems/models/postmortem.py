from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from simple_history.utils import bulk_create_with_history

from incidents.changes import Blocker, Refused, locked, save_as
from incidents.choices import PostMortemState
from incidents.models import Incident
from postmortems.laying_out import plans_of
from postmortems.models.postmortem_publishing import (
    LONGEST_REASON,
    PublishingVerbs,
)
from postmortems.models.postmortem_review import ReviewVerbs
from postmortems.models.postmortem_writing import WritingVerbs
from postmortems.models.section import Section
from postmortems.querysets import PostMortemQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PostMortem(WritingVerbs, ReviewVerbs, PublishingVerbs, models.Model):
    """The write-up of one incident: sections people write, published when agreed.

    What was published stays as it is, in `publications`; a correction goes back to
    writing and becomes the next version. `published_at` is empty meanwhile.
    """

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
    version = models.PositiveIntegerField(
        _("version"),
        default=0,
        help_text=_("The internal version that was published last; 0 for none."),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        related_name="postmortems_published",
        null=True,
        blank=True,
    )
    correcting_because = models.CharField(
        _("corrected because"), max_length=LONGEST_REASON, blank=True
    )
    source_name = models.CharField(
        _("imported from"), max_length=200, blank=True, editable=False
    )
    source_digest = models.CharField(
        max_length=64,
        unique=True,
        null=True,
        blank=True,
        editable=False,
        error_messages={"unique": _("It was imported already.")},
        help_text=_("The fingerprint of the file it came from: nothing comes twice."),
    )
    source_left = models.TextField(
        blank=True,
        editable=False,
        help_text=_("What only held the file together, such as headings of columns."),
    )
    history = HistoricalRecords()

    objects = PostMortemQuerySet.as_manager()

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
            models.CheckConstraint(
                name="postmortem_correction_has_reason",
                condition=Q(published_at=None) | Q(correcting_because=""),
                violation_error_message=_("What is published is not being corrected."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Post-mortem of %s")) % self.incident.reference

    def get_absolute_url(self) -> str:
        return reverse("admin:postmortems_postmortem_change", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        """Whether it is being written, for the first time or as a correction."""
        return self.published_at is None

    @property
    def is_correction(self) -> bool:
        return self.is_draft and self.version > 0

    @classmethod
    def open(cls, incident: Incident, *, by: User, at: datetime) -> PostMortem:
        """Begin the write-up of an incident with the sections of its playbook."""
        with locked(incident) as current:
            if cls.objects.filter(incident=current).exists():
                sentence = _now("Its post-mortem is open already: go on writing it.")
                raise Refused.because("opened", sentence)
            postmortem = cls(incident=current, author=by, opened_at=at)
            save_as(postmortem, by)
            postmortem.lay_out(by=by)
            incident.record_postmortem(
                PostMortemState.DRAFT, by=by, at=at, text=_now("Post-mortem opened")
            )
        return postmortem

    def lay_out(self, *, by: User) -> None:
        """Make the sections of the playbook, each with its history, in few queries."""
        sections = [
            Section(postmortem=self, order=order, **vars(plan))
            for order, plan in enumerate(plans_of(self.incident.playbook), start=1)
        ]
        bulk_create_with_history(sections, Section, default_user=by)

    def text_digest(self) -> str:
        """Fingerprint what people wrote or chose: an approval is of exactly this.

        What the record says is not in it, so that work on an action item, or a mark
        for customers, makes nobody read the text again.
        """
        sections = self.sections.values_list("key", "title", "body", "is_shown")
        findings = self.sections.filter(findings__isnull=False).values_list(
            "key",
            "findings__text",
            "findings__category",
            "findings__priority",
            "findings__evidence",
            "findings__earlier",
        )
        told = self.incident.timeline.standing().filter(in_postmortem=True)
        said = [
            list(sections),
            list(findings.order_by("order", "findings__order", "findings__pk")),
            list(told.order_by("pk").values_list("pk", "text", "document_text")),
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def blockers_if_published(self) -> list[Blocker]:
        if self.is_draft:
            return []
        sentence = _now("It is published: begin a correction to change its text.")
        return [Blocker("published", sentence)]
