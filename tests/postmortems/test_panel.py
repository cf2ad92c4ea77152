from __future__ import annotations

from postmortems.models import Report
from postmortems.panel import panel_for
from postmortems.reports import render_now


def test_before_there_is_one_it_can_be_opened(resolved, lead, viewer, at_noon):
    panel = panel_for(resolved, lead, at_noon)

    assert panel["postmortem"] is None
    assert panel["may"]["open"]
    assert not panel_for(resolved, viewer, at_noon)["may"]["open"]


def test_it_offers_the_latest_version_and_tells_of_the_next(written, lead, at_noon):
    done = render_now(written, clock=lambda: at_noon)
    Report.objects.create(postmortem=written, requested_at=at_noon)

    panel = panel_for(written.incident, lead, at_noon)

    assert panel["latest"].report == done
    assert panel["pending"].sentence == "It is next."


def test_it_needs_three_queries(written, lead, at_noon, django_assert_max_num_queries):
    Report.objects.create(postmortem=written, requested_at=at_noon)
    lead.has_perm("postmortems.view_postmortem")

    with django_assert_max_num_queries(3):
        panel_for(written.incident, lead, at_noon)
