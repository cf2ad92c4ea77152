from __future__ import annotations

import pytest

from incidents.item_import import jobs
from incidents.models import ItemImport


@pytest.fixture
def upload(at_noon, team, lead):
    """Upload a text or bytes for the team, as `lead` unless somebody is named."""

    def uploaded(content, *, by=None) -> ItemImport:
        raw = content.encode() if isinstance(content, str) else content
        return jobs.upload(raw, name="items.csv", team=team, by=by or lead, at=at_noon)

    return uploaded


@pytest.fixture
def checked(upload):
    """Upload a file and have a worker check it."""

    def check(content, **how) -> ItemImport:
        file = upload(content, **how)
        jobs.work_waiting()
        file.refresh_from_db()
        return file

    return check


@pytest.fixture
def imported(checked):
    """Have a file checked, confirmed and imported."""

    def bring(content, *, leave_twins=True, **how) -> ItemImport:
        file = checked(content, **how)
        jobs.confirm(file, leave_twins=leave_twins)
        jobs.work_waiting()
        file.refresh_from_db()
        return file

    return bring
