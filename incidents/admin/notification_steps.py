"""What may be done with a message by hand, and what keeps messages from leaving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents import breaker, holding, outbox
from incidents.choices import DeliveryState
from incidents.models import Notification

MAY_CHANGE = "incidents.change_notification"
MAY_DECIDE_HELD = "incidents.change_vital"


@dataclass(frozen=True)
class Step:
    """A step from one of some states, and the sentence when it was taken."""

    states: tuple[str, ...]
    take: Callable[[Notification, User, datetime, str], None]
    done: str | Promise


def _retry(mail: Notification, by: User, at: datetime, because: str) -> None:
    outbox.retry(mail, by=by, at=at)


def _release(mail: Notification, by: User, at: datetime, because: str) -> None:
    outbox.release(mail, by=by, at=at)


def _drop(mail: Notification, by: User, at: datetime, because: str) -> None:
    outbox.suppress(mail, because=because, by=by, at=at)


SOON = gettext_lazy("The message is queued again and goes out within a minute.")
STEPS = {
    "retry": Step((DeliveryState.FAILED,), _retry, SOON),
    "release": Step((DeliveryState.SUPPRESSED,), _release, SOON),
    "drop": Step(
        (DeliveryState.QUEUED, DeliveryState.FAILED),
        _drop,
        gettext_lazy("The message will not be sent."),
    ),
}


def steps_of(request: HttpRequest, mail: Notification) -> set[str]:
    """Name the steps one may take: administrators all that fit the state.

    People try again what was meant for them. A link that was taken out is gone.
    """
    fit = {name for name, step in STEPS.items() if mail.state in step.states}
    if mail.is_secret and not mail.text:
        return set()
    if request.user.has_perm(MAY_CHANGE):
        return fit
    return fit & {"retry"} if mail.user_id == request.user.pk else set()


def obstacles(request: HttpRequest, *, now: datetime) -> list[tuple[str, str]]:
    """Say what keeps all mail from leaving, each with the page to mend it, if any."""
    said = []
    if held := holding.current():
        may_decide = request.user.has_perm(MAY_DECIDE_HELD)
        page = reverse("admin:incidents_vital_held") if may_decide else ""
        when = f"{held.restored_at:%Y-%m-%d %H:%M} UTC"
        words = _("Mail is held since a backup was restored on %s: nothing leaves.")
        said.append((words % when, page))
    if sentence := breaker.sentence(now=now):
        said.append((sentence, ""))
    return said
