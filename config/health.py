"""What probes ask: is the process alive, and is it ready to work?"""

from __future__ import annotations

import threading
import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from incidents.checkup import Check, HealthState, worst
from incidents.health import examine

# Seconds for which an answer is given again: anybody may ask, as often as they like.
KEPT_FOR = 2.0


class LastExamination:
    """The checks of this process, made anew when they are old, by one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checks: list[Check] = []
        self._made_at = float("-inf")

    def get(self) -> list[Check]:
        with self._lock:
            if time.monotonic() - self._made_at > KEPT_FOR:
                self._checks = examine(timezone.now())
                self._made_at = time.monotonic()
            return self._checks

    def forget(self) -> None:
        self._made_at = float("-inf")


last_examination = LastExamination()


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process lives, whatever else does not."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say what works and what does not, with 503 only where no page would work.

    What is merely degraded is no reason to take the site away from people.
    """
    checks = last_examination.get()
    state = worst(checks)
    found = {
        "status": state,
        "checks": {
            each.code: {"status": each.status, "words": each.words, **each.facts}
            for each in checks
        },
    }
    return JsonResponse(found, status=503 if state == HealthState.DOWN else 200)
