"""What a post-mortem consists of: its sections, in order, each with its question."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Chapter(NamedTuple):
    key: str
    title: _StrPromise
    prompt: _StrPromise


OUTLINE = (
    Chapter(
        "summary",
        _("Summary"),
        _(
            "What happened, who noticed it and how did it end? Three sentences that "
            "somebody who was not there understands."
        ),
    ),
    Chapter(
        "impact",
        _("Impact"),
        _("What could people not do, for how long, and what did it cost them and us?"),
    ),
    Chapter(
        "root_cause",
        _("Root cause"),
        _(
            "Which conditions had to come together? Ask why until the answer is "
            "something we can change; name systems, not people."
        ),
    ),
    Chapter(
        "went_well",
        _("What went well"),
        _("What kept it from getting worse and should stay as it is?"),
    ),
    Chapter(
        "went_wrong",
        _("What went wrong"),
        _("What cost us time, misled us or was missing when it was needed?"),
    ),
    Chapter(
        "lessons",
        _("Lessons"),
        _("What do we know now that would have helped us, and whom else does it help?"),
    ),
)
