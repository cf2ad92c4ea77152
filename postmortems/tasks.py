"""What the workers do for post-mortems, by hint and by the minute."""

from __future__ import annotations

from celery import shared_task

from postmortems.reports import RENDER, render_waiting


@shared_task(name=RENDER)
def render_reports() -> None:
    """Render the versions people asked for."""
    render_waiting()
