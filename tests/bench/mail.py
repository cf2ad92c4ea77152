"""Mail from queued rows to rows marked sent, against Django's plain `send_messages`.

Both send the same letters to the same server within one run: Django over one
connection that it keeps, we over four, with claims, leases and outcomes written.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.management import call_command
from django.utils import timezone

CONNECTIONS = 4
LINE = "Test the restore of the orders database, overdue for 3 days, INC-20261121-001. "
TEXT = (LINE + "\n") * 20
HTML = f"<html><body>{f'<p>{LINE}</p>' * 40}</body></html>"


def main() -> int:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    settings.MAIL_IS_ON = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.OUTBOX_CONNECTIONS = CONNECTIONS
    settings.EMAIL_TIMEOUT = 30
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER = "127.0.0.1", ""
    met = [
        compare("5,000 queued mails, server answers at once", 5_000, 0, 0.5),
        compare("200 queued mails, 20 ms for each answer", 200, 20, 3.5),
    ]
    return 0 if all(met) else 1


def compare(name: str, number: int, milliseconds: int, least: float) -> bool:
    """Send so many both ways, Django's in two halves around ours; print the ratio."""
    with server(milliseconds) as port:
        settings.EMAIL_PORT = port
        queue(number)
        plain = timed(lambda: send_plainly(number // 2))
        ours = timed(lambda: deliver(number))
        plain += timed(lambda: send_plainly(number - number // 2))
    times = plain / ours
    verdict = "met" if times >= least else "MISSED"
    print(
        f"{name:46}{ours:6.2f}s{plain:8.2f}s{times:9.2f} times as fast, "
        f"least {least:g}  {verdict}",
        flush=True,
    )
    return times >= least


def timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def send_plainly(number: int) -> None:
    letters = []
    for n in range(number):
        to = f"person{n}@bench.localhost"
        letter = EmailMultiAlternatives(f"{n} items overdue", TEXT, to=[to])
        letter.attach_alternative(HTML, "text/html")
        letters.append(letter)
    if get_connection().send_messages(letters) != number:
        raise SystemExit("The server did not take every plain mail.")


def queue(number: int) -> None:
    from incidents.choices import NotificationKind
    from incidents.models import Notification
    from incidents.outbox import message_id

    Notification.objects.all().delete()
    now = timezone.now()
    Notification.objects.bulk_create(
        Notification(
            key=f"bench:{n}",
            kind=NotificationKind.DIGEST,
            address=f"person{n}@bench.localhost",
            subject=f"{n} items overdue",
            text=TEXT,
            html=HTML,
            message_id=message_id(f"bench:{n}"),
            created_at=now,
            due_at=now,
        )
        for n in range(number)
    )


def deliver(number: int) -> None:
    from incidents.choices import DeliveryState
    from incidents.delivery import deliver_due
    from incidents.models import Notification

    while deliver_due(now=timezone.now()).total:
        pass
    sent = Notification.objects.filter(state=DeliveryState.SENT).count()
    if sent != number:
        raise SystemExit(f"Only {sent} of {number} mails were sent.")


@contextmanager
def server(milliseconds: int) -> Iterator[int]:
    """Run the mail server in a process of its own; give its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.mail_server", str(milliseconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
