from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from incidents.changes import Blocker
from incidents.constraints import one_of
from incidents.names import name_of
from postmortems.choices import Block, Origin, SectionKind
from postmortems.querysets import SectionQuerySet

# As people count it, in bytes: a text of 64 KiB.
LONGEST_SECTION = 65_536


class Section(models.Model):
    """One part of a post-mortem: a text, a list, or a block of the record.

    `body` is the text; under a block it is the note that people wrote to it, and
    beside a list what goes before its lines.
    """

    postmortem = models.ForeignKey(
        "postmortems.PostMortem", on_delete=models.PROTECT, related_name="sections"
    )
    key = models.SlugField(_("key"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"))
    depth = models.PositiveSmallIntegerField(_("depth"), default=0)
    kind = models.CharField(
        _("kind"),
        max_length=5,
        choices=SectionKind.choices,
        default=SectionKind.TEXT,
    )
    block = models.CharField(
        _("block"), max_length=10, choices=Block.choices, blank=True
    )
    origin = models.CharField(
        _("origin"), max_length=8, choices=Origin.choices, default=Origin.PLAYBOOK
    )
    title = models.CharField(_("title"), max_length=400)
    prompts = models.JSONField(_("guiding questions"), default=list, blank=True)
    fields = models.JSONField(_("fields"), default=list, blank=True)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    zone = models.CharField(_("zone"), max_length=64, blank=True)
    body = models.TextField(_("text"), blank=True)
    is_shown = models.BooleanField(_("shown"), default=True)
    is_public = models.BooleanField(
        _("for customers"),
        default=False,
        help_text=_("Stands in the edition for customers as well."),
    )
    history = HistoricalRecords(excluded_fields=["prompts", "fields", "columns"])

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["postmortem", "order", "pk"]
        constraints = [
            one_of("section", "kind", SectionKind),
            one_of("section", "origin", Origin),
            models.UniqueConstraint(
                name="section_key_once",
                fields=["postmortem", "key"],
                violation_error_message=_("The post-mortem has this section already."),
            ),
            models.CheckConstraint(
                name="section_block_names_it",
                condition=(Q(kind=SectionKind.BLOCK) & ~Q(block=""))
                | (~Q(kind=SectionKind.BLOCK) & Q(block="")),
                violation_error_message=_("A block, and nothing else, says which."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_block(self) -> bool:
        return self.kind == SectionKind.BLOCK

    @property
    def is_list(self) -> bool:
        return self.kind == SectionKind.LIST

    @property
    def takes_lines(self) -> bool:
        """Whether people write lines into it: a list, or what a meeting decided."""
        return self.is_list or self.block == Block.MEETING

    @property
    def is_owed(self) -> bool:
        """Whether the playbook asks people to write here; a mere heading is not."""
        asks = self.is_list or bool(self.prompts)
        return self.origin == Origin.PLAYBOOK and asks and not self.is_block

    def too_long(self) -> Blocker:
        sentence = _now(
            "“%(section)s” is longer than %(most)s: shorten it, or move a part of it "
            "to a section of its own."
        )
        names = {"section": self.title, "most": "64 KiB"}
        return Blocker("long", sentence % names, self.key)

    def written_meanwhile(self) -> Blocker:
        latest = self.history.select_related("history_user").first()
        user = latest.history_user if latest else None
        sentence = _now("%(who)s wrote in “%(section)s” meanwhile: compare the texts.")
        who = name_of(user) or _now("Somebody")
        names = {"who": who, "section": self.title}
        return Blocker("stale", sentence % names, self.key)


def tidy(text: str) -> str:
    """Make texts comparable: browsers send CRLF, and trailing blanks mean nothing."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def is_too_long(text: str) -> bool:
    return len(text.encode()) > LONGEST_SECTION
