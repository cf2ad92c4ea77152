from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from incidents.constraints import one_of
from postmortems.choices import Edition
from postmortems.querysets import PublicationQuerySet

if TYPE_CHECKING:
    from postmortems.snapshot import Snapshot


class Publication(models.Model):
    """One published version of an edition: what it says, frozen for good."""

    postmortem = models.ForeignKey(
        "postmortems.PostMortem", on_delete=models.PROTECT, related_name="publications"
    )
    edition = models.CharField(
        _("edition"),
        max_length=8,
        choices=Edition.choices,
        default=Edition.INTERNAL,
    )
    number = models.PositiveIntegerField(_("version"))
    reason = models.CharField(
        _("reason"),
        max_length=500,
        blank=True,
        help_text=_("Why it was corrected; empty for the first version."),
    )
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    # As text: a database may order the keys of JSON anew, and bytes are promised.
    frozen = models.TextField()
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("published version")
        verbose_name_plural = _("published versions")
        ordering = ["postmortem", "edition", "-number"]
        constraints = [
            one_of("publication", "edition", Edition),
            models.UniqueConstraint(
                name="publication_number_once",
                fields=["postmortem", "edition", "number"],
                violation_error_message=_("This version is published already."),
            ),
            models.CheckConstraint(
                name="publication_counts_from_one",
                condition=Q(number__gte=1),
                violation_error_message=_("Versions are counted from 1."),
            ),
            models.CheckConstraint(
                name="publication_corrected_for_a_reason",
                condition=Q(number=1) | ~Q(edition=Edition.INTERNAL) | ~Q(reason=""),
                violation_error_message=_("A correction says why it was made."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.postmortem} {self.edition} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A published version never changes; publish the next.")
        self.sha256 = hashlib.sha256(self.frozen.encode()).hexdigest()
        super().save(*args, **kwargs)

    @cached_property
    def snapshot(self) -> Snapshot:
        from postmortems.snapshot import Snapshot

        return Snapshot.model_validate(json.loads(self.frozen))
