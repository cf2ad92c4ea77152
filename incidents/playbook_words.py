"""The words of a playbook's fixed choices, as its page prints them."""

from __future__ import annotations

from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.clocks import AUDIENCES
from incidents.due_lines import FROM
from incidents.models import Incident
from incidents.playbooks.schema import MEASURES, Span, Threshold, UpdateClock
from incidents.targets import How

Words = dict[str, str | Promise]
END: Words = {
    "acknowledged": _("acknowledged"),
    "mitigated": _("mitigated"),
    "resolved": _("resolved"),
}
MEDIUM: Words = {
    "pager": _("pager"),
    "phone": _("phone"),
    "chat": _("chat"),
    "email": _("e-mail"),
    "in_person": _("in person"),
    "status_page": _("status page"),
    "document": _("document"),
}
MOMENT: Words = {
    "declared": _("when it is declared"),
    "first_update": _("first update"),
    "update": _("update"),
    "escalation": _("escalation"),
    "identified": _("when the cause is known"),
    "mitigated": _("when it is mitigated"),
    "resolved": _("when it is resolved"),
    "review": _("review"),
    "handover": _("handover"),
    "maintenance": _("maintenance"),
}
CHECKLIST: Words = {
    "alert": _("on an alert"),
    "phase": _("for a phase"),
    "severity": _("for a severity"),
    "triage": _("triage"),
    "resolution": _("before it is resolved"),
    "shift": _("for a shift"),
    "horizon": _("afterwards"),
    "onboarding": _("onboarding"),
    "access": _("access"),
    "drill": _("drill"),
}
WINDOW: Words = {
    "by_severity": _("as long as the severity allows"),
    "ongoing": _("as long as it takes"),
    "none": _("no set time"),
}
COMMANDS: Words = {
    "health": _("health"),
    "logs": _("logs"),
    "queries": _("queries"),
    "emergency": _("emergency"),
    "history": _("history"),
}
DANGER: Words = {
    "dangerous": _("dangerous"),
    "needs_coordination": _("needs coordination"),
    "may_lose_data": _("may lose data"),
}
CONTACT: Words = {
    "person": _("person"),
    "rota": _("rota"),
    "list": _("list"),
    "channel": _("channel"),
    "tool": _("tool"),
}
RESOURCE: Words = {
    "dashboard": _("dashboard"),
    "logs": _("logs"),
    "status_page": _("status page"),
    "document": _("document"),
    "tool": _("tool"),
}
CUSTOMERS: Words = {
    "required": _("must be told"),
    "required_after": _("must be told once it lasts longer"),
    "if_significant": _("told if it is significant"),
    "if_they_notice": _("told if they notice"),
    "affected_users_identified": _("those affected are found out"),
    "not_needed": _("need not be told"),
}
CHANNEL: Words = {
    "own": _("a channel of its own"),
    "shared": _("a standing channel"),
    "thread": _("a thread in the team's channel"),
    "ticket": _("a ticket in place of a channel"),
}
EVERY: Words = {
    "month": _("every month"),
    "quarter": _("every quarter"),
    "half-year": _("every half-year"),
    "year": _("every year"),
    "daily": _("every day"),
    "weekly": _("every week"),
    "fortnightly": _("every two weeks"),
    "monthly": _("every month"),
}
KINDS: dict[str, Words] = {
    "start": FROM,
    "end": END,
    "medium": MEDIUM,
    "moment": MOMENT,
    "checklist": CHECKLIST,
    "window": WINDOW,
    "commands": COMMANDS,
    "danger": DANGER,
    "contact": CONTACT,
    "resource": RESOURCE,
    "customers": CUSTOMERS,
    "channel": CHANNEL,
    "every": EVERY,
    "audience": AUDIENCES,  # type: ignore[dict-item]
}


def band_of(threshold: Threshold) -> str:
    """Print a threshold as “error rate > 10 %”."""
    name, unit = MEASURES[threshold.measure]
    limits = [
        f"{sign} {value:g}"
        for sign, value in (
            (">", threshold.above),
            ("≥", threshold.at_least),
            ("<", threshold.below),
            ("≤", threshold.at_most),
        )
        if value is not None
    ]
    return f"{name} {' and '.join(limits)} {unit}"


def rhythm_of(clock: UpdateClock) -> str:
    """Say how often updates come, such as “every 15 min” or “once, within 1 h”."""
    if clock.every.how == How.STATED:
        return str(clock.every)
    if not clock.repeats:
        return gettext("once, within %s") % (clock.first or clock.every)
    is_daily = clock.every.how == How.DAILY
    often = gettext("daily") if is_daily else gettext("every %s") % clock.every
    if clock.first and clock.first != clock.every:
        facts = {"first": clock.first, "often": often}
        return gettext("the first within %(first)s, then %(often)s") % facts
    return often


def span_of(span: Span) -> str:
    """Print “10 min to 15 min”, or the one end that is given."""
    if span.at_least and span.at_most:
        facts = {"least": span.at_least, "most": span.at_most}
        return gettext("%(least)s to %(most)s") % facts
    if span.at_least:
        return gettext("at least %s") % span.at_least
    return gettext("at most %s") % span.at_most


def field_of(code: str) -> str:
    """Name a field of the incident as its page does."""
    try:
        field = Incident._meta.get_field(code)
    except FieldDoesNotExist:
        return code.replace("_", " ")
    return str(getattr(field, "verbose_name", code))
