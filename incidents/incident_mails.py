"""Mail about an incident: one conversation, a drill marked, and a row that names it.

What such a mail says, its own module knows; here is what all of them have in common.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy

from incidents.choices import NotificationKind
from incidents.drills import marked, subject_of
from incidents.names import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.utils.functional import Promise

    from incidents.mail_wording import Wording
    from incidents.models import Incident, Notification

# What is left of a mail for whoever does not see its incident: subject and sentence.
HIDDEN: dict[str, tuple[Promise, Promise]] = {
    NotificationKind.ESCALATION: (
        gettext_lazy("%(severity)s needs you: %(reference)s"),
        gettext_lazy("A restricted incident, %(reference)s, %(severity)s, needs you"),
    ),
    NotificationKind.UPDATE_DUE: (
        gettext_lazy("Update due: %(reference)s"),
        gettext_lazy("A restricted incident, %(reference)s, needs an update"),
    ),
    NotificationKind.ROLE: (
        gettext_lazy("News of a role: %(reference)s"),
        gettext_lazy("There is news of a role in a restricted incident, %(reference)s"),
    ),
    NotificationKind.WATCH: (
        gettext_lazy("News of %(reference)s"),
        gettext_lazy("There is news of a restricted incident, %(reference)s"),
    ),
    NotificationKind.PAPERS: (
        gettext_lazy("Post-mortem due: %(reference)s"),
        gettext_lazy("The post-mortem of a restricted incident, %(reference)s, is due"),
    ),
    NotificationKind.REVIEW: (
        gettext_lazy("Review of a post-mortem: %(reference)s"),
        gettext_lazy(
            "There is news of the post-mortem of a restricted incident, %(reference)s"
        ),
    ),
    NotificationKind.MEETING: (
        gettext_lazy("Post-mortem meeting: %(reference)s"),
        gettext_lazy("There is a meeting about a restricted incident, %(reference)s"),
    ),
}


def mail_about(
    incident: Incident,
    wording: Wording,
    *,
    key: str,
    kind: str,
    at: datetime,
    user: User | None = None,
    address: str = "",
) -> Notification:
    """Make the row of a mail about an incident; `outbox.queue_all` writes it."""
    from incidents.models import Notification

    return Notification(
        key=key,
        kind=kind,
        incident=incident,
        user=user,
        address=address or (user.email if user else ""),
        subject=subject_of(incident, wording.subject),
        text=marked(incident, wording.text),
        html=wording.html,
        thread=f"incident:{incident.pk}",
        created_at=at,
        due_at=at,
    )


def hidden_words(incident: Incident, kind: str) -> tuple[str, str]:
    """Give the subject and the sentence that tell nothing but its number."""
    named = {"reference": incident.reference, "severity": incident.severity.code}
    subject, sentence = HIDDEN[kind]
    return str(subject) % named, str(sentence) % named


def whom_to_ask(incident: Incident) -> str:
    """Name who can let people in."""
    asked = incident.lead if incident.lead and incident.lead.is_active else None
    return name_of(asked or incident.team.reader) or str(incident.team)


def page_of(incident: Incident) -> str:
    return f"{settings.SITE_URL}{incident.get_absolute_url()}"
