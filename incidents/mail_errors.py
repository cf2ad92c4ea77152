"""What the mail server's refusal means: try again later, never, or not now at all."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

from django.utils.translation import gettext as _

REFUSALS = range(400, 600)
PERMANENT = 500  # SMTP: 4xx asks for patience, 5xx says no
CLOSING = 421  # the server leaves, whatever it was asked
MOST_WORDS = 1_000


@dataclass(frozen=True)
class Verdict:
    """Why a mail was not taken, in the server's words."""

    words: str
    is_final: bool = False
    # The server itself is in trouble, so that the next mail would fare no better.
    is_general: bool = False


def judge(error: OSError | ValueError) -> Verdict:
    """Tell what is wrong with the mail from what is wrong with the server."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, answer = next(iter(error.recipients.values()))
            return _answered(code, answer)
        case smtplib.SMTPDataError():
            return _answered(error.smtp_code, error.smtp_error)
        case smtplib.SMTPResponseException():
            # Greeting, log-in or sender: nothing that this one mail could help.
            words = _words(error.smtp_code, error.smtp_error)
            return Verdict(words, is_general=True)
        case OSError():
            return Verdict(str(error) or type(error).__name__, is_general=True)
        case _:
            words = _("The address or the subject cannot be sent: %s") % error
            return Verdict(words, is_final=True)


def _answered(code: int, answer: bytes | str) -> Verdict:
    is_about_mail = code in REFUSALS and code != CLOSING
    return Verdict(
        _words(code, answer),
        is_final=is_about_mail and code >= PERMANENT,
        is_general=not is_about_mail,
    )


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"[:MOST_WORDS]
