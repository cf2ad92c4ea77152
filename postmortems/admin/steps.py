"""The steps of a post-mortem that a button takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from postmortems.models import PostMortem
from postmortems.reports import request_report

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Taker = Callable[[PostMortem, Mapping[str, str], "User", datetime], object]


@dataclass(frozen=True)
class Step:
    """How a step is taken from what was posted, and what is said when it worked."""

    take: Taker
    done: str | Promise
    leads_to: str = ""


def publish(
    postmortem: PostMortem, posted: Mapping[str, str], by: User, at: datetime
) -> None:
    postmortem.publish(by=by, at=at)


def reopen(
    postmortem: PostMortem, posted: Mapping[str, str], by: User, at: datetime
) -> None:
    reason = posted.get("reason", "").replace("\0", "")  # PostgreSQL refuses it
    postmortem.reopen(by=by, at=at, reason=reason)


def render(
    postmortem: PostMortem, posted: Mapping[str, str], by: User, at: datetime
) -> None:
    request_report(postmortem, by=by, at=at)


STEPS = {
    "publish": Step(publish, _("The post-mortem is published.")),
    "reopen": Step(reopen, _("The post-mortem is a draft again.")),
    "render": Step(
        render, _("The PDF is queued; this page shows when it is done."), "#pdf"
    ),
}
