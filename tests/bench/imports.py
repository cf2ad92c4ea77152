"""Action items from a file, on the database that is there: print what it costs."""

from __future__ import annotations

import sys

import django
from django.conf import settings
from django.core.management import call_command

PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"


def main() -> int:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN}}
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from tests.bench.importing import importing
    from tests.bench.leg import show_budgets

    budgets = importing()
    show_budgets(budgets)
    return 0 if all(each.is_met for each in budgets) else 1


if __name__ == "__main__":
    sys.exit(main())
