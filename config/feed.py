"""The address a calendar program asks: a person's action items, without a log-in."""

from __future__ import annotations

from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from incidents.item_feed import feed_of, owner_of

HEADERS = {
    "Content-Disposition": 'inline; filename="action-items.ics"',
    # The person's own program may keep it, if it asks whether it is still so.
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the calendar whose address it is, or as if there were no page."""
    person = owner_of(token)
    if person is None:
        raise Http404(_("There is no such page."))
    text = feed_of(person)
    etag = f'"{sha256(text).hexdigest()}"'
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    for name, value in HEADERS.items():
        response[name] = value
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response
