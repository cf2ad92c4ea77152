"""The screens of bringing items along, and of an installation that is watched."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from incidents import holding
from incidents.item_import import jobs
from incidents.models import ItemImport, Team
from tests.screens.screen import Screen

GOOD = """Summary,Assignee,Deadline,Priority,Ticket,Votes
Try the restore of the ledger every month,responder@demo.localhost,2026-12-31,high,,3
Write down who may restart the queue of payments,,,,,
=2+3 is a title that a spreadsheet would count,leo lead,,P3,,
"""
BAD = """title,owner,due,priority,incident
Try the restore,nobody@debrief.example,31.02.2026,urgent,INC-1
,lead@demo.localhost,2026-12-31,P1,
Say who may roll back,lead@demo.localhost,03/04/2026,P2,
"""
IMPORT = "admin:incidents_itemimport_"
RUNNING = (
    Screen("imports", IMPORT + "changelist"),
    Screen("import", IMPORT + "add"),
    Screen("import-checked", IMPORT + "change", (lambda w: w.checked_import.pk,)),
    Screen("import-refused", IMPORT + "change", (lambda w: w.refused_import.pk,)),
    Screen("import-waiting", IMPORT + "change", (lambda w: w.waiting_import.pk,)),
    Screen("system-health", "admin:incidents_vital_changelist", who="Ada"),
    Screen("held-mail", "admin:incidents_vital_held", who="Ada"),
)


def imports(team: Team, by: User) -> tuple[ItemImport, ItemImport, ItemImport]:
    """Give a file that can be imported, one that cannot, and one that waits."""
    now = timezone.now()
    good, bad = (
        jobs.upload(text.encode(), name=name, team=team, by=by, at=now)
        for text, name in ((GOOD, "from-the-wiki.csv"), (BAD, "from-the-tracker.csv"))
    )
    jobs.work_waiting()
    waiting = jobs.upload(GOOD.encode(), name="once-more.csv", team=team, by=by, at=now)
    return good, bad, waiting


def hold_mail(now: datetime) -> None:
    """Hold mail as after a restore; last, since nothing is delivered any more."""
    holding.hold(backed_up_at=now - timedelta(hours=9), at=now)
