from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from incidents.models import Profile


class ZoneMiddleware:
    """Shows times in the zone of whoever is logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return self.get_response(request)


def zone_of(request: HttpRequest) -> ZoneInfo:
    """Give the zone of the person's settings, or UTC for who has none."""
    try:
        profile: Profile = request.user.profile  # type: ignore[union-attr]
    except (AttributeError, Profile.DoesNotExist):
        return ZoneInfo("UTC")
    return profile.tz
