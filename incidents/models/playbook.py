"""A team's way of working, as versioned documents that are never changed."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from incidents.choices import Badge
from incidents.constraints import one_of
from incidents.playbooks.schema import PlaybookDocument

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Playbook(models.Model):
    """The playbook as people name it; what it says is in its versions."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> PlaybookVersion | None:
        return self.versions.order_by("-number").first()

    @transaction.atomic
    def publish(
        self, document: PlaybookDocument, *, by: User | None, at: datetime
    ) -> PlaybookVersion:
        """Make this document the newest version, unless it already is."""
        playbook = Playbook.objects.select_for_update().get(pk=self.pk)
        newest = playbook.current
        content = document.model_dump(mode="json")
        if newest and newest.sha256 == fingerprint(content):
            return newest
        version = PlaybookVersion.objects.create(
            playbook=playbook,
            number=newest.number + 1 if newest else 1,
            document=content,
            sha256=fingerprint(content),
            published_by=by,
            published_at=at,
        )
        playbook._keep_severities(document)
        return version

    def _keep_severities(self, document: PlaybookDocument) -> None:
        """Bring the rows incidents point to in step; none is ever removed."""
        for rank, level in enumerate(document.severities, start=1):
            Severity.objects.update_or_create(
                playbook=self,
                code=level.code,
                defaults={"rank": rank, "name": level.name, "badge": level.badge},
            )


class PlaybookVersion(models.Model):
    """One published edition, which incidents point to; it never changes."""

    playbook = models.ForeignKey(
        Playbook,
        verbose_name=_("playbook"),
        on_delete=models.PROTECT,
        related_name="versions",
    )
    number = models.PositiveIntegerField(_("number"))
    document = models.JSONField(_("document"))
    sha256 = models.CharField(max_length=64)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    published_at = models.DateTimeField(_("published"))

    class Meta:
        verbose_name = _("playbook version")
        verbose_name_plural = _("playbook versions")
        ordering = ["playbook", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="playbook_version_number_once",
                fields=["playbook", "number"],
                violation_error_message=_("This version number is taken."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A playbook version never changes; publish a new one.")
        super().save(*args, **kwargs)

    @property
    def content(self) -> PlaybookDocument:
        return PlaybookDocument.model_validate(self.document)


class Severity(models.Model):
    """How bad it is, in the playbook's words: the one part incidents point to."""

    playbook = models.ForeignKey(
        Playbook,
        verbose_name=_("playbook"),
        on_delete=models.PROTECT,
        related_name="severities",
    )
    code = models.CharField(_("code"), max_length=16)
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("1 is the worst."))
    name = models.CharField(_("name"), max_length=40)
    badge = models.CharField(_("badge"), max_length=8, choices=Badge.choices)

    class Meta:
        verbose_name = _("severity")
        verbose_name_plural = _("severities")
        ordering = ["playbook", "rank"]
        constraints = [
            models.UniqueConstraint(
                name="severity_code_once",
                fields=["playbook", "code"],
                violation_error_message=_("The playbook has this severity already."),
            ),
            one_of("severity", "badge", Badge),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def fingerprint(content: dict[str, Any]) -> str:
    """Give equal documents an equal SHA-256, whatever the order of their keys."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
