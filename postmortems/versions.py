"""Tells how far each version is, in words: queued, being typeset, done or failed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.names import name_of
from postmortems.choices import REPORT_BADGES, Edition, Paper, ReportState
from postmortems.models import PostMortem, Report
from postmortems.querysets import MOST_ATTEMPTS

MOST_SHOWN = 50
# A worker that lives takes less than the minute between two sweeps.
SUSPICIOUS = timedelta(minutes=3)


@dataclass(frozen=True)
class Version:
    """One rendering as the page shows it."""

    report: Report
    stage: str
    badge: str
    sentence: str
    by: str
    download_url: str

    @property
    def title(self) -> str:
        """Say what it is: which version of which edition, or a draft; on what paper."""
        report = self.report
        version = report.publication
        if version:
            said = _("Version %d") % version.number
        elif report.number:
            said = _("Draft %d") % report.number
        else:
            said = _("Version") if not report.is_draft else _("Draft")
        parts = [said]
        if report.edition != Edition.INTERNAL:
            parts.insert(0, str(Edition(report.edition).label))
        if report.paper != Paper.A4:
            parts.append(str(Paper(report.paper).label))
        return ", ".join(parts)

    @property
    def is_moving(self) -> bool:
        return self.report.state == ReportState.QUEUED

    @property
    def has_failed(self) -> bool:
        return self.report.state == ReportState.FAILED


class Versions:
    """The latest files of one post-mortem, or of one edition of it."""

    def __init__(
        self, postmortem: PostMortem, now: datetime, edition: str = ""
    ) -> None:
        self.postmortem = postmortem
        self.now = now
        self.edition = edition

    @cached_property
    def lines(self) -> list[Version]:
        rows = self.postmortem.reports.select_related("requested_by", "publication")
        if self.edition:
            rows = rows.filter(edition=self.edition)
        reports = rows.defer("publication__frozen")[:MOST_SHOWN]
        return [describe(report, self.postmortem, self.now) for report in reports]

    @property
    def url(self) -> str:
        """Give where the list is asked for again."""
        name = "admin:postmortems_postmortem_versions"
        address = reverse(name, args=[self.postmortem.pk])
        of_edition = f"edition={self.edition}&" if self.edition else ""
        return f"{address}?{of_edition}seen={self.fingerprint}"

    @property
    def is_moving(self) -> bool:
        return any(line.is_moving for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """Change whenever the page would look different."""
        return fingerprint_of(self.lines)


def fingerprint_of(lines: Iterable[Version]) -> str:
    said = [(line.report.pk, line.stage, line.sentence) for line in lines]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def describe(report: Report, postmortem: PostMortem, now: datetime) -> Version:
    """Put the state of one report into a badge and a sentence."""
    is_begun = report.lease_until is not None and report.lease_until >= now
    if report.state == ReportState.QUEUED and is_begun:
        stage, sentence = _("Typesetting"), _typesetting(report)
    elif report.state == ReportState.QUEUED:
        stage, sentence = report.get_state_display(), _waiting(report, now)
    else:
        stage, sentence = report.get_state_display(), report.error
    return Version(
        report=report,
        stage=stage,
        badge=REPORT_BADGES[report.state],
        sentence=sentence,
        by=name_of(report.requested_by),
        download_url=download_url(report, postmortem),
    )


def download_url(report: Report, postmortem: PostMortem) -> str:
    """Give the address of the file; empty while there is none."""
    if report.state != ReportState.DONE:
        return ""
    return reverse(
        "admin:postmortems_postmortem_download", args=[postmortem.pk, report.pk]
    )


def _typesetting(report: Report) -> str:
    if report.attempts < 2:
        return _("The pages are being set.")
    return _("The pages are being set, attempt %(number)d of %(most)d.") % {
        "number": report.attempts,
        "most": MOST_ATTEMPTS,
    }


def _waiting(report: Report, now: datetime) -> str:
    if report.attempts:
        return _("The worker was stopped; another one will take this over.")
    if now - report.requested_at > SUSPICIOUS:
        return _(
            "Nobody has begun this yet: ask an administrator whether the worker runs."
        )
    earlier = Q(requested_at__lt=report.requested_at) | Q(
        requested_at=report.requested_at, pk__lt=report.pk
    )
    before = Report.objects.waiting().filter(earlier).count()
    if not before:
        return _("It is next.")
    return ngettext("%d is before it.", "%d are before it.", before) % before
