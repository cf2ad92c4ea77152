from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.models import Incident
from incidents.querysets import ChildQuerySet

LONGEST_SECTION = 65_536


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
