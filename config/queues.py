"""The message queues: mail does not wait behind what takes long."""

from __future__ import annotations

MAIL, PDF = "mail", "pdf"
# What takes seconds or minutes; everything else is mail, or as quick.
SLOW_TASKS = ("postmortems.*", "incidents.import_items")


def queue_name(prefix: str, which: str) -> str:
    return f"{prefix}-{which}"


def celery_settings(prefix: str) -> dict[str, object]:
    """Name both queues for Celery; a worker that is told of none takes from both."""
    names = {which: queue_name(prefix, which) for which in (MAIL, PDF)}
    return {
        "CELERY_TASK_DEFAULT_QUEUE": names[MAIL],
        "CELERY_TASK_QUEUES": {name: {} for name in names.values()},
        "CELERY_TASK_ROUTES": {task: {"queue": names[PDF]} for task in SLOW_TASKS},
    }
