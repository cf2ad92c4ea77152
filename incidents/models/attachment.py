from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.images import EXTENSIONS, Picture
from incidents.querysets import AttachmentQuerySet

if TYPE_CHECKING:
    from incidents.models import TimelineEvent


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

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.media_type]

    @property
    def is_stored(self) -> bool:
        """Say whether the file is still there, which a lost disk may have taken."""
        name = self.file.name
        return bool(name and self.file.storage.exists(name))

    @classmethod
    def of(cls, picture: Picture, event: TimelineEvent) -> Attachment:
        """Put a picture beside its entry, under a name that nobody guesses."""
        name = f"{secrets.token_urlsafe(24)}{picture.extension}"
        return cls(
            event=event,
            file=ContentFile(picture.content, name=name),
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size=len(picture.content),
            words=picture.words,
            created_at=event.recorded_at,
            created_by=event.author,
        )


@contextmanager
def keeping(pictures: Sequence[Picture]) -> Iterator[Callable[[TimelineEvent], None]]:
    """Give what stores the pictures beside an event; a step that fails keeps no file.

    A file is written before its row is there to all, so that no row lacks its file.
    A kill in between leaves a file that no row names, which nobody ever sees.
    """
    kept: list[Attachment] = []

    def keep(event: TimelineEvent) -> None:
        for picture in pictures:
            image = Attachment.of(picture, event)
            kept.append(image)
            image.save()

    try:
        yield keep
    except BaseException as error:
        for image in kept:
            if image.file._committed:  # type: ignore[attr-defined]
                image.file.delete(save=False)
        if kept and isinstance(error, OSError):
            raise Refused.because("storage", _not_stored(), "images") from error
        raise


def _not_stored() -> str:
    return _now(
        "The image cannot be stored on the server: write the entry without it, and "
        "tell whoever runs Debrief."
    )
