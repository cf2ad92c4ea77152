"""Declaring with scripts: another team, a suggestion, and the clocks it sets."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from incidents.models import Incident, Playbook
from incidents.playbooks.presets import preset

pytestmark = pytest.mark.browser


def test_severities_follow_the_team_and_explain_themselves(
    open_window, lead, team, other_team
):
    commanded = Playbook.objects.create(slug="command", name="Command")
    commanded.publish(preset("command"), by=None, at=timezone.now())
    other_team.playbook = commanded
    other_team.save()
    page = open_window(lead)
    page.goto(reverse("admin:incidents_incident_add"))
    page.get_by_label("What is happening?").fill("Nobody can sign in")

    expect(page.get_by_role("button", name="Show its severities")).to_be_hidden()
    page.get_by_label("Team", exact=True).select_option(label=other_team.name)
    expect(page.get_by_role("radio")).to_have_count(3)
    details = page.locator(".level-more").first
    expect(details).to_be_hidden()
    page.get_by_role("radio").first.check()
    expect(details).to_contain_text("immediate (at most 5 min)")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody can sign in")
    expect(page.get_by_role("region", name="Due")).to_contain_text("Respond in 5 min")


def test_the_triage_picks_what_it_suggests(open_window, lead, severity):
    page = open_window(lead)
    page.goto(reverse("admin:incidents_incident_add"))
    page.get_by_label("What is happening?").fill("Search is slow")

    page.locator("#triage > summary").click()
    page.get_by_label("Error rate").fill("3")
    page.get_by_role("button", name="Suggest", exact=True).click()

    expect(page.locator(".suggestion")).to_contain_text("This speaks for P3.")
    expect(page.get_by_role("radio", name="P3")).to_be_checked()
    expect(page.get_by_label("What is happening?")).to_have_value("Search is slow")
    expect(page.get_by_role("button", name="Suggest", exact=True)).to_be_focused()


def test_a_suggestion_is_taken_with_one_press(open_window, lead, severity):
    page = open_window(lead)
    page.goto(reverse("admin:incidents_incident_add"))
    page.get_by_label("What is happening?").fill("Search is slow")
    page.get_by_role("radio", name="P1").check()

    page.locator("#triage > summary").click()
    page.get_by_label("Error rate").fill("3")
    page.get_by_role("button", name="Suggest", exact=True).click()
    expect(page.get_by_role("radio", name="P1")).to_be_checked()
    page.get_by_role("button", name="Take P3").click()

    expect(page.get_by_role("radio", name="P3")).to_be_checked()
    expect(page.get_by_role("button", name="Take P3")).to_be_hidden()
    expect(page.get_by_label("Error rate")).to_have_value("3")


def test_how_long_it_runs_is_counted_on(open_window, lead, severity, team):
    now = timezone.now()
    made = {"severity": severity, "team": team, "by": lead, "at": now}
    incident = Incident.declare(title="Search is slow", **made)
    page = open_window(lead)
    page.clock.install()
    page.goto(incident.get_absolute_url())
    head = page.locator(".incident-head .clock")
    expect(head).to_contain_text("since")

    page.clock.fast_forward("14:30")

    expect(head).to_contain_text("14 min since")
    expect(page.get_by_role("region", name="Due")).to_contain_text("Respond now")
