"""Who may take which step on a post-mortem they see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.permissions import ITEM_PERMISSION

if TYPE_CHECKING:
    from incidents.querysets import Person
    from postmortems.models import PostMortem

WRITE = "postmortems.change_postmortem"
# What whoever may write may do besides, by pressing a button.
WRITING = (
    *("raise_item", "move_up", "move_down", "show", "leave_out", "tell", "keep"),
    *("add_section", "remove_section", "discard", "hand_to", "report_sent"),
)
POSTMORTEM_VERBS = {
    "open": "postmortems.add_postmortem",
    "write": WRITE,
    **dict.fromkeys(WRITING, WRITE),
    "set_item": ITEM_PERMISSION,
    "ask": WRITE,
    "meet": WRITE,
    "publish": "postmortems.publish_postmortem",
    "publish_edition": "postmortems.publish_postmortem",
    "reopen": "postmortems.publish_postmortem",
    "render": "postmortems.add_report",
    "download": "postmortems.view_report",
}


def allowed(user: Person) -> dict[str, bool]:
    """Say of each verb whether this person's group may take it."""
    return {
        verb: user.has_perm(permission) for verb, permission in POSTMORTEM_VERBS.items()
    }


def may_review(user: Person, postmortem: PostMortem) -> bool:
    """Say whether this person, who sees it, may comment and approve.

    Whoever may write may, and whoever was asked to, be it somebody who only reads.
    """
    if user.has_perm(WRITE):
        return True
    return postmortem.reviewers.filter(person=user.pk).exists()
