from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.choices import ImportState
from incidents.constraints import one_of
from incidents.querysets import SEE_RESTRICTED

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Team
    from incidents.querysets import Person

MOVING = (ImportState.CHECKING, ImportState.IMPORTING)
MOST_ATTEMPTS = 3
# Longer than storing the longest file takes; progress renews it.
LEASE = timedelta(seconds=180)
# What lists and polls have no use for, and what makes up nearly all of the row.
BULKY = ("content", "rows", "problems")


class ItemImportQuerySet(models.QuerySet["ItemImport"]):
    def visible_to(self, user: Person) -> Self:
        """Show people what they uploaded themselves, administrators everything."""
        if not user.is_active or user.pk is None:
            return self.none()
        if user.has_perm(SEE_RESTRICTED):
            return self
        return self.filter(created_by=user.pk)

    def lean(self) -> Self:
        return self.defer(*BULKY)

    def waiting(self) -> Self:
        return self.filter(state__in=MOVING)

    def claimable(self, now: datetime) -> Self:
        """Keep what waits for a worker, and what a killed worker left behind."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        waiting = self.waiting().filter(free, attempts__lt=MOST_ATTEMPTS)
        return waiting.order_by("created_at", "pk")

    def exhausted(self, now: datetime) -> Self:
        """Keep what was begun too often and never ended."""
        begun = self.waiting().filter(attempts__gte=MOST_ATTEMPTS)
        return begun.filter(lease_until__lt=now)


class ItemImport(models.Model):
    """A file of action items on its way in: checked row by row, then all or nothing.

    `rows` says what each row becomes, and after the import which item it became;
    `problems` holds the first of what is wrong, as {row, column, sentence}.
    """

    team = models.ForeignKey(
        "incidents.Team",
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Whose items they become where a row names no incident."),
    )
    name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(_("content"))
    sha256 = models.CharField(max_length=64, editable=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ImportState.choices,
        default=ImportState.CHECKING,
    )
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    rows = models.JSONField(_("what will be imported"), default=list, blank=True)
    problems = models.JSONField(_("what is wrong"), default=list, blank=True)
    found = models.PositiveIntegerField(_("problems"), default=0)
    kept = models.PositiveIntegerField(_("to be imported"), default=0)
    twins = models.PositiveIntegerField(_("there already"), default=0)
    leave_twins = models.BooleanField(_("leave out what is there"), default=True)
    notes = models.JSONField(_("what was assumed"), default=list, blank=True)
    error = models.TextField(_("why it stopped"), blank=True)
    created_at = models.DateTimeField(_("uploaded"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    claimed_by = models.CharField(_("claimed by"), max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ItemImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of action items")
        verbose_name_plural = _("imports of action items")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                name="itemimport_waiting",
                fields=["created_at"],
                condition=Q(state__in=[ImportState.CHECKING, ImportState.IMPORTING]),
            ),
        ]
        constraints = [
            one_of("itemimport", "state", ImportState),
            models.CheckConstraint(
                name="itemimport_done_within_total",
                condition=Q(done__lte=F("total")),
                violation_error_message=_("No more rows are done than there are."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("admin:incidents_itemimport_change", args=[self.pk])

    @property
    def is_moving(self) -> bool:
        return self.state in MOVING

    @classmethod
    def upload(
        cls, content: bytes, *, name: str, team: Team, by: User, at: datetime
    ) -> ItemImport:
        """Keep a file; a worker checks it, and nothing is imported before `confirm`."""
        return cls.objects.create(
            team=team,
            name=name,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            created_by=by,
            created_at=at,
        )

    def confirm(self, *, leave_twins: bool) -> None:
        """Let a worker import what was checked; refused for whoever comes second."""
        self._turn(
            (ImportState.CHECKED,),
            _now("Only a file that was checked, and is not imported yet, can be."),
            state=ImportState.IMPORTING,
            leave_twins=leave_twins,
        )

    def retry(self) -> None:
        """Have a file that stopped checked anew, since things may have changed."""
        self._turn(
            (ImportState.FAILED, ImportState.REFUSED),
            _now("Only an import that stopped can be tried again."),
            state=ImportState.CHECKING,
            rows=[],
            problems=[],
            notes=[],
            found=0,
            error="",
            finished_at=None,
        )

    def claim(self, worker: str, *, now: datetime) -> bool:
        """Take this row for a while; False when somebody else has it."""
        free = ItemImport.objects.claimable(now).filter(pk=self.pk, state=self.state)
        return bool(
            free.update(
                lease_until=now + LEASE,
                claimed_by=worker,
                attempts=F("attempts") + 1,
                done=0,
            )
        )

    def mark(self, worker: str, **values: Any) -> bool:
        """Write down how far a worker is; False once the row is another's."""
        mine = ItemImport.objects.waiting().filter(pk=self.pk, state=self.state)
        return bool(mine.filter(claimed_by=worker).update(**values))

    def _turn(self, states: tuple[str, ...], otherwise: str, **values: Any) -> None:
        """Go on from one of these states, by one statement: one click has an effect."""
        here = ItemImport.objects.filter(pk=self.pk, state__in=states)
        fresh = {"done": 0, "attempts": 0, "lease_until": None, "claimed_by": ""}
        if not here.update(**fresh, **values):
            raise Refused.because("state", otherwise)
        self.refresh_from_db(fields=["state"])
