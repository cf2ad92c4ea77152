"""System checks: settings that are fine one by one and do not fit together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from config.environment import LOCAL_HOSTS, missing_pdf_libraries

# A delivery talks to the server several times, and each may take EMAIL_TIMEOUT.
EXCHANGES_PER_MAIL = 4
MOST_CONNECTIONS = 20


def check_configuration(**_: Any) -> list[CheckMessage]:
    return [
        *check_demo(),
        *check_broker(),
        *check_mail(),
        *check_proxy(),
        *check_pdf(),
    ]


def check_demo() -> Iterator[CheckMessage]:
    if settings.DEMO and not settings.IS_LOCAL:
        yield Error(
            "DEMO is on at a public address, where everybody knows its passwords.",
            hint="Leave DEMO out: make run sets it for the embedded demo alone.",
            id="debrief.E001",
        )
    if os.environ.get("DEBUG") and not settings.DEMO:
        yield Warning(
            "DEBUG is asked for, but stays off outside the demo.",
            hint="Leave DEBUG out; LOG_LEVEL=DEBUG says more in the log.",
            id="debrief.W001",
        )


def check_broker() -> Iterator[CheckMessage]:
    on_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if on_sqlite and settings.REDIS_URL:
        yield Warning(
            "Redis is shared between machines, but SQLite serves only this one.",
            hint="Set DATABASE_URL to PostgreSQL, or leave REDIS_URL out.",
            id="debrief.W002",
        )
    if not on_sqlite and not settings.REDIS_URL:
        yield Warning(
            "Without REDIS_URL a worker on another machine gets no hint, "
            "and mail and PDFs wait for the next minute's sweep.",
            hint="Set REDIS_URL, or keep web and worker on one machine.",
            id="debrief.W003",
        )


def check_mail() -> Iterator[CheckMessage]:
    if not settings.MAIL_IS_ON:
        yield Warning(
            "Without EMAIL_URL no mail leaves: it waits in the outbox.",
            hint="Set EMAIL_URL, such as smtp+tls://user:password@host:587.",
            id="debrief.W004",
        )
        return
    if settings.OUTBOX_LEASE_SECONDS < EXCHANGES_PER_MAIL * settings.EMAIL_TIMEOUT:
        yield Warning(
            "A mail server that is slow but within EMAIL_TIMEOUT may outlast "
            "OUTBOX_LEASE_SECONDS, and a second worker would send the mail again.",
            hint=f"Make the lease {EXCHANGES_PER_MAIL} times the time-out or longer.",
            id="debrief.W005",
        )
    yield from check_waits()
    if not settings.DEMO:
        yield from check_mail_server()


def check_waits() -> Iterator[CheckMessage]:
    for name in ("OUTBOX_BACK_OFF_SECONDS", "BREAKER_SECONDS"):
        waits = getattr(settings, name)
        if waits != sorted(waits):
            yield Warning(
                f"{name} gets shorter from one failure to the next.",
                hint="Write the waits from the shortest to the longest.",
                id="debrief.W010",
            )
    if settings.OUTBOX_BACK_OFF_SECONDS[0] > settings.OUTBOX_GIVE_UP_SECONDS:
        yield Warning(
            "OUTBOX_GIVE_UP_SECONDS is over before the first wait of "
            "OUTBOX_BACK_OFF_SECONDS is: no mail is ever tried a second time.",
            hint="Leave OUTBOX_GIVE_UP_SECONDS at a day, 86400.",
            id="debrief.W011",
        )
    if settings.OUTBOX_CONNECTIONS > MOST_CONNECTIONS:
        yield Warning(
            f"{settings.OUTBOX_CONNECTIONS} connections at once are more than most "
            "mail servers take from one sender.",
            hint="Set OUTBOX_CONNECTIONS to 10 or fewer.",
            id="debrief.W012",
        )


def check_mail_server() -> Iterator[CheckMessage]:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if address.partition("@")[2] in LOCAL_HOSTS | {""}:
        yield Warning(
            f"Mail leaves as {settings.DEFAULT_FROM_EMAIL}, which nobody can answer "
            "and many servers refuse.",
            hint="Set DEFAULT_FROM_EMAIL to an address of your own domain.",
            id="debrief.W006",
        )
    encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if settings.EMAIL_HOST_PASSWORD and not encrypted and not mail_stays_here():
        yield Warning(
            "The password of the mail server crosses the network unencrypted.",
            hint="Write EMAIL_URL with smtp+tls:// (587) or smtp+ssl:// (465).",
            id="debrief.W007",
        )


def mail_stays_here() -> bool:
    return settings.EMAIL_HOST in LOCAL_HOSTS


def check_proxy() -> Iterator[CheckMessage]:
    if not settings.IS_LOCAL and not settings.TRUST_PROXY:
        yield Warning(
            "SITE_URL is https and TRUST_PROXY is off: behind a proxy that ends TLS, "
            "every page redirects to itself.",
            hint="Set TRUST_PROXY=1 if your proxy sets X-Forwarded-Proto itself.",
            id="debrief.W008",
        )


def check_pdf() -> Iterator[CheckMessage]:
    if missing := missing_pdf_libraries():
        yield Warning(
            f"PDFs are off: the system lacks {', '.join(missing)}.",
            hint="On Debian: apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 "
            "libharfbuzz-subset0",
            id="debrief.W009",
        )
