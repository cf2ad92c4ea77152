"""How a mail is handed over: the letter, and the conversation with the server.

The conversation is led step by step, because what a refusal means depends on where
it falls, and because a letter may be begun again only before its contents are sent.
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from functools import cache

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from incidents.mail_errors import judge
from incidents.models import Notification
from incidents.outbox import message_id

INVITATION = "invite.ics"


def letter_of(mail: Notification) -> bytes:
    """Write the letter as it goes over the line; raises ValueError where none can be.

    Mail programs put letters together that refer to the same one, sent or not. Where
    the thread is the key of a mail, the letter answers that one.
    """
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    thread = message_id(mail.thread) if mail.thread else ""
    if thread not in ("", mail.message_id):
        headers["References"] = headers["In-Reply-To"] = thread
    letter = EmailMultiAlternatives(
        mail.subject, mail.text, to=[mail.address], headers=headers
    )
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        _invite(letter, mail)
    message = letter.message()
    return message.as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's has it


def _invite(letter: EmailMultiAlternatives, mail: Notification) -> None:
    """Let calendars read it: as the last alternative, and as a file (RFC 6047).

    Mail programs answer the first by buttons; those that know none open the second.
    """
    kind = f"text/calendar; method={mail.calendar_method}"
    letter.attach_alternative(mail.calendar, kind)
    letter.attach(INVITATION, mail.calendar.encode(), "application/ics")


def send(mail: Notification, connection: EmailBackend) -> None:
    """Have the server take a mail; raises OSError or ValueError where it does not."""
    letter = letter_of(mail)
    smtp, is_new = _open(connection)
    try:
        _address(smtp, mail.address)
    except OSError as error:
        if is_new or not judge(error).is_general:
            raise
        # Closed by the server while nobody used it: that is no fault.
        hang_up(connection)
        smtp, _is_new = _open(connection)
        _address(smtp, mail.address)
    code, words = smtp.data(letter)
    if not _is_yes(code):
        raise smtplib.SMTPDataError(code, words)


def start_anew(connection: EmailBackend) -> None:
    """Make the connection fit for the next letter after this one was refused."""
    try:
        if connection.connection:
            connection.connection.rset()
    except OSError:
        hang_up(connection)


def hang_up(connection: EmailBackend) -> None:
    """Drop the connection without a word: the server might not answer it."""
    for name in ("connection", "_partial_connection"):  # as Django calls them
        if smtp := getattr(connection, name):
            with suppress(OSError):
                smtp.close()
        setattr(connection, name, None)


def say_good_bye(connection: EmailBackend) -> None:
    with suppress(OSError):  # what counts was said before
        connection.close()


def _open(connection: EmailBackend) -> tuple[smtplib.SMTP, bool]:
    """Give the conversation with the server, and whether it has only begun."""
    is_new = bool(connection.open())
    if connection.connection is None:
        raise smtplib.SMTPServerDisconnected("not connected")
    return connection.connection, is_new


def _address(smtp: smtplib.SMTP, recipient: str) -> None:
    """Name sender and recipient.

    Not the size: a server may refuse that at the sender, where a refusal is about
    the server and not about one letter that is too long.
    """
    smtp.ehlo_or_helo_if_needed()
    sender = _sender(settings.DEFAULT_FROM_EMAIL)
    address = sanitize_address(recipient, settings.DEFAULT_CHARSET)
    code, words = smtp.mail(sender)
    if not _is_yes(code):
        raise smtplib.SMTPSenderRefused(code, words, sender)
    code, words = smtp.rcpt(address)
    if not _is_yes(code):
        raise smtplib.SMTPRecipientsRefused({address: (code, words)})


@cache
def _sender(text: str) -> str:
    try:
        return sanitize_address(text, settings.DEFAULT_CHARSET)
    except ValueError as error:
        # No fault of the letter: the next one would fare no better.
        raise smtplib.SMTPException(f"DEFAULT_FROM_EMAIL: {error}") from error


def _is_yes(code: int) -> bool:
    """Read the first digit alone, as SMTP wants it: 250 is not the only yes."""
    return code // 100 == 2
