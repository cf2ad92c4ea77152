"""What the pages say of items, milestones and marks is what there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.choices import Milestone
from postmortems.admin.writing_steps import raised
from postmortems.choices import Edition
from postmortems.drafting import snapshot_of
from postmortems.edition_page import EditionPage
from postmortems.models import Finding


@pytest.fixture
def line(written):
    return Finding.objects.filter(section__postmortem=written, item=None).first()


def test_an_item_of_a_line_is_asked_for_what_it_lacks(written, line, lead, at_noon):
    item = written.raise_item(line, by=lead, at=at_noon)
    posted = {"line": str(line.pk)}

    item.due_on = None
    item.save()
    assert raised(written, posted) == (
        "It is an action item now: say who does it, and by when."
    )
    item.due_on = at_noon.date()
    item.save()
    assert raised(written, posted) == (
        "It is an action item now, due Sat 21 Nov 2026: say who does it."
    )


def test_milestones_are_told_as_they_happened(written, at_noon):
    incident = written.incident
    incident.acknowledged_at = incident.declared_at + timedelta(minutes=4)
    incident.triaged_at = None
    incident.save()

    names = [each.name for each in snapshot_of(written).moments]

    assert names.index(Milestone.DECLARED) < names.index(Milestone.ACKNOWLEDGED)
    assert sorted(names) == sorted(Milestone)
    assert [name for name, _at in incident.milestones()] == names


def test_a_marked_list_without_a_marked_line_is_not_counted(written, line, lead):
    section = line.section
    written.sections.exclude(pk=section.pk).update(is_public=False)
    written.sections.filter(pk=section.pk).update(is_public=True, body="")
    section.findings.update(is_public=False)

    page = EditionPage(written, Edition.CUSTOMER, lead, timezone.now())

    words = [mark.words for mark in page.marks]
    assert words[0] == "no section"
    assert words[-1].startswith(f"“{section.title}” is marked, but has nothing to show")
