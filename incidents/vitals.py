"""Vital signs: what every process must know of the installation, one row for each.

Keys and what their columns say:

- "sweep": `at` the last sweep that went through.
- "reports": `at` a worker last looked for reports to render, `count` how many of
  them are stuck.
- "audit": `at` the last audit, `count` its kinds of findings, `facts` how many each.
- "switch": `at` the dead man's switch was last called, `count` failures in a row.
- "mail": the mail server's circuit breaker, kept by `breaker.py`.
- "prune": `at` the outbox was last through with deleting what is old.
- "hold": `at` the backup was made, `until` it was restored; kept by `holding.py`.
"""

from __future__ import annotations

from incidents.models import Vital

SWEEP = "sweep"
REPORTS = "reports"
AUDIT = "audit"
SWITCH = "switch"
MAIL = "mail"
PRUNE = "prune"
HOLD = "hold"


def read(key: str) -> Vital | None:
    """Give the vital sign of this key; None where nobody has written it yet."""
    return Vital.objects.filter(key=key).first()


def read_all() -> dict[str, Vital]:
    """Give all of them by their key, in one query."""
    return {sign.key: sign for sign in Vital.objects.all()}


def write(key: str, **values: object) -> None:
    """Set these columns of a vital sign, in one statement that also makes the row."""
    Vital.objects.bulk_create(
        [Vital(key=key, **values)],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=list(values),
    )
