from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused, locked
from incidents.querysets import ChildQuerySet
from postmortems.models.section import is_too_long

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.models.postmortem import PostMortem

# By field: what the writer saw, and what they typed instead.
Unsaved = Mapping[str, tuple[str, str]]
LONGEST_DRAFT = 2 * 1024 * 1024  # bytes


class Draft(models.Model):
    """What one person has typed and not saved: one row, overwritten as they type."""

    postmortem = models.ForeignKey(
        "postmortems.PostMortem", on_delete=models.CASCADE, related_name="drafts"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    texts = models.JSONField(
        default=dict, help_text=_("By field: what was seen, and what was typed.")
    )
    saved_at = models.DateTimeField(_("saved"))

    objects = ChildQuerySet["Draft"].as_manager()

    class Meta:
        verbose_name = _("unsaved text")
        verbose_name_plural = _("unsaved texts")
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(
                name="draft_one_a_person",
                fields=["postmortem", "person"],
                violation_error_message=_("This person has a draft already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.postmortem_id}: {self.person_id}"

    @classmethod
    @transaction.atomic
    def keep(
        cls, postmortem: PostMortem, texts: Unsaved, *, by: User, at: datetime
    ) -> Draft | None:
        """Keep what somebody has typed; what is again as it was is forgotten.

        Writes no history and no revision: it is nobody else's business yet.
        """
        if any(is_too_long(typed) for _seen, typed in texts.values()):
            sentence = _now("It is longer than 64 KiB: shorten it.")
            raise Refused.because("long", sentence)
        row = cls._mine(postmortem, by, at)
        kept = {**row.texts, **{name: list(pair) for name, pair in texts.items()}}
        row.texts = {name: pair for name, pair in kept.items() if pair[0] != pair[1]}
        if len(json.dumps(row.texts, ensure_ascii=False).encode()) > LONGEST_DRAFT:
            sentence = _now("So much unsaved text is not kept: save it.")
            raise Refused.because("much", sentence)
        row.saved_at = at
        if not row.texts:
            row.delete()
            return None
        row.save()
        return row

    @classmethod
    def _mine(cls, postmortem: PostMortem, by: User, at: datetime) -> Draft:
        """Give the person's row, locked: two windows of theirs add to the same one."""
        mine = cls.objects.select_for_update().filter(postmortem=postmortem, person=by)
        while True:
            if row := mine.first():
                return row
            # A saving locks the post-mortem first, too: else each waits for the other.
            with locked(postmortem):
                # The other window may make it, or take back all it has kept, just now:
                # neither is an error, and it is looked for once more.
                new = Draft(postmortem=postmortem, person=by, saved_at=at)
                Draft.objects.bulk_create([new], ignore_conflicts=True)
