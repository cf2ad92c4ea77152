"""The lead of a team is told when an item's date moves for the second time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.choices import NotificationKind
from incidents.models import Notification, TimelineEvent
from incidents.moved_items import compose

FIRST = date(2026, 12, 1)


@pytest.fixture
def chased(item, team, lead, responder, noon):
    """An item with a date, of a team with a lead."""
    team.lead = lead
    team.save()
    item.move_due_date(FIRST, by=responder, at=noon, reason="As agreed")
    type(item).objects.filter(pk=item.pk).update(moves=0, slipped_days=0)
    TimelineEvent.objects.filter(verb="item_move_due_date").delete()
    item.refresh_from_db()
    return item


def moved(item, days, by, at, reason="Not yet"):
    item.move_due_date(item.due_on + timedelta(days=days), by=by, at=at, reason=reason)


def told():
    return Notification.objects.filter(kind=NotificationKind.MOVED)


def test_the_second_move_is_told_with_every_move(chased, responder, lead, noon):
    moved(chased, 7, responder, noon, "No disks")
    assert not told().exists()

    moved(chased, 14, responder, noon, "Still <no> disks")
    moved(chased, 7, responder, noon)

    mail = told().get()
    assert (mail.user, mail.key) == (lead, f"moved:{chased.pk}:2")
    assert mail.subject == "Moved twice: Test the restore"
    for said in (
        "Tue 1 Dec 2026 → Tue 8 Dec 2026, Responder\n  No disks",
        "Tue 8 Dec 2026 → Tue 22 Dec 2026, Responder\n  Still <no> disks",
        "+21 days in all",
        f"/reminder/{chased.pk}-{lead.pk}.",
    ):
        assert said in mail.text
    assert "Still &lt;no&gt; disks" in mail.html


def test_a_move_that_follows_the_rule_counts_as_well(chased, responder, lead, noon):
    moved(chased, 7, responder, noon)
    rule = {"due_source": "rule", "due_priority": chased.priority}
    type(chased).objects.filter(pk=chased.pk).update(**rule)
    chased.refresh_from_db()
    chased.amend({"priority": (chased.priority, 1)}, by=responder, at=noon)

    chased.follow_rule(by=responder, at=noon, seen=chased.offered_date)

    assert "by the rule for P1" in told().get().text


def test_nobody_is_told_of_their_own_move(chased, responder, lead, noon):
    moved(chased, 7, responder, noon)
    moved(chased, 7, lead, noon)

    assert not told().exists()


@pytest.mark.parametrize("why", ["nobody leads", "deactivated", "may not see it"])
def test_nobody_is_told_who_cannot_be(chased, team, responder, lead, noon, why):
    if why == "nobody leads":
        team.lead = None
        team.save()
    elif why == "deactivated":
        lead.is_active = False
        lead.save()
    else:
        lead.groups.clear()

    moved(chased, 7, responder, noon)
    moved(chased, 7, responder, noon)

    assert chased.moves == 2
    assert not told().exists()


def test_a_refused_move_tells_nobody(chased, responder, noon, monkeypatch):
    moved(chased, 7, responder, noon)
    with pytest.raises(Exception, match="Say why"):
        moved(chased, 7, responder, noon, reason=" ")

    assert not told().exists()


def test_a_long_title_fits_into_the_subject(chased, lead):
    chased.title = "x" * 200

    assert len(compose(chased, lead).subject) == 60


def test_where_nobody_leads_the_team_its_manager_is_told(
    chased, team, responder, manager, noon
):
    team.refresh_from_db()
    team.lead = None
    team.save()

    moved(chased, 7, responder, noon)
    moved(chased, 7, responder, noon)

    assert told().get().user == manager
