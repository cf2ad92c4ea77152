from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from postmortems.models import Report
from postmortems.reports import request_report

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def claimed(pk, now):
    try:
        report = Report.objects.get(pk=pk)
        won = report.claim(now=now, until=now + timedelta(minutes=3))
        return report.number if won else None
    finally:
        connection.close()


def at_once(*claims):
    with ThreadPoolExecutor(len(claims)) as pool:
        return [each.result() for each in [pool.submit(claimed, *c) for c in claims]]


def test_of_two_workers_one_gets_the_report(written, lead, at_noon):
    report = request_report(written, by=lead, at=at_noon)

    results = at_once(*[(report.pk, at_noon)] * 4)

    assert sorted(results, key=str) == [1, None, None, None]


def test_two_versions_at_once_get_different_numbers(written, lead, at_noon):
    for _ in range(4):
        Report.objects.create(postmortem=written, requested_by=lead)

    results = at_once(*[(report.pk, at_noon) for report in Report.objects.all()])

    assert sorted(results) == [1, 2, 3, 4]
