from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused, locked
from incidents.constraints import one_of
from incidents.revisions import touch
from postmortems.choices import Edition, Paper, ReportState
from postmortems.models.postmortem import PostMortem
from postmortems.models.publication import Publication
from postmortems.querysets import ReportQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Report(models.Model):
    """One PDF of a post-mortem: queued, then an immutable file or a failure.

    It is of one edition on one paper, and shows a published version or, without
    `publication`, the draft as it is. Each edition counts its files; the number is
    printed on drafts, so it is taken with the claim, and a failure gives it back.
    """

    postmortem = models.ForeignKey(
        PostMortem,
        verbose_name=_("post-mortem"),
        on_delete=models.PROTECT,
        related_name="reports",
    )
    publication = models.ForeignKey(
        Publication,
        verbose_name=_("published version"),
        on_delete=models.PROTECT,
        related_name="reports",
        null=True,
        blank=True,
    )
    edition = models.CharField(
        _("edition"),
        max_length=8,
        choices=Edition.choices,
        default=Edition.INTERNAL,
    )
    paper = models.CharField(
        _("paper"), max_length=6, choices=Paper.choices, default=Paper.A4
    )
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    is_draft = models.BooleanField(_("draft"), default=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ReportState.choices,
        default=ReportState.QUEUED,
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.PROTECT,
        related_name="reports",
        null=True,
        blank=True,
    )
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to="reports", blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    error = models.TextField(_("what went wrong"), blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            one_of("report", "state", ReportState),
            one_of("report", "edition", Edition),
            one_of("report", "paper", Paper),
            models.UniqueConstraint(
                name="report_number_once",
                fields=["postmortem", "edition", "number"],
                violation_error_message=_("This version number is taken."),
            ),
            models.CheckConstraint(
                name="report_done_has_file",
                condition=~Q(state=ReportState.DONE)
                | (Q(number__isnull=False) & ~Q(sha256="") & ~Q(file="")),
                violation_error_message=_(
                    "A finished report has its number, file and fingerprint."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.postmortem} v{self.number or '…'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding and Report.objects.done().filter(pk=self.pk).exists():
            raise TypeError("A finished report never changes; render a new version.")
        super().save(*args, **kwargs)

    @property
    def filename(self) -> str:
        """Name the file by what it is: its version, or the number of the draft."""
        parts = [self.postmortem.incident.reference, "post-mortem"]
        if self.edition != Edition.INTERNAL:
            parts.append(self.edition)
        version = self.publication
        parts.append(f"v{version.number}" if version else f"draft-{self.number}")
        if self.paper != Paper.A4:
            parts.append(self.paper)
        return f"{'-'.join(parts)}.pdf"

    @classmethod
    def request(
        cls,
        postmortem: PostMortem,
        *,
        by: User | None,
        at: datetime,
        edition: str = Edition.INTERNAL,
        paper: str = Paper.A4,
        publication: Publication | None = None,
    ) -> Report:
        """Queue a PDF, unless one waits already that will show the same.

        A published version never changes, so its PDF is made once.
        """
        with locked(postmortem) as current:
            if publication:
                edition = publication.edition
            same = current.reports.filter(
                edition=edition, paper=paper, publication=publication
            )
            usable = Q(state=ReportState.QUEUED, lease_until=None)
            if publication:
                usable = Q(state__in=[ReportState.QUEUED, ReportState.DONE])
            if there := same.filter(usable).first():
                return there
            touch(current.incident_id)
            return current.reports.create(
                requested_by=by,
                requested_at=at,
                edition=edition,
                paper=paper,
                publication=publication,
                is_draft=publication is None,
            )

    def claim(self, *, now: datetime, until: datetime) -> bool:
        """Take this row, with a version number; False when somebody else has it."""
        with locked(self.postmortem):
            numbers = Report.objects.filter(
                postmortem=self.postmortem_id, edition=self.edition
            )
            last = numbers.aggregate(last=Max("number"))["last"] or 0
            claimed = (
                Report.objects.claimable(now)
                .filter(pk=self.pk)
                .update(
                    lease_until=until,
                    attempts=F("attempts") + 1,
                    number=Coalesce(F("number"), last + 1),
                )
            )
        if claimed:
            self.refresh_from_db()
        return bool(claimed)

    def finish(self, pdf: Path, *, at: datetime) -> bool:
        """Keep the file as this version; False when the lease went to somebody else."""
        sha256 = hashlib.sha256(pdf.read_bytes()).hexdigest()
        storage = Report._meta.get_field("file").storage
        name = f"reports/{self.pk}-{sha256[:16]}.pdf"
        # The row names the file only once it is whole.
        try:
            with pdf.open("rb") as content:
                name = storage.save(name, File(content))
        except OSError:
            storage.delete(name)
            raise
        finished = self._become(
            self._mine(),
            state=ReportState.DONE,
            file=name,
            size=pdf.stat().st_size,
            sha256=sha256,
            finished_at=at,
            lease_until=None,
        )
        if not finished:
            storage.delete(name)
        self.refresh_from_db()
        return finished

    def fail(self, sentence: str, *, at: datetime) -> bool:
        """Show why there is no file, and give the number back."""
        failed = self._become(
            self._mine(),
            state=ReportState.FAILED,
            error=sentence,
            finished_at=at,
            lease_until=None,
            number=None,
        )
        self.refresh_from_db()
        return failed

    def retry(self, *, by: User, at: datetime) -> None:
        """Queue a failed one again."""
        failed = Report.objects.filter(pk=self.pk, state=ReportState.FAILED)
        again = self._become(
            failed,
            state=ReportState.QUEUED,
            error="",
            attempts=0,
            requested_by=by,
            requested_at=at,
            finished_at=None,
        )
        if not again:
            sentence = _now("Only a version that failed can be tried again.")
            raise Refused.because("not_failed", sentence)
        self.refresh_from_db()

    def content(self) -> bytes:
        """Read the file, or raise Refused if it no longer is what was finished."""
        try:
            with self.file.open("rb") as stored:
                content = bytes(stored.read())
        except (OSError, ValueError):
            content = b""
        if hashlib.sha256(content).hexdigest() != self.sha256:
            sentence = _now(
                "The file of version %s is missing or damaged on the server: have it "
                "restored from the backup, or render a new version."
            )
            raise Refused.because("file", sentence % self.number)
        return content

    def _become(self, row: ReportQuerySet, **values: Any) -> bool:
        """Write this to the row if it is still there; the incident's page shows it."""
        with transaction.atomic():
            written = row.update(**values)
            touch(self.postmortem.incident_id if written else None)
        return bool(written)

    def _mine(self) -> ReportQuerySet:
        """Find this row while the lease is still the one this process took."""
        mine = Report.objects.filter(pk=self.pk, state=ReportState.QUEUED)
        return mine.filter(lease_until=self.lease_until)
