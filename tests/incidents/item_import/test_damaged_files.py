"""Seeded damage: no error of ours, no half import, and the row and column are named.

Some files by default, all 2,000 in `make full`.
"""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from incidents.item_import import jobs
from incidents.models import ActionItem, ItemImport
from tests.incidents.item_import.damage import DAMAGES, damaged
from tests.whole import FULL

FEW, EVERY = range(3 * len(DAMAGES)), 100
ALL = [range(start, start + EVERY) for start in range(0, 2_000, EVERY)]
# What is wrong with the whole file, not with one of its rows.
ABOUT_THE_FILE = (
    *("This is a .", "Line ", "The file holds no row", "Below the headings"),
    *("No column holds the title",),
)


def outcome(browser, team, seed: int) -> str:
    """Upload, check and, where that is offered, import; give how it ended."""
    kind, content = damaged(seed)
    file = SimpleUploadedFile(f"{kind}-{seed}.csv", content)
    posted = {"file": file, "team": team.pk}
    answer = browser.post(reverse("admin:incidents_itemimport_add"), posted)
    if answer.status_code == 422:
        assert not content or len(content) > 5_000_000, f"{kind} {seed}"
        return "turned away"
    jobs.work_waiting()
    found = ItemImport.objects.latest("pk")
    page = browser.get(found.get_absolute_url())
    assert page.status_code == 200, f"{kind} {seed}"
    if found.state == "refused":
        assert_named(found, f"{kind} {seed}")
    else:
        assert found.state == "checked", f"{kind} {seed}: {found.error}"
        jobs.confirm(found, leave_twins=False)
        jobs.work_waiting()
        found.refresh_from_db()
        assert found.state == "done", f"{kind} {seed}: {found.error}"
        assert browser.get(found.get_absolute_url()).status_code == 200
    return found.state


def assert_named(file: ItemImport, seed: str) -> None:
    assert file.found >= len(file.problems) > 0, seed
    for problem in file.problems:
        is_whole = problem["sentence"].startswith(ABOUT_THE_FILE)
        assert problem["row"] or is_whole, f"{seed}: {problem}"
        assert problem["sentence"].endswith("."), f"{seed}: {problem}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seeds", ALL if FULL else [FEW], ids=str)
def test_no_damage_fails_us_and_none_imports_a_part(client_of, team, lead, seeds):
    browser = client_of(lead)
    ends: Counter[str] = Counter()

    for seed in seeds:
        before = ActionItem.objects.count()
        end = outcome(browser, team, seed)
        stored = ActionItem.objects.count() - before
        ends[end] += 1

        expected = ItemImport.objects.latest("pk").kept if end == "done" else 0
        assert stored == expected, f"{damaged(seed)[0]} {seed} stored {stored}"

    assert ends["done"] > len(seeds) / 10
    assert ends["refused"] > len(seeds) / 3
