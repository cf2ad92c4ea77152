"""Who may take which step on a post-mortem they see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incidents.querysets import Person

POSTMORTEM_VERBS = {
    "open": "postmortems.add_postmortem",
    "write": "postmortems.change_postmortem",
    "publish": "postmortems.publish_postmortem",
    "reopen": "postmortems.publish_postmortem",
    "render": "postmortems.add_report",
    "download": "postmortems.view_report",
}


def allowed(user: Person) -> dict[str, bool]:
    """Say of each verb whether this person's group may take it."""
    return {
        verb: user.has_perm(permission) for verb, permission in POSTMORTEM_VERBS.items()
    }
