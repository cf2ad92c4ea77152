"""The steps of a post-mortem that a button takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from incidents.changes import Refused
from incidents.forms.rows import is_key
from postmortems.admin.step import READ, Step
from postmortems.admin.writing_steps import WRITING_STEPS
from postmortems.choices import Edition, Paper
from postmortems.models import PostMortem
from postmortems.reports import request_report

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def publish(
    postmortem: PostMortem, posted: Mapping[str, str], by: User, at: datetime
) -> None:
    postmortem.publish(by=by, at=at, seen=posted.get(READ, ""))


def reopen(
    postmortem: PostMortem, posted: Mapping[str, str], by: User, at: datetime
) -> None:
    reason = posted.get("reason", "").replace("\0", "")  # PostgreSQL refuses it
    postmortem.reopen(by=by, at=at, reason=reason)


def render(
    postmortem: PostMortem, posted: Mapping[str, str], by: User, at: datetime
) -> None:
    """Queue a PDF of an edition on some paper: of a published version, or as it is."""
    edition = posted.get("edition") or Edition.INTERNAL
    paper = posted.get("paper") or Paper.A4
    if edition not in Edition or paper not in Paper:
        raise Refused.because("unknown", _now("There is no such edition or paper."))
    key = posted.get("publication", "")
    publication = None
    if key:
        mine = postmortem.publications.filter(edition=edition)
        publication = mine.filter(pk=key).first() if is_key(key) else None
        if publication is None:
            raise Refused.because("gone", _now("There is no such version."))
    request_report(
        postmortem,
        by=by,
        at=at,
        edition=edition,
        paper=paper,
        publication=publication,
    )


STEPS: dict[str, Step] = {
    "publish": Step(publish, _("The post-mortem is published.")),
    "reopen": Step(reopen, _("The post-mortem is a draft again.")),
    "render": Step(
        render, _("The PDF is queued; this page shows when it is done."), "#pdf"
    ),
    **WRITING_STEPS,
}
