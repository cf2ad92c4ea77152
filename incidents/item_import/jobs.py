"""What a worker does for imports: check what was uploaded, store what was confirmed.

A file is claimed with a lease that its progress renews. Nothing is marked before it is
done, so what a killed worker left is begun anew by the next.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.choices import ImportState
from incidents.hints import hint
from incidents.item_import.checking import LEFT_TWIN, check
from incidents.item_import.storing import Stopped, prepare, store
from incidents.models import ItemImport
from incidents.models.item_import import LEASE

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from incidents.models import Team

logger = logging.getLogger(__name__)

IMPORT = "incidents.import_items"
MAY_IMPORT = "incidents.add_actionitem"
Clock = Callable[[], datetime]


class Lost(Exception):
    """The lease ran out, and another worker has the file."""


@transaction.atomic
def upload(
    content: bytes, *, name: str, team: Team, by: User, at: datetime
) -> ItemImport:
    """Keep a file and have it checked."""
    waiting = ItemImport.upload(content, name=name, team=team, by=by, at=at)
    hint(IMPORT)
    return waiting


@transaction.atomic
def confirm(waiting: ItemImport, *, leave_twins: bool) -> None:
    """Have a checked file imported; raises Refused where somebody was quicker."""
    waiting.confirm(leave_twins=leave_twins)
    hint(IMPORT)


@transaction.atomic
def retry(waiting: ItemImport) -> None:
    """Have a file that stopped checked anew; raises Refused for any other."""
    waiting.retry()
    hint(IMPORT)


def work_waiting(*, clock: Clock = timezone.now) -> int:
    """Work whatever waits, oldest first; give how many files ended here."""
    for spent in ItemImport.objects.exhausted(clock()).lean():
        sentence = _(
            "The worker was stopped each time it took this file. Nothing was imported. "
            "Try again; if that goes on, ask an administrator to look at its log."
        )
        spent.mark(spent.claimed_by, **_failed(sentence, clock()))
    ended = 0
    while (waiting := ItemImport.objects.claimable(clock()).first()) is not None:
        worker = uuid.uuid4().hex
        if waiting.claim(worker, now=clock()):
            _work(_Job(waiting, worker, clock))
            ended += 1
    return ended


@dataclass(frozen=True)
class _Job:
    """A file in the hands of a worker."""

    file: ItemImport
    worker: str
    clock: Clock

    def tell(self, done: int, total: int) -> None:
        """Write down the progress, which also renews the lease."""
        self.mark(done=done, total=total, lease_until=self.clock() + LEASE)

    def mark(self, **values: Any) -> None:
        if not self.file.mark(self.worker, **values):
            raise Lost


def _work(job: _Job) -> None:
    try:
        if job.file.state == ImportState.CHECKING:
            _check(job)
        else:
            _import(job)
    except Lost:
        logger.warning("import.taken_over", extra={"import": job.file.pk})
    except Stopped as stopped:
        sentence = _("%s Nothing was imported. Try again: the file is checked anew.")
        job.mark(**_failed(sentence % stopped, job.clock()))
    except Exception:
        logger.exception("import.not_done", extra={"import": job.file.pk})
        sentence = _("Debrief itself failed: its log says why. Nothing was imported.")
        job.mark(**_failed(sentence, job.clock()))
        raise


def _check(job: _Job) -> None:
    file = job.file
    checked = check(
        bytes(file.content),
        team=file.team,
        by=file.created_by,
        now=job.clock(),
        tell=job.tell,
    )
    job.mark(
        state=ImportState.REFUSED if checked.found else ImportState.CHECKED,
        rows=checked.rows,
        problems=checked.problems,
        found=checked.found,
        kept=checked.left[""],
        twins=checked.left[LEFT_TWIN],
        notes=checked.notes,
        lease_until=None,
    )


def _import(job: _Job) -> None:
    """Make the items with progress; then store them and the outcome together."""
    file, by, team = job.file, job.file.created_by, job.file.team
    if not by.is_active or not by.has_perm(MAY_IMPORT):
        raise Stopped(_("Whoever uploaded the file may no longer add action items."))
    rows, total = file.rows, len(file.rows)
    items = prepare(rows, team=team, by=by, at=job.clock(), tell=job.tell)
    with transaction.atomic():
        # It also locks the row: whoever takes the file over waits for the outcome.
        job.tell(total, total)
        rows = store(rows, items, team=team, by=by, leave_twins=file.leave_twins)
        job.mark(
            state=ImportState.DONE,
            rows=rows,
            kept=sum(not row["left"] for row in rows),
            twins=sum(row["left"] == LEFT_TWIN for row in rows),
            content=b"",
            lease_until=None,
            finished_at=job.clock(),
        )


def _failed(sentence: str, at: datetime) -> dict[str, Any]:
    return {
        "state": ImportState.FAILED,
        "error": sentence,
        "finished_at": at,
        "lease_until": None,
    }
