"""A team's way of working, as versioned documents that are never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.choices import Badge
from incidents.constraints import one_of
from incidents.playbooks.schema import PlaybookDocument, plain

if TYPE_CHECKING:
    from django.contrib.auth.models import User


# Documents by their fingerprint: pages ask for the same few again and again.
_READ: dict[str, PlaybookDocument] = {}
MOST_KEPT = 100


class Playbook(models.Model):
    """The playbook as people name it; what it says is in its versions."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    owner = models.CharField(_("owner"), max_length=400, blank=True, editable=False)
    next_review_on = models.DateField(
        _("next review"), null=True, blank=True, editable=False
    )
    loaded = models.ForeignKey(
        "incidents.PlaybookVersion",
        verbose_name=_("last loaded from a file"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    # What that file said: another than `loaded` says where the stored side was kept.
    loaded_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> PlaybookVersion | None:
        return self.versions.order_by("-number").first()

    @classmethod
    def in_use(cls) -> models.QuerySet[Playbook]:
        return cls.objects.filter(retired_at=None)

    @transaction.atomic
    def publish(
        self,
        document: PlaybookDocument,
        *,
        by: User | None,
        at: datetime,
        note: str = "",
    ) -> PlaybookVersion:
        """Make this document the newest version, unless it already is."""
        playbook = Playbook.objects.select_for_update().get(pk=self.pk)
        newest = playbook.current
        if newest and newest.sha256 == fingerprint(document):
            return newest
        version = PlaybookVersion.objects.create(
            playbook=playbook,
            number=newest.number + 1 if newest else 1,
            document=plain(document),
            sha256=fingerprint(document),
            note=note,
            published_by=by,
            published_at=at,
        )
        playbook._follow(document)
        self.refresh_from_db()
        return version

    def remember_file(
        self, version: PlaybookVersion, document: PlaybookDocument
    ) -> None:
        """Keep which file was last weighed against which version."""
        self.loaded, self.loaded_sha256 = version, fingerprint(document)
        self.save(update_fields=["loaded", "loaded_sha256"])

    @transaction.atomic
    def retire(self, *, at: datetime) -> None:
        """Offer it no longer; incidents that are worked by it go on."""
        in_use = Playbook.in_use().select_for_update().order_by("pk")
        if {each.pk for each in in_use} <= {self.pk}:
            sentence = gettext("It is the only playbook in use: bring back another.")
            raise Refused.because("last", sentence)
        self.retired_at = at
        self.save(update_fields=["retired_at"])

    def bring_back(self) -> None:
        self.retired_at = None
        self.save(update_fields=["retired_at"])

    def _follow(self, document: PlaybookDocument) -> None:
        """Bring what lists and incidents point to in step; no severity is removed."""
        self.name = document.name
        self.owner = document.about.owner or ""
        self.next_review_on = document.about.next_review
        self.save(update_fields=["name", "owner", "next_review_on"])
        self.severities.update(is_current=False)
        for rank, level in enumerate(document.severities, start=1):
            Severity.objects.update_or_create(
                playbook=self,
                code=level.code,
                defaults={
                    "rank": rank,
                    "name": level.name,
                    "badge": level.badge,
                    "is_current": True,
                },
            )


class VersionManager(models.Manager["PlaybookVersion"]):
    """Leaves the long document behind until somebody asks for it."""

    def get_queryset(self) -> models.QuerySet[PlaybookVersion]:
        return super().get_queryset().defer("document")


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
    note = models.CharField(_("what changed"), max_length=400, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    published_at = models.DateTimeField(_("published"))

    objects = VersionManager()

    class Meta:
        # So that an incident fetches its version without the document, too.
        base_manager_name = "objects"
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
        """Give the typed document; read once in a process, since it never changes."""
        if (document := _READ.get(self.sha256)) is None:
            document = PlaybookDocument.model_validate(self.document)
            if len(_READ) >= MOST_KEPT:
                _READ.pop(next(iter(_READ)))
            _READ[self.sha256] = document
        return document

    @classmethod
    def read_ahead(cls, versions: Iterable[PlaybookVersion]) -> None:
        """Read in one query the documents that this process has not read yet."""
        unread = {each.pk for each in versions if each.sha256 not in _READ}
        if unread:
            for version in cls.objects.defer(None).filter(pk__in=unread):
                version.content  # noqa: B018


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
    is_current = models.BooleanField(_("in the present version"), default=True)

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


def fingerprint(document: PlaybookDocument) -> str:
    """Give equal documents an equal SHA-256, whatever the order of their keys.

    What says no more than the default is left out, so that a key the schema gains
    later makes no new version of a document that does not use it.
    """
    content = plain(document, exclude_defaults=True)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
