"""What the mail server's refusal means: try again later, or never."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

from django.utils.translation import gettext as _

PERMANENT = 500  # SMTP: 4xx asks for patience, 5xx says no
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
    return Verdict(_words(code, answer), is_final=code >= PERMANENT)


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"[:MOST_WORDS]
