from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.querysets import AttachmentQuerySet


class Attachment(models.Model):
    """An image beside an entry of the timeline, drawn anew from what was uploaded."""

    event = models.ForeignKey(
        "incidents.TimelineEvent",
        verbose_name=_("entry"),
        on_delete=models.PROTECT,
        related_name="images",
    )
    file = models.FileField(_("file"), upload_to="images/%Y/%m/", max_length=200)
    media_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(_("bytes"))
    words = models.CharField(
        _("what it shows"),
        max_length=300,
        blank=True,
        help_text=_("For those who do not see it."),
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.words or str(_("Image"))
