"""What the workers do for post-mortems, by hint and by the minute."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from incidents import vitals
from incidents.audit import GRACE
from postmortems.chasing import CHASE, queue_reminders
from postmortems.freezing import freeze_missing
from postmortems.models import Report
from postmortems.reports import RENDER, render_waiting
from postmortems.reviewing import TELL, queue_news


@shared_task(name=RENDER)
def render_reports() -> None:
    """Render the versions people asked for; say first that somebody still does."""
    now = timezone.now()
    abandoned = Report.objects.abandoned(now - GRACE).count()
    vitals.write(vitals.REPORTS, at=now, count=abandoned)
    freeze_missing()
    render_waiting()


@shared_task(name=CHASE)
def chase_papers() -> None:
    """Remind of reports, drafts and reviews that are due or late."""
    queue_reminders(timezone.now())


@shared_task(name=TELL)
def tell_authors() -> None:
    """Tell authors what was said of their post-mortems."""
    queue_news(timezone.now())
