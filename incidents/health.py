"""How the installation is: what /readyz tells programs and a page tells people.

Everything is looked at in the same few queries whatever there is. No words name
people, addresses or secrets: anybody may ask /readyz.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents import vitals
from incidents.audit import words_of
from incidents.broker_probe import broker_answers
from incidents.checkup import Check, HealthState
from incidents.choices import AlertState
from incidents.database_probe import ask
from incidents.durations import say
from incidents.models import Alert, Notification, Vital
from incidents.schema_state import applied, enumerate_some, unapplied, unheard_of

Vitals = Mapping[str, Vital]
DOWN, DEGRADED = HealthState.DOWN, HealthState.DEGRADED
# The sweep comes each minute; one may be missed for a restart.
SWEEP_LATE = timedelta(minutes=3)
# A worker that has several long reports to make looks for more only then.
REPORTS_LATE = timedelta(minutes=15)
# Somebody is to be woken by them; a sweep or two may be missed for a restart.
ALERTS_LATE = timedelta(minutes=3)
# A backlog is worth a look from here on; a rate limit alone may make one.
MAIL_LATE = timedelta(minutes=5)
RECENT = timedelta(days=1)
LEAST_FREE = 1024  # megabytes


def examine(now: datetime) -> list[Check]:
    """Look at everything; without a database, at what needs none."""
    try:
        checks = ask(lambda: list(_within_database(now)))
    except DatabaseError:
        checks = [
            Check(
                "database",
                _("The database does not answer."),
                DOWN,
                _("Start it, and check DATABASE_URL. Nothing is lost meanwhile."),
            )
        ]
    return [*checks, _broker(), _disk()]


def _within_database(now: datetime) -> Iterator[Check]:
    yield Check("database", _("The database answers."))
    have = applied()
    missing = unapplied(have)
    yield _migrations(missing, unheard_of(have))
    if missing:
        return  # the tables that the rest asks may not exist
    signs = vitals.read_all()
    yield _sweep(signs, now)
    yield _reports(signs, now)
    yield _outbox(now)
    yield _failed(now)
    yield _alerts(now)
    yield _mail_server(signs, now)
    yield _held(signs, now)
    yield _audit(signs)
    yield _switch(signs)


def _migrations(missing: list[str], strange: list[str]) -> Check:
    if missing:
        said = ngettext(
            "%(count)s migration is not applied: %(names)s.",
            "%(count)s migrations are not applied: %(names)s.",
            len(missing),
        )
        words = said % {"count": len(missing), "names": enumerate_some(missing)}
        remedy = _("Run manage.py migrate, then restart the processes.")
        return Check("migrations", words, DOWN, remedy, {"unapplied": missing})
    if strange:
        words = _("The database is of a newer version, with %s.")
        return Check(
            "migrations",
            words % enumerate_some(strange),
            DEGRADED,
            _("Install that version again, or restore a backup from before it."),
            {"unknown": strange},
        )
    return Check("migrations", _("All migrations are applied."))


def _sweep(signs: Vitals, now: datetime) -> Check:
    words = {
        "never": _("No sweep has been through yet."),
        "late": _("The last sweep was %s ago; one is due each minute."),
        "fine": _("The last sweep was %s ago."),
    }
    remedy = _("See that scheduler and worker run, and that both use the same queue.")
    late = now - SWEEP_LATE
    return _beat("sweep", signs.get(vitals.SWEEP), now, late, words, remedy)


def _reports(signs: Vitals, now: datetime) -> Check:
    words = {
        "never": _("No worker has looked for reports yet."),
        "late": _("Reports were last looked for %s ago; that is due each minute."),
        "fine": _("Reports were looked for %s ago."),
    }
    remedy = _("See that a worker takes the pdf queue.")
    late = now - REPORTS_LATE
    return _beat("reports", signs.get(vitals.REPORTS), now, late, words, remedy)


def _beat(
    code: str,
    sign: Vital | None,
    now: datetime,
    late: datetime,
    words: dict[str, str],
    remedy: str,
) -> Check:
    """Judge what has to happen each minute by whether it last did before `late`."""
    if sign is None or sign.at is None:
        return Check(code, words["never"], DEGRADED, remedy)
    age = max(now - sign.at, timedelta())
    facts: dict[str, object] = {"age_seconds": int(age.total_seconds())}
    if sign.at < late:
        return Check(code, words["late"] % say(age), DEGRADED, remedy, facts)
    return Check(code, words["fine"] % say(age), facts=facts)


def _outbox(now: datetime) -> Check:
    due = Notification.objects.waiting().filter(due_at__lte=now)
    oldest = due.aggregate(oldest=Min("due_at"))["oldest"]
    if oldest is None:
        return Check("outbox", _("No mail is waiting to leave."))
    age = now - oldest
    facts: dict[str, object] = {"oldest_seconds": int(age.total_seconds())}
    words = _("The oldest mail that is due has waited for %s.") % say(age)
    if age <= MAIL_LATE:
        return Check("outbox", words, facts=facts)
    remedy = _("Look at the other lines first; the list of messages shows what waits.")
    return Check("outbox", words, DEGRADED, remedy, facts)


def _failed(now: datetime) -> Check:
    count = Notification.objects.failed_since(now - RECENT).count()
    facts: dict[str, object] = {"count": count}
    if not count:
        return Check("failed", _("No mail has failed within a day."), facts=facts)
    said = ngettext(
        "%s mail has failed within a day.", "%s mails have failed within a day.", count
    )
    remedy = _("Open the failed messages: each says why, and can be sent again.")
    return Check("failed", said % count, DEGRADED, remedy, facts)


def _alerts(now: datetime) -> Check:
    failed = Q(state=AlertState.FAILED, worked_at__gte=now - RECENT)
    found = Alert.objects.filter(failed | Q(worked_at=None)).aggregate(
        count=Count("pk", filter=failed),
        oldest=Min("received_at", filter=Q(worked_at=None)),
    )
    count, oldest = found["count"], found["oldest"]
    facts: dict[str, object] = {"count": count}
    if oldest and now - oldest > ALERTS_LATE:
        words = _("The oldest alert has waited to be worked off for %s.")
        remedy = _("See that scheduler and worker run: alerts declare incidents.")
        return Check("alerts", words % say(now - oldest), DEGRADED, remedy, facts)
    if not count:
        return Check("alerts", _("All alerts were worked off."), facts=facts)
    said = ngettext(
        "%s alert could not be worked off within a day.",
        "%s alerts could not be worked off within a day.",
        count,
    )
    remedy = _("Open its source: each says why, and can be worked off again.")
    return Check("alerts", said % count, DEGRADED, remedy, facts)


def _mail_server(signs: Vitals, now: datetime) -> Check:
    if not settings.MAIL_IS_ON:
        words = _("Mail is off: it waits in the outbox.")
        return Check("mail", words, DEGRADED, _("Set EMAIL_URL and restart."))
    sign = signs.get(vitals.MAIL)
    if sign is None or sign.until is None:
        return Check("mail", _("The mail server takes mail."))
    since = say(now - (sign.at or now))
    words = _("The mail server has not taken mail for %s: everything waits.") % since
    remedy = _(
        "Check EMAIL_URL, and the mail server and its log. It is tried again by "
        "itself, and nothing is lost: what waits goes out then."
    )
    return Check("mail", words, DEGRADED, remedy)


def _held(signs: Vitals, now: datetime) -> Check:
    sign = signs.get(vitals.HOLD)
    if sign is None:
        return Check("held", _("Mail is not held."))
    words = _("Mail is held: a backup was restored %s ago.")
    remedy = _("Look through what waits, release or drop it, and lift the hold.")
    since = say(now - (sign.until or now))
    return Check("held", words % since, DEGRADED, remedy)


def _audit(signs: Vitals) -> Check:
    sign = signs.get(vitals.AUDIT)
    if sign is None:
        remedy = _("The first sweep that goes through makes one.")
        return Check("audit", _("No audit has been made yet."), DEGRADED, remedy)
    if not sign.count:
        return Check("audit", _("What should have been sent was sent."))
    remedy = _("Each finding says where to look; docs/operations.md says more.")
    return Check("audit", words_of(sign.facts), DEGRADED, remedy, sign.facts)


def _switch(signs: Vitals) -> Check:
    sign = signs.get(vitals.SWITCH)
    if not settings.DEAD_MANS_SWITCH_URL:
        return Check("switch", _("No dead man’s switch is set."))
    if sign is None or not sign.count:
        return Check("switch", _("The dead man’s switch is told when all is well."))
    words = _("The dead man’s switch could not be reached the last %s times.")
    remedy = _("Check DEAD_MANS_SWITCH_URL, and the way out from the worker.")
    return Check("switch", words % sign.count, DEGRADED, remedy)


def _broker() -> Check:
    if broker_answers():
        return Check("broker", _("The message queue answers."))
    words = _("The message queue does not answer.")
    remedy = _(
        "Start it, and check REDIS_URL. Without it no worker hears of the sweep."
    )
    return Check("broker", words, DEGRADED, remedy)


def _disk() -> Check:
    folder = settings.MEDIA_ROOT
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 1024**2
    facts: dict[str, object] = {"free_megabytes": free}
    words = _("The disk of the files has %s MB left.") % f"{free:,}"
    if free >= LEAST_FREE:
        return Check("disk", words, facts=facts)
    return Check("disk", words, DEGRADED, _("Make room, or move DATA_DIR."), facts)
