"""Makes PDFs: whoever asks leaves a row, and workers take the rows one by one.

A row is claimed with a lease, typeset, and ends as an immutable version or as a
failure with a sentence. What a killed worker left is taken over with its number.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.hints import hint
from postmortems.choices import Edition, Paper, ReportState
from postmortems.freezing import edition_of
from postmortems.models import PostMortem, Publication, Report
from postmortems.recurrence import discreet
from postmortems.rendering.document import printed
from postmortems.rendering.typeset import TypesettingFailed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from postmortems.snapshot import Snapshot

logger = logging.getLogger(__name__)

RENDER = "postmortems.render_reports"
# What remains of a lease when the child has used up all its time: for the file.
MARGIN = timedelta(seconds=60)
# A lease is reckoned from its own claim, however long the one before it took.
Clock = Callable[[], datetime]


@transaction.atomic
def request_report(
    postmortem: PostMortem,
    *,
    by: User | None,
    at: datetime,
    edition: str = Edition.INTERNAL,
    paper: str = Paper.A4,
    publication: Publication | None = None,
) -> Report:
    """Queue a PDF and tell the workers once this is committed.

    Without `publication` it shows the internal version that is out, or else the draft
    or the edition as it is when it is made.
    """
    report = Report.request(
        postmortem,
        by=by,
        at=at,
        edition=edition,
        paper=paper,
        publication=publication or _version_of(postmortem, edition),
    )
    if report.state == ReportState.QUEUED:
        hint(RENDER)
    return report


def _version_of(postmortem: PostMortem, edition: str) -> Publication | None:
    if edition != Edition.INTERNAL or postmortem.is_draft:
        return None
    return postmortem.latest()


def snapshot_for(report: Report) -> Snapshot:
    """Give what a PDF shows: the frozen version, or the edition as a draft."""
    if report.publication:
        return discreet(report.publication.snapshot)
    return edition_of(report.postmortem, report.edition)


@transaction.atomic
def retry_report(report: Report, *, by: User, at: datetime) -> None:
    """Queue a failed rendering again; raises Refused for any other."""
    report.retry(by=by, at=at)
    hint(RENDER)


def render_now(
    postmortem: PostMortem,
    *,
    by: User | None = None,
    clock: Clock = timezone.now,
    edition: str = Edition.INTERNAL,
    paper: str = Paper.A4,
    publication: Publication | None = None,
) -> Report:
    """Render at once, in this process; the report says whether that worked."""
    # Nobody else sees the row before it is claimed.
    with transaction.atomic():
        report = Report.request(
            postmortem,
            by=by,
            at=clock(),
            edition=edition,
            paper=paper,
            publication=publication or _version_of(postmortem, edition),
        )
        claimed = report.state == ReportState.QUEUED and _claim(report, clock())
    if claimed:
        _render(report, clock)
    return report


def render_waiting(*, clock: Clock = timezone.now) -> int:
    """Render whatever waits, oldest first; give how many ended here."""
    for report in Report.objects.exhausted(clock()):
        report.fail(
            _(
                "The worker was stopped each time it made this version. Try again; if "
                "that goes on, an administrator should look at the worker’s log."
            ),
            at=clock(),
        )
    ended = 0
    while waiting := Report.objects.claimable(clock()).first():
        if _claim(waiting, clock()):
            _render(waiting, clock)
            ended += 1
    return ended


def _claim(report: Report, now: datetime) -> bool:
    lease = timedelta(seconds=settings.PDF_SECONDS) + MARGIN
    return report.claim(now=now, until=now + lease)


def _render(report: Report, clock: Clock) -> None:
    """Typeset a claimed report and keep what comes of it."""
    number = report.number or 1
    try:
        snapshot = snapshot_for(report)
        with printed(snapshot, paper=report.paper, number=number) as pdf:
            report.finish(pdf, at=clock())
    except TypesettingFailed as failure:
        report.fail(str(failure), at=clock())
    except Exception:
        logger.exception("report.not_made", extra={"report": report.pk})
        report.fail(_("Debrief itself failed: its log says why."), at=clock())
        raise
