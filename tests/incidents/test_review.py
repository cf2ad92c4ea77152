"""A team's weekly review: what it stops at, what it decides, who may, and records."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents import reviews
from incidents.changes import Refused
from incidents.choices import ItemStatus, Priority
from incidents.models import ActionItem, Review, ReviewDecision
from incidents.permissions import RESPONDERS
from tests.conftest import person

PAGE = reverse("admin:incidents_review")
DAY = date(2026, 11, 21)  # a Saturday


@pytest.fixture
def add_item(incident, lead, responder, at_noon):
    def add_item(title, day, owner=responder, moves=0, **known):
        first = date(2026, 11, day) if day < 31 else date(2027, 1, day - 30)
        item = incident.add_item(
            title=title, by=lead, at=at_noon, due_on=first, owner=owner, **known
        )
        for extra in range(moves):
            to = first + timedelta(days=extra + 1)
            item.move_due_date(to, by=lead, at=at_noon, reason="Vendor")
        return item

    return add_item


@pytest.fixture
def review(team, lead, at_noon) -> Review:
    return reviews.begin(team, by=lead, at=at_noon)


@pytest.fixture
def decide(client_of, lead, review):
    def decide(item, decision, who=lead, seen=0, **given):
        prefixed = {f"{decision}-{name}": value for name, value in given.items()}
        address = reverse("admin:incidents_review_decide", args=[review.pk, item.pk])
        posted = {"decision": decision, "seen": seen, **prefixed}
        return client_of(who).post(address, posted)

    return decide


def said(response):
    return [str(each) for each in get_messages(response.wsgi_request)]


def titles(page):
    return [stop.item.title for stop in page.context["page"].waiting]


def test_each_item_comes_once_the_worst_first(add_item, lead, team, at_noon):
    add_item("Late P2", 3)
    add_item("Late P0", 18, priority=Priority.P0)
    add_item("Late, moved, nobody's", 10, owner=None, moves=2)
    add_item("This week", 22)
    add_item("Nobody's", 60, owner=None)
    add_item("Moved", 55, moves=2)
    add_item("Moved once", 56, moves=1)
    add_item("Later", 60)
    done = add_item("Done", 1)
    done.complete(by=lead, at=at_noon)

    stops = reviews.stops_of(team, lead, DAY)

    assert [stop.item.title for stop in stops] == [
        "Late P0",
        "Late P2",
        "Late, moved, nobody's",
        "This week",
        "Moved",
        "Nobody's",
    ]
    assert stops[2].reasons == ["9 days late", "nobody owns it", "moved 2×, +2 days"]
    assert reviews.counts(stops, DAY) == {
        "overdue": 3,
        "due": 1,
        "unowned": 2,
        "moved": 2,
    }


def test_items_of_the_team_alone_belong_to_its_review(team, other_team, lead, at_noon):
    for each in (team, other_team):
        title = f"Of {each}"
        ActionItem.raise_for(each, title=title, by=lead, at=at_noon)

    stops = reviews.stops_of(team, lead, DAY)

    assert [stop.item.title for stop in stops] == ["Of Platform"]


def test_what_sleeps_is_told_apart(client_of, add_item, lead, at_noon, review):
    item = add_item("Sleeps", 3)
    item.snooze(date(2026, 11, 30), by=lead, at=at_noon, reason="Vendor")

    page = client_of(lead).get(PAGE)

    assert titles(page) == []
    assert "until 30 Nov 2026: Vendor" in page.text


def test_a_team_has_one_review_at_a_time(client_of, responder, team, review):
    with pytest.raises(Refused, match="Lead began a review of this team already"):
        reviews.begin(team, by=responder, at=review.began_at)

    answer = client_of(responder).post(PAGE, {"team": team.pk})

    assert "Lead began a review of this team already: join it." in said(answer)
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    ("decision", "given", "field", "value"),
    [
        ("comment", {"text": "Next week"}, "status", ItemStatus.OPEN),
        (
            "move_due_date",
            {"to": "2026-12-24", "reason": "Vendor"},
            "due_on",
            date(2026, 12, 24),
        ),
        ("assign", {"person": ""}, "owner", None),
        ("complete", {"evidence": "Drill"}, "status", ItemStatus.DONE),
        ("drop", {"reason": "No need"}, "status", ItemStatus.DROPPED),
        (
            "snooze",
            {"until": "2026-11-30", "reason": "Vendor"},
            "snoozed_until",
            date(2026, 11, 30),
        ),
    ],
)
def test_a_decision_is_a_verb_and_points_to_its_event(
    decide, add_item, lead, decision, given, field, value
):
    item = add_item("Late", 3)

    answer = decide(item, decision, **given)

    assert answer.status_code == 302
    item.refresh_from_db()
    assert getattr(item, field) == value
    decided = ReviewDecision.objects.get()
    assert (decided.item, decided.event.author) == (item, lead)
    assert decided.event.verb == f"item_{decision}"
    assert item.events.count() == 2


def test_two_at_once_never_decide_twice(decide, add_item, lead, responder):
    item = add_item("Late", 3)
    decide(item, "comment", text="We wait for the vendor")

    answer = decide(item, "drop", who=responder, reason="No need")

    assert answer.status_code == 422
    assert "Lead decided already: Late: We wait for the vendor" in answer.text
    item.refresh_from_db()
    assert item.is_pending
    assert ReviewDecision.objects.count() == 1


def test_who_saw_the_decision_may_decide_once_more(decide, add_item, responder):
    item = add_item("Late", 3)
    decide(item, "comment", text="We wait")

    refused = decide(item, "drop", who=responder, reason="No need")
    seen = refused.context["page"].current.decision.seen
    decide(item, "drop", who=responder, seen=seen, reason="No need")

    assert ReviewDecision.objects.count() == 2


def test_a_date_moved_meanwhile_is_told_in_a_sentence(
    client_of, decide, add_item, lead, at_noon
):
    item = add_item("Late", 3)
    page = client_of(lead).get(PAGE).context["page"]
    step = next(s for s in page.current.decision.steps if s.verb == "move_due_date")
    name, seen = next(iter(step.witnesses()))
    item.move_due_date(date(2026, 12, 1), by=lead, at=at_noon, reason="Vendor")

    given = {name.removeprefix("move_due_date-"): seen}
    answer = decide(item, "move_due_date", to="2026-12-24", reason="Mine", **given)

    assert "It is already due on 2026-12-01." in answer.text
    assert 'value="2026-12-24"' in answer.text
    assert 'value="2026-12-01"' in answer.text
    assert not ReviewDecision.objects.exists()


@pytest.mark.parametrize(
    ("decision", "given", "said"),
    [
        ("", {}, "Choose what is decided."),
        ("delete", {}, "Choose what is decided."),
        ("drop", {}, "This field is required"),
        ("move_due_date", {"to": "2026-12-24"}, "This field is required"),
        ("assign", {"person": "9" * 30}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_asked_for(decide, add_item, decision, given, said):
    answer = decide(add_item("Late", 3), decision, **given)

    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize("view", ["", "list"])
def test_the_walk_goes_on_with_what_waits(client_of, add_item, lead, review, view):
    late, later = add_item("Late", 3), add_item("Less late", 8)
    browser = client_of(lead)
    address = reverse("admin:incidents_review_decide", args=[review.pk, late.pk])

    given = {"decision": "comment", "seen": 0, "comment-text": "Wait"}
    answer = browser.post(address, given | {"view": view, "then": later.pk})
    page = browser.get(answer.url)

    assert titles(page) == ["Less late"]
    assert page.context["page"].is_list == (view == "list")
    assert "1 of 2 decided." in page.text


def test_an_ended_review_reads_in_words(client_of, decide, add_item, review, viewer):
    decide(add_item("Late <b>", 3), "drop", reason="No <i>need</i>")
    browser = client_of(review.began_by)
    address = reverse("admin:incidents_review_end", args=[review.pk])

    answer = browser.post(address, {"note": "Fewer & better", "end": "1"})

    assert decide(add_item("Other", 3), "comment", text="Late").status_code == 422
    page = client_of(viewer).get(answer.url)
    assert "dropped: No &lt;i&gt;need&lt;/i&gt;" in page.text
    assert "Fewer &amp; better" in page.text
    assert answer.url in browser.get(PAGE).text


def test_a_note_somebody_changed_is_shown(client_of, review, responder):
    address = reverse("admin:incidents_review_end", args=[review.pk])
    reviews.write_note(review, "Theirs", seen="")

    answer = client_of(responder).post(address, {"note": "Mine", "seen_note": ""})

    assert answer.status_code == 422
    assert "it now says: Theirs" in answer.text
    assert ">\nMine</textarea>" in answer.text


def test_viewers_read_and_decide_nothing(client_of, decide, add_item, viewer, team):
    item = add_item("Late", 3)

    page = client_of(viewer).get(PAGE)
    answer = decide(item, "drop", who=viewer, reason="No")

    assert "Record the decision" not in page.text
    assert said(answer) == ["Your group does not allow you to do this."]
    item.refresh_from_db()
    assert item.is_pending


def test_another_teams_review_is_not_there(
    client_of, decide, add_item, outsider, review
):
    browser = client_of(outsider)
    past = reverse("admin:incidents_review_past", args=[review.pk])

    assert browser.get(f"{PAGE}?team={review.team.pk}").status_code == 404
    assert browser.get(f"{PAGE}?team={'9' * 40}").status_code == 404
    assert browser.get(past).status_code == 404
    answer = decide(add_item("Late", 3), "drop", who=outsider, reason="No")
    assert answer.status_code == 404


def test_nobody_reads_of_items_they_may_not_see(
    client_of, decide, add_item, incident, review, administrator, responder, at_noon
):
    item = add_item("Xylophone", 3, owner=None)
    decide(item, "comment", text="Xylophone")
    incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    browser = client_of(responder)

    page = browser.get(PAGE)
    reviews.end(review, "", seen="", at=at_noon)
    past = browser.get(reverse("admin:incidents_review_past", args=[review.pk]))

    assert "Xylophone" not in page.text + past.text
    assert "1 more is about an item you may not see." in past.text
    assert decide(item, "drop", who=responder, reason="No").status_code == 404


def test_where_nothing_waits_the_page_says_so(client_of, team, lead):
    html = client_of(lead).get(PAGE).content.decode()

    assert "there is nothing to decide this week" in html
    assert "0 items" not in html


def test_a_manager_of_no_team_is_told(client_of, db):
    page = client_of(person("New", RESPONDERS)).get(PAGE)

    assert page.status_code == 200
    assert "You are in no team yet" in page.text


@pytest.mark.parametrize("view", ["", "&view=list"])
def test_a_review_costs_the_same_however_much_is_in_it(
    client_of, add_item, decide, lead, review, view
):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"{PAGE}?team={review.team.pk}{view}")
        return len(queries)

    browser = client_of(lead)
    decide(add_item("First", 2), "comment", text="Wait")
    add_item("Second", 3)
    few = cost()
    for number in range(8):
        add_item(f"Late {number}", 4)
    for number in range(4):
        decide(add_item(f"Kept {number}", 4), "comment", text="Wait")

    assert cost() == few
