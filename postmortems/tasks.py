"""What the workers do for post-mortems, by hint and by the minute."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from incidents import vitals
from incidents.audit import GRACE
from postmortems.models import Report
from postmortems.reports import RENDER, render_waiting


@shared_task(name=RENDER)
def render_reports() -> None:
    """Render the versions people asked for; say first that somebody still does."""
    now = timezone.now()
    abandoned = Report.objects.abandoned(now - GRACE).count()
    vitals.write(vitals.REPORTS, at=now, count=abandoned)
    render_waiting()
