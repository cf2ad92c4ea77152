"""The incident page, as somebody with a browser meets it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from incidents.models import Incident, TimelineEvent
from incidents.permissions import INCIDENT_LEADS


def do(client, incident, verb, **posted):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, verb])
    return client.post(address, posted)


@pytest.fixture
def browser(client_of, lead):
    return client_of(lead)


def test_the_page_shows_the_incident(browser, incident):
    page = browser.get(incident.get_absolute_url()).content.decode()

    assert incident.reference in page
    assert "Checkout fails" in page
    assert "under a minute since 12:00 UTC" in page
    assert "Acknowledge" in page


def test_declaring_needs_a_title_a_severity_and_a_team(browser, severity, team):
    address = reverse("admin:incidents_incident_add")

    nothing = browser.post(address, {})
    declared = browser.post(
        address,
        {"title": "Login is slow", "severity": severity.pk, "team": team.pk},
        follow=True,
    )

    assert nothing.status_code == 422
    assert "This field is required" in nothing.content.decode()
    assert "Login is slow" in declared.content.decode()
    assert Incident.objects.get().timeline.get().verb == "declare"


def test_declaring_with_an_unclear_time_keeps_what_was_typed(browser, severity, team):
    posted = {
        "title": "Login is slow",
        "severity": severity.pk,
        "team": team.pk,
        "since": "half past",
    }

    page = browser.post(reverse("admin:incidents_incident_add"), posted)

    assert page.status_code == 422
    assert 'value="Login is slow"' in page.content.decode()
    assert "write it like 14:05" in page.content.decode()
    assert not Incident.objects.exists()


def test_an_entry_is_one_line(browser, incident, lead, noon):
    do(browser, incident, "note", text="Rolled back 4f2", at="11:40", kind="action")

    entry = incident.timeline.get(verb="")
    assert (entry.text, entry.kind, entry.author) == ("Rolled back 4f2", "action", lead)
    assert entry.at == noon - timedelta(minutes=20)


def test_a_late_entry_says_when_it_was_written(browser, incident):
    do(browser, incident, "note", text="Alert fired", at="10:00")

    page = browser.get(incident.get_absolute_url()).content.decode()
    assert "written 12:00" in page


def test_a_refused_step_comes_back_with_the_reasons(browser, incident, lead, noon):
    incident.acknowledge(by=lead, at=noon)

    page = do(browser, incident, "acknowledge")

    assert page.status_code == 422
    assert "already acknowledged" in page.content.decode()


def test_what_is_missing_is_mended_from_the_page(browser, incident):
    do(browser, incident, "resolve")
    page = browser.get(incident.get_absolute_url()).content.decode()
    assert "7 things block closing" in page
    assert "When it was detected is missing." in page
    assert "When it started is missing." in page

    do(browser, incident, "record_milestone", name="detected", unknown_because="Nobody")

    page = browser.get(incident.get_absolute_url()).content.decode()
    assert "When it was detected is missing." not in page
    assert "not known: Nobody" in page


def test_closing_with_gaps_lists_them_all(browser, incident):
    page = do(browser, incident, "close", reason="completed").content.decode()

    assert "It is not resolved yet." in page
    assert "The kind of cause is missing." in page


def test_a_duplicate_is_named_by_its_reference(browser, incident, outsider):
    wrong = do(browser, incident, "close", reason="duplicate", duplicate_of="INC-0")

    assert "no incident INC-0 that you can see" in wrong.content.decode()


def test_taking_a_role_twice_tells_who_was_first(
    browser, client_of, incident, lead, responder
):
    do(
        client_of(responder),
        incident,
        "assign_role",
        role="scribe",
        person=responder.pk,
    )

    late = do(browser, incident, "assign_role", role="scribe", person=lead.pk)

    assert "Meanwhile Responder took this role" in late.content.decode()


def test_the_record_saves_only_what_was_changed(browser, incident, lead, noon):
    address = reverse("admin:incidents_incident_edit", args=[incident.pk])
    form = browser.get(address).context["form"]
    seen = posted_by(form)
    incident.amend({"reputation": ("", "Bad press")}, by=lead, at=noon)

    saved = browser.post(address, {**seen, "summary": "Cards were refused"})

    assert saved.status_code == 302
    stored = Incident.objects.get()
    assert (stored.summary, stored.reputation) == ("Cards were refused", "Bad press")
    assert stored.timeline.filter(verb="amend").count() == 2


def test_two_writers_of_one_field_both_keep_their_text(browser, incident, lead, noon):
    address = reverse("admin:incidents_incident_edit", args=[incident.pk])
    seen = posted_by(browser.get(address).context["form"])
    incident.amend({"summary": ("", "Theirs")}, by=lead, at=noon)

    page = browser.post(address, {**seen, "summary": "Mine"})

    assert page.status_code == 422
    assert "Lead changed this on 2026-11-21 at 12:00 UTC." in page.content.decode()
    assert ">\nMine</textarea>" in page.content.decode()
    assert Incident.objects.get().summary == "Theirs"


def posted_by(form) -> dict[str, object]:
    """Post the form as a browser does, with the hidden values it was made with."""
    values = {}
    for bound in form:
        value = bound.value()
        if value not in (None, False):
            values[bound.html_name] = values[bound.html_initial_name] = value
    return values


def test_a_viewer_reads_and_changes_nothing(client_of, viewer, incident):
    browser = client_of(viewer)

    page = browser.get(incident.get_absolute_url()).content.decode()
    answer = do(browser, incident, "acknowledge")

    assert "Acknowledge</button>" not in page
    assert answer.status_code == 302
    assert Incident.objects.get().acknowledged_at is None


def test_a_get_changes_nothing(browser, incident):
    for verb in ("acknowledge", "resolve", "close"):
        address = reverse("admin:incidents_incident_do", args=[incident.pk, verb])
        assert browser.get(address).status_code == 200

    assert TimelineEvent.objects.count() == 1


def test_older_entries_follow_page_by_page(browser, incident, lead, noon):
    for number in range(120):
        incident.note(f"Entry {number}.", by=lead, at=noon - timedelta(minutes=number))

    seen, address = [], incident.get_absolute_url()
    while address:
        response = browser.get(address)
        timeline = response.context.get("timeline") or response.context["page"].timeline
        seen += [event.pk for event in timeline.events]
        address = timeline.next if timeline.has_more else None

    assert len(seen) == len(set(seen)) == 121


@pytest.mark.parametrize("before", ["x", "1.", ".1", "9" * 60, "1.1.1", "²³.1"])
def test_a_made_up_page_of_the_timeline_is_empty(browser, incident, before):
    address = reverse("admin:incidents_incident_timeline", args=[incident.pk])

    page = browser.get(address, {"before": before})

    assert page.status_code == 200
    assert "no older entries" in page.content.decode()


def test_text_of_people_is_escaped(browser, incident, lead, noon):
    incident.note("<script>alert(1)</script>", by=lead, at=noon)

    page = browser.get(incident.get_absolute_url()).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_number_of_queries_does_not_grow(
    browser, incident, lead, responder, noon, django_assert_max_num_queries
):
    for number in range(60):
        incident.note(f"Entry {number}.", by=responder, at=noon)
        incident.add_item(title=f"Item {number}", by=lead, at=noon, owner=responder)

    with django_assert_max_num_queries(25):
        browser.get(incident.get_absolute_url())


def test_how_long_it_runs_is_counted_on_by_the_browser(browser, incident, lead, noon):
    running = browser.get(incident.get_absolute_url()).text
    incident.resolve(by=lead, at=noon)
    over = browser.get(incident.get_absolute_url()).text

    assert 'datetime="2026-11-21T12:00:00+00:00" data-since="%s since 12:00' in running
    assert "data-since" not in over


def test_the_record_leads_to_its_version_of_the_playbook(browser, incident):
    version = incident.playbook_version
    address = reverse(
        "admin:incidents_playbook_version", args=[version.playbook_id, version.number]
    )

    page = browser.get(incident.get_absolute_url()).text

    assert f'<a href="{address}">{version}</a>' in page


def test_who_may_not_read_playbooks_has_no_link_to_one(browser, incident):
    Group.objects.get(name=INCIDENT_LEADS).permissions.remove(
        Permission.objects.get(codename="view_playbook")
    )

    page = browser.get(incident.get_absolute_url()).text

    assert f"<dd>{incident.playbook_version}</dd>" in page


def test_history_tells_who_changed_what(browser, incident, responder, noon):
    incident.amend({"summary": ("", "Cards fail")}, by=responder, at=noon)

    page = browser.get(reverse("admin:incidents_incident_history", args=[incident.pk]))

    text = page.content.decode()
    assert "Cards fail" in text
    assert "Responder" in text


def test_an_item_is_raised_in_one_line_and_dated_by_the_playbook(browser, incident):
    do(browser, incident, "add_item", title="Alert on declines")

    item = incident.items.get()
    assert (item.get_priority_display(), item.due_on.isoformat()) == (
        "P2",
        "2026-12-05",
    )


def test_the_most_urgent_item_stays_the_most_urgent(browser, incident):
    do(browser, incident, "add_item", title="Stop the leak", priority="0")

    item = incident.items.get()
    assert (item.get_priority_display(), item.due_on.isoformat()) == (
        "P0",
        "2026-11-23",
    )


def test_a_link_to_another_incident_is_named_by_its_reference(
    browser, incident, severity, team, lead, noon
):
    other = Incident.declare(
        title="The first", severity=severity, team=team, by=lead, at=noon
    )

    do(browser, incident, "add_link", other=other.reference.lower())

    page = browser.get(incident.get_absolute_url()).content.decode()
    assert f"{other.reference} The first" in page


def test_the_impact_is_corrected_with_a_reason(browser, incident):
    interval = incident.impact_intervals.get()

    do(
        browser,
        incident,
        "correct_impact",
        interval=interval.pk,
        started_at="11:00",
        ended_at="11:30",
        reason="Read off the logs",
    )

    interval.refresh_from_db()
    assert interval.ended_at - interval.started_at == timedelta(minutes=30)
    assert interval.is_corrected


def test_history_costs_the_same_however_long(
    browser, incident, lead, service, noon, django_assert_max_num_queries
):
    for number in range(30):
        had, given = ({service}, set()) if number % 2 else (set(), {service})
        incident.amend({"services": (had, given)}, by=lead, at=noon)

    with django_assert_max_num_queries(15):
        page = browser.get(
            reverse("admin:incidents_incident_history", args=[incident.pk])
        )

    assert "Checkout" in page.content.decode()


def test_only_who_is_close_to_it_gives_it_to_another_team(
    client_of, responder, lead, incident
):
    address = reverse("admin:incidents_incident_edit", args=[incident.pk])

    offered = {
        user: "team" in client_of(user).get(address).context["form"].fields
        for user in (lead, responder)
    }

    assert offered == {lead: True, responder: False}


def test_an_entry_of_another_day_says_where_it_went(browser, incident):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "note"])

    page = browser.post(address, {"text": "It began", "at": "23:40"}, follow=True)

    assert "The entry stands under Friday, 20 November 2026, 23:40 UTC." in (
        page.content.decode()
    )
    assert page.redirect_chain[0][0].endswith("#entry")
