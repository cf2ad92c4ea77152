from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from postmortems.querysets import SearchEntryQuerySet


class SearchEntry(models.Model):
    """What the library knows a published post-mortem by: its words, for searching.

    Made anew of each internal version that is published. `heads` and `words` are
    folded, as they are looked for; the database keeps its own index of them beside
    this table (see the migration that made it).
    """

    postmortem = models.OneToOneField(
        "postmortems.PostMortem",
        verbose_name=_("post-mortem"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="search_entry",
    )
    publication = models.OneToOneField(
        "postmortems.Publication",
        verbose_name=_("published version"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    title = models.CharField(_("title"), max_length=200)
    lead = models.TextField(_("what happened"), blank=True)
    body = models.TextField(_("text"), blank=True)
    heads = models.TextField(blank=True)
    words = models.TextField(blank=True)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("published post-mortem")
        verbose_name_plural = _("published post-mortems")
        ordering = ["-publication__published_at", "-pk"]

    def __str__(self) -> str:
        return self.title
