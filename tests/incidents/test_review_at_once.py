"""Two people hold one review: a team has one at a time, an item is decided once."""

from __future__ import annotations

from functools import partial

import pytest

from incidents import reviews
from incidents.models import ActionItem, Review, ReviewDecision
from tests.incidents.test_two_at_once import at_once, one_won

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_one_of_two_begins(team, lead, responder, at_noon):
    results = at_once(
        *(partial(reviews.begin, team, by=by, at=at_noon) for by in (lead, responder))
    )

    assert one_won(results)
    assert Review.objects.count() == 1


def test_one_of_two_decides(item, team, lead, responder, at_noon):
    review = reviews.begin(team, by=lead, at=at_noon)

    def decide(by):
        copy = ActionItem.objects.get(pk=item.pk)
        verb = partial(copy.comment, f"By {by}")
        reviews.decide(review, copy, verb, seen=0, by=by, at=at_noon)

    results = at_once(lambda: decide(lead), lambda: decide(responder))

    assert one_won(results)
    assert "decided already" in " ".join(map(str, results))
    assert ReviewDecision.objects.count() == 1
    assert item.events.filter(verb="item_comment").count() == 1
