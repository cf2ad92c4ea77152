from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from incidents.item_import.jobs import work_waiting


class Command(BaseCommand):
    help = "Work the files of action items that wait, as the worker does each minute."

    def handle(self, *args: Any, **options: Any) -> None:
        ended = work_waiting()
        self.stdout.write(f"Files worked: {ended}.")
