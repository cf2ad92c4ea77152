"""An earlier incident that is restricted after another document named it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.models import Incident
from postmortems.models import Report
from postmortems.reports import snapshot_for

CANARY = "quetzalcoatlus"


@pytest.fixture
def restricted(written, severity, team, lead, manager, at_noon) -> Incident:
    """The incident whose open item stands in a document that is out."""
    then = at_noon - timedelta(days=30)
    earlier = Incident.declare(
        title="The first time", severity=severity, team=team, by=lead, at=then
    )
    earlier.add_item(title=f"Fix the {CANARY}", by=lead, at=then, owner=lead)
    for incident in (earlier, written.incident):
        incident.amend({"cause_category": ("", "database")}, by=lead, at=at_noon)
    version = written.publish(by=manager, at=at_noon)
    assert [each.reference for each in version.snapshot.still_open] == [
        earlier.reference
    ]
    earlier.restrict(True, by=manager, at=at_noon, reason="Personal")
    return earlier


@pytest.mark.parametrize("form", ["read", "html", "markdown"])
def test_it_is_read_no_more_by_who_may_not_see_it(
    client_of, written, restricted, outsider, form
):
    url = reverse(f"admin:postmortems_postmortem_{form}", args=[written.pk])

    page = client_of(outsider).get(url)

    assert page.status_code == 200
    assert CANARY not in page.content.decode()
    assert restricted.reference not in page.content.decode()


def test_who_may_see_it_reads_it_still(client_of, written, restricted, lead):
    url = reverse("admin:postmortems_postmortem_read", args=[written.pk])

    assert CANARY in client_of(lead).get(url).content.decode()


def test_a_file_made_since_leaves_it_out(written, restricted, lead, at_noon):
    version = written.latest()
    report = Report.request(written, by=lead, at=at_noon, publication=version)

    assert snapshot_for(report).still_open == ()
