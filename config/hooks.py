"""Where monitoring sends its alerts: checked in this order, stored, answered.

Method, size, coding, who sends, how often, JSON: each has its answer, and none of
them needs more than a few queries. Nothing of a body or a secret goes into the log.
"""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from incidents.alerts.reading import MOST_BYTES, Unreadable, read
from incidents.alerts.signature import (
    SIGNATURE_HEADER,
    TIME_HEADER,
    WINDOW,
    Stale,
    Unknown,
    source_of,
    verified,
)
from incidents.alerts.storing import TooMany, make_room, store

logger = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 10
BEARER = "bearer "


class Turned(Exception):
    """A request that is turned away: status, sentence, and further headers."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers


@csrf_exempt
def hook(request: HttpRequest, token: str = "") -> JsonResponse:
    """Take an alert in: 202 once it is stored, 200 where it was already."""
    try:
        return _taken(request, token or _bearer(request))
    except Turned as turned:
        answer = JsonResponse({"error": turned.sentence}, status=turned.status)
        for name, value in turned.headers.items():
            answer.headers[name.replace("_", "-")] = value
        return answer


def _taken(request: HttpRequest, token: str) -> JsonResponse:
    if request.method != "POST":
        raise Turned(405, _("Send alerts with POST."), Allow="POST")
    body, now = _body(request), timezone.now()
    time = request.headers.get(TIME_HEADER, "")
    try:
        source = verified(
            source_of(token),
            time=time,
            signature=request.headers.get(SIGNATURE_HEADER, ""),
            body=body,
            now=now,
        )
        make_room(source, now=now)
        read(body)
        alert, is_new = store(source, body, time=time, now=now)
    except DatabaseError:
        logger.exception("alert.not_stored")
        sentence = _("The alert could not be stored: send it again.")
        raise Turned(503, sentence, Retry_After=str(TRY_AGAIN_SECONDS)) from None
    except Unknown:
        sentence = _("The address or the signature is not known here.")
        raise Turned(401, sentence) from None
    except Stale:
        sentence = _("The time that is signed is more than %d minutes off.")
        raise Turned(401, sentence % (WINDOW.seconds // 60)) from None
    except TooMany as many:
        logger.warning("alert.too_many", extra={"source": source.pk})
        sentence = _("This source sends more alerts than it may.")
        raise Turned(429, sentence, Retry_After=str(many.seconds)) from None
    except Unreadable as unreadable:
        raise Turned(400, str(unreadable)) from None
    if not is_new:
        return JsonResponse({"alert": alert.pk, "state": "known"})
    logger.info("alert.stored", extra={"alert": alert.pk, "source": source.pk})
    return JsonResponse({"alert": alert.pk, "state": "stored"}, status=202)


def _body(request: HttpRequest) -> bytes:
    """Read the body as far as it may go, as it came over the wire."""
    length = request.headers.get("Content-Length", "")
    if not length and "Transfer-Encoding" in request.headers:
        raise Turned(400, _("Send the body in one piece, with its Content-Length."))
    too_large = _("The body is larger than %d KiB.") % (MOST_BYTES // 1024)
    if length.isdecimal() and (len(length) > 20 or int(length) > MOST_BYTES):
        raise Turned(413, too_large)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Turned(400, _("Send the body as it is, not compressed."))
    try:
        body = request.read(MOST_BYTES + 1)
    except UnreadablePostError:
        raise Turned(400, _("The body ended before it was complete.")) from None
    if len(body) > MOST_BYTES:
        raise Turned(413, too_large)
    return body


def _bearer(request: HttpRequest) -> str:
    """Take the token from a header, which no proxy writes into its log."""
    given = request.headers.get("Authorization", "")
    return given[len(BEARER) :].strip() if given.lower().startswith(BEARER) else ""
