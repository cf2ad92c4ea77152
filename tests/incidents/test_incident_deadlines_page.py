"""The clocks at the incident: what is due, late and next, and what people press."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.apply_preview import preview_of_apply
from incidents.deadlines import mark_passed
from incidents.models import Incident, Severity
from incidents.targets import Target


def do(client, incident, verb, **posted):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, verb])
    return client.post(address, posted)


@pytest.fixture
def browser(client_of, lead):
    return client_of(lead)


@pytest.fixture
def later(time_machine, at_noon):
    """Let time pass and the sweep run."""

    def later(**length):
        now = at_noon + timedelta(**length)
        time_machine.move_to(now, tick=False)
        mark_passed(now)
        return now

    return later


def board(browser, incident):
    return browser.get(incident.get_absolute_url()).context["page"].board


def said(lines):
    return [f"{line.label} {line.when}" for line in lines]


def test_due_and_then_are_told_with_their_rule(browser, incident):
    page = browser.get(incident.get_absolute_url())

    shown = page.context["page"].board
    assert said(shown.due)[:2] == ["Respond in 15 min", "Update to the team in 30 min"]
    assert shown.due[0].why == "15 min from the declaration"
    assert [f"{each.label} {each.clock} {each.unless}" for each in shown.then] == [
        "Whoever is on call is paged 12:00 unless acknowledged",
        "The team lead is called 12:15 unless mitigated",
        "The manager is called 12:30 unless mitigated",
    ]
    assert 'title="15 min from the declaration"' in page.text


def test_what_was_missed_is_late_until_it_is_done(browser, incident, lead, later):
    later(minutes=18)
    late = board(browser, incident).late
    incident.acknowledge(by=lead, at=later(minutes=20))

    assert said(late) == ["Respond by 3 min"]
    assert board(browser, incident).late == []


def test_lateness_shows_before_the_sweep_has_come_by(
    browser, incident, time_machine, at_noon
):
    time_machine.move_to(at_noon + timedelta(minutes=16), tick=False)

    assert said(board(browser, incident).late) == ["Respond by 1 min"]


def test_an_update_meets_its_promise_and_opens_the_next(browser, incident, later):
    later(minutes=20)

    do(browser, incident, "post_update", audience="customers", text="We are on it.")

    assert "Update to customers in 1 h" in said(board(browser, incident).due)
    assert incident.deadlines.get(key="update:customers:1").met_at


def test_an_update_states_when_the_next_one_comes(browser, incident):
    given = {"audience": "team", "text": "Nothing new.", "next_in": "45"}

    do(browser, incident, "post_update", **given)

    assert incident.deadlines.get(key="update:team:2").rule == "45 min"


@pytest.mark.parametrize(
    ("next_in", "sentence"),
    [
        ("soon", "such as 30 min, 1 h 30 min, 2 days or daily."),
        ("30 minutes", "such as 30 min, 1 h 30 min"),
        ("0", "The next update comes later."),
        ("immediate", "Write how long until the next update"),
        ("9 weeks", "Write how long until the next update"),
    ],
)
def test_an_unreadable_next_time_says_what_to_write(
    browser, incident, next_in, sentence
):
    given = {"audience": "team", "text": "Nothing new.", "next_in": next_in}

    page = do(browser, incident, "post_update", **given)

    assert page.status_code == 422
    assert sentence in page.text
    assert "Nothing new." in page.text
    assert not incident.deadlines.filter(key="update:team:2").exists()


def test_who_is_promised_an_update_stands_first(browser, incident):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "post_update"])

    form = browser.get(f"{address}?audience=customers").context["form"]

    assert [code for code, _label in form.fields["audience"].choices][:2] == [
        "team",
        "customers",
    ]
    assert form["audience"].value() == "customers"


def test_flags_are_set_and_cleared_with_author_and_time(browser, incident, later):
    do(browser, incident, "set_flag", code="breach")
    is_set = browser.get(incident.get_absolute_url()).text
    later(minutes=5)
    do(browser, incident, "clear_flag", code="breach")
    cleared = browser.get(incident.get_absolute_url()).text

    assert "set 2026-11-21 12:00 UTC by Lead" in is_set
    assert "cleared 2026-11-21 12:05 UTC by Lead" in cleared
    assert incident.timeline.filter(verb__endswith="_flag").count() == 2


def test_a_flag_that_is_set_already_is_refused(browser, incident):
    do(browser, incident, "set_flag", code="breach")

    page = do(browser, incident, "set_flag", code="breach")

    assert page.status_code == 422
    assert "This flag is set already." in page.text


def test_only_the_playbooks_statuses_are_offered(browser, incident, at_noon):
    version = incident.playbook_version
    fewer = tuple(
        status.model_copy(update={"label": f"We {status.label}"})
        for status in version.content.statuses
        if status.code in {"open", "mitigating", "resolved"}
    )
    changed = version.content.model_copy(update={"statuses": fewer})
    newer = version.playbook.publish(changed, by=None, at=at_noon)
    incident.apply_playbook(newer, by=incident.lead, at=at_noon)

    page = browser.get(incident.get_absolute_url()).context["page"]

    assert page.state == "We Open"
    assert [(step.code, step.label) for step in page.path.steps] == [
        ("open", "We Open"),
        ("mitigating", "We Mitigating"),
        ("resolved", "We Resolved"),
    ]


@pytest.fixture
def ticket(at_noon, team, lead):
    lowest = Severity.objects.get(playbook__slug="default", code="P4")
    return Incident.declare(
        title="A crooked icon", severity=lowest, team=team, by=lead, at=at_noon
    )


def test_a_ticket_is_declared_from_its_page(browser, ticket):
    page = browser.get(ticket.get_absolute_url()).text
    do(browser, ticket, "promote")

    ticket.refresh_from_db()
    assert "Ticket only" in page
    assert "Declare it" in page
    assert ticket.tracking == "declared"
    assert "Declare it" not in browser.get(ticket.get_absolute_url()).text


def test_the_draft_is_done_or_moved_once_it_is_due(browser, incident, lead, at_noon):
    incident.resolve(by=lead, at=at_noon)
    draft = incident.deadlines.get(kind="draft")
    review = incident.deadlines.get(kind="review")

    do(browser, incident, "meet_deadline", deadline=draft.pk)
    moved = do(
        browser,
        incident,
        "move_deadline",
        deadline=review.pk,
        to="2026-12-01T10:30",
        reason="Half of us are away",
    )

    draft.refresh_from_db()
    review.refresh_from_db()
    assert (draft.state, moved.status_code) == ("met", 302)
    assert f"{review.due_at:%Y-%m-%d %H:%M}" == "2026-12-01 10:30"
    assert "set by hand" in browser.get(incident.get_absolute_url()).text


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("tomorrow", "Write the day and time"),
        ("2026-11-20T10:00", "Choose a time that lies ahead"),
        ("9999-12-31T23:59", "within ten years"),
        ("0001-01-01T00:00", "within ten years"),
    ],
)
def test_a_time_nothing_can_move_to_is_refused(
    browser, incident, lead, at_noon, to, sentence
):
    incident.resolve(by=lead, at=at_noon)
    draft = incident.deadlines.get(kind="draft")

    page = do(
        browser, incident, "move_deadline", deadline=draft.pk, to=to, reason="Later"
    )

    assert page.status_code == 422
    assert sentence in page.text


@pytest.mark.parametrize("key", ["", "abc", "9" * 30])
def test_a_deadline_that_is_none_is_no_error(browser, incident, key):
    assert do(browser, incident, "meet_deadline", deadline=key).status_code == 422


def test_every_deadline_is_listed_with_its_rule(browser, incident):
    address = reverse("admin:incidents_incident_deadlines", args=[incident.pk])

    page = browser.get(address)
    part = browser.get(address, headers={"HX-Request": "true"})

    assert len(page.context["page"].board.lines) == incident.deadlines.count()
    for text in ("15 min from the declaration", "48 h from the resolution", "Waiting"):
        assert text in page.text
        assert text in part.text
    assert "<html" not in part.text


def test_why_there_is_a_postmortem_or_none(browser, incident, ticket):
    required = browser.get(incident.get_absolute_url()).text
    not_required = browser.get(ticket.get_absolute_url()).text

    assert "A post-mortem is required." in required
    assert "Every P1 needs one." in required
    assert "No post-mortem is required." in not_required
    assert "unless it is promoted" in not_required


@pytest.fixture
def newer(incident, at_noon):
    """A version that answers sooner, has no time to resolve, and asks for a report."""
    document = incident.playbook_version.content
    worst, *others = document.severities
    quicker = worst.model_copy(
        update={"respond": Target.parse("5 min"), "resolve": None}
    )
    rule = document.postmortem.model_copy(update={"report": Target.parse("1 week")})
    changed = document.model_copy(
        update={"severities": (quicker, *others), "postmortem": rule}
    )
    return incident.playbook_version.playbook.publish(changed, by=None, at=at_noon)


def test_a_newer_version_is_offered_with_what_would_move(browser, incident, newer):
    address = reverse(
        "admin:incidents_incident_do", args=[incident.pk, "apply_playbook"]
    )

    offered = browser.get(incident.get_absolute_url()).text
    form = browser.get(address).context["form"]

    assert "Apply version 2" in offered
    assert [(move.label, move.change) for move in form.moves] == [
        ("Respond", "moved"),
        ("Resolve", "gone"),
        ("Incident report", "new"),
    ]


def test_looking_at_the_preview_changes_nothing(incident, newer, at_noon):
    before = list(incident.deadlines.values())

    preview_of_apply(incident, newer, at=at_noon)

    assert list(incident.deadlines.values()) == before
    assert incident.playbook_version.number == 1


def test_the_preview_says_what_the_verb_then_does(browser, incident, newer, later):
    now = later(minutes=6)
    moves = preview_of_apply(incident, newer, at=now)
    do(browser, incident, "apply_playbook", version=newer.pk)

    stored = {row.label: row.due_at for row in incident.deadlines.all()}
    incident.refresh_from_db()
    assert incident.playbook_version == newer
    assert [move.change for move in moves] == ["late", "gone", "new"]
    assert all(
        stored[move.label] == move.due_after for move in moves if move.change != "gone"
    )


@pytest.fixture
def drill(severity, team, lead, at_noon):
    return Incident.declare(
        title="Practice",
        severity=severity,
        team=team,
        by=lead,
        at=at_noon,
        is_drill=True,
    )


def test_a_drill_is_promised_no_post_mortem(drill, newer, at_noon):
    moves = preview_of_apply(drill, newer, at=at_noon)

    assert [move.label for move in moves] == ["Respond", "Resolve"]


@pytest.mark.parametrize("version", ["", "abc", "999999", "9" * 40])
def test_a_version_that_is_none_is_refused(browser, incident, version):
    answer = do(browser, incident, "apply_playbook", version=version)

    assert answer.status_code == 422


def test_a_responder_applies_no_version(client_of, responder, incident, newer):
    browser = client_of(responder)

    page = browser.get(incident.get_absolute_url()).text
    do(browser, incident, "apply_playbook", version=newer.pk)

    assert "Apply version 2" not in page
    incident.refresh_from_db()
    assert incident.playbook_version.number == 1


def test_a_viewer_sees_the_clocks_and_presses_nothing(client_of, viewer, incident):
    page = client_of(viewer).get(incident.get_absolute_url()).text

    assert "Respond" in page
    for button in ("Write<", "Post an update", ">Set<", "Declare it"):
        assert button not in page


def test_the_page_costs_the_same_with_many_deadlines(browser, incident, lead, at_noon):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(incident.get_absolute_url())
        return len(queries)

    cost()
    few = cost()
    for minute in range(20):
        at = at_noon - timedelta(seconds=20 - minute)
        incident.post_update("team", "Nothing new.", by=lead, at=max(at, at_noon))

    assert cost() == few <= 25
