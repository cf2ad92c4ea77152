from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from incidents.people import first_start_token, needs_first_start


class Command(BaseCommand):
    help = "Prints where, and with which token, the first administrator is made."

    def handle(self, *args: Any, **options: Any) -> str:
        if not needs_first_start():
            raise CommandError(
                "There is an administrator already, so no token opens anything: "
                "have yourself invited, or use create_administrator."
            )
        address = settings.SITE_URL + reverse("first_start")
        return f"Open {address} and give this token: {first_start_token()}"
