"""What would happen if it broke at some moment: a form, a drawing, and a table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from incidents.explain import explain
from incidents.explain_drawing import drawing_of
from incidents.models import Playbook, Team
from incidents.playbooks.presets import PRESETS, preset
from incidents.playbooks.schema import PlaybookDocument, plain

FRIDAY = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)


def page_of(code) -> str:
    document = preset(code)
    made = Playbook.objects.create(slug=f"our-{code}", name=document.name)
    made.publish(document, by=None, at=timezone.now())
    return reverse("admin:incidents_playbook_explain", args=[made.pk])


def drawn(code, severity):
    return drawing_of(explain(preset(code), severity=severity, at=FRIDAY))


def test_unasked_it_breaks_next_saturday_night_in_the_readers_zone(
    client_of, viewer, at_noon
):
    viewer.profile.zone = "Europe/Berlin"
    viewer.profile.save()

    page = client_of(viewer).get(page_of("oncall"))

    # Noon of the story is a Saturday; what has begun is not offered.
    assert page.context["drawing"].at == datetime(2026, 11, 28, 1, 14, tzinfo=UTC)
    assert "Sat 28 Nov 2026, 02:14 CET" in page.text
    assert 'value="2026-11-28"' in page.text


def test_a_due_time_says_its_rule_and_calendar(client_of, viewer):
    asked = {"severity": "SEV-3", "day": "2026-03-06", "time": "16:30"}

    page = client_of(viewer).get(page_of("command"), asked)

    respond = next(r for r in page.context["drawing"].rows if r.label == "Respond")
    assert respond.due == datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    assert (respond.rule, respond.calendar) == (
        "1 h in business hours",
        "built-in calendar",
    )
    assert "Mon 9 Mar, 09:30 UTC" in page.text


def test_the_teams_calendar_counts(client_of, viewer, team):
    asked = {"severity": "SEV-3", "day": "2026-03-06", "time": "16:30"}

    page = client_of(viewer).get(page_of("command"), asked | {"team": team.pk})

    respond = next(r for r in page.context["drawing"].rows if r.label == "Respond")
    assert respond.calendar == "Berlin"
    assert "Nobody in Platform stands behind" in page.text


def test_what_waits_says_for_what(db):
    waiting = {row.label: row for row in drawn("oncall", "P1").waiting}

    assert waiting["Review scheduled"].since == "from the resolution"
    conditions = {row.condition for row in waiting.values()}
    assert "if: Suspected breach" in conditions


def rungs_of(document, severity):
    drawing = drawing_of(explain(document, severity=severity, at=FRIDAY))
    return {
        row.label: f"{row.rule} {row.since}"
        for row in drawing.rows + drawing.waiting
        if row.shape == "rung"
    }


def test_a_rung_that_waits_for_a_flag_counts_from_the_flag(db):
    parts = plain(preset("oncall"))
    flag = parts["flags"][0]["code"]
    role = parts["roles"][0]["code"]
    rung = {"severities": ["P1"], "tells": [role], "condition": flag}
    parts["ladder"] = [
        {"code": "now", "label": "Now", **rung},
        {"code": "later", "label": "Later", "after": "15 min", **rung},
        {"code": "timed", "label": "Timed", **rung, "condition": None},
    ]

    said = rungs_of(PlaybookDocument.model_validate(parts), "P1")

    assert said == {
        "Now": "at once when it is set",
        "Later": "15 min after the declaration, at the earliest, when it is set",
        "Timed": "at once with the declaration",
    }


def test_the_legend_names_only_what_is_drawn(client_of, viewer):
    drawn_all = client_of(viewer).get(page_of("phases"), {"severity": "P0"}).text
    drawn_few = client_of(viewer).get(page_of("command"), {"severity": "SEV-1"}).text

    legends = [
        page.partition('class="key quiet"')[2] for page in (drawn_all, drawn_few)
    ]
    marks = [[mark for mark in "▬●○◆" if mark in legend] for legend in legends]
    assert marks == [["▬", "●", "○", "◆"], ["●", "○"]]


def test_the_team_of_the_reader_is_asked_about_where_it_applies(
    client_of, responder, viewer, team, other_team
):
    path = page_of("matrix")
    playbook = Playbook.objects.get(slug="our-matrix")
    Team.objects.update(playbook=playbook)
    Team.objects.filter(pk=other_team.pk).update(name="Aardvark")
    responder.profile.team = team
    responder.profile.save()
    viewer.profile.team = None
    viewer.profile.save()

    own = client_of(responder).get(path).context["form"]
    first = client_of(viewer).get(path).context["form"]
    none = client_of(responder).get(path, {"team": ""}).context["form"]

    asked = [form.cleaned_data["team"] for form in (own, first, none)]
    assert asked == [team, other_team, None]


def test_where_no_team_uses_it_none_is_asked_about(client_of, responder, team):
    form = client_of(responder).get(page_of("matrix")).context["form"]

    assert form.cleaned_data["team"] is None


def test_the_page_names_the_playbook_and_the_zone_of_the_time(client_of, viewer):
    viewer.profile.zone = "Europe/Berlin"
    viewer.profile.save()

    page = client_of(viewer).get(page_of("matrix")).text

    name = preset("matrix").name
    assert f"<h1>{name}: what if it broke on …?</h1>" in page
    assert "Time (Europe/Berlin)</label>" in page


def test_phases_rungs_and_clocks_lie_along_one_axis(db):
    drawing = drawn("phases", "P0")

    shapes = {lane.row.shape for lane in drawing.lanes}
    assert shapes == {"phase", "rung", "clock"}
    places = [float(lane.end.rstrip("%")) for lane in drawing.lanes]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] <= 100
    assert drawing.ticks[-1].place == "100.00%"


def test_updates_that_go_on_are_drawn_again(db):
    lanes = {lane.row.label: lane for lane in drawn("cadence", "P0").lanes}

    again = [lane for lane in lanes.values() if lane.repeats]
    assert again
    assert all(float(p.rstrip("%")) <= 100 for lane in again for p in lane.repeats)


@pytest.mark.parametrize("code", PRESETS)
def test_every_severity_of_every_preset_is_explained(client_of, viewer, code):
    path, browser = page_of(code), client_of(viewer)

    for level in preset(code).severities:
        page = browser.get(path, {"severity": level.code})

        assert page.status_code == 200
        assert f"{level.code} {level.name}" in page.text
        assert 'style="' not in page.text


@pytest.mark.parametrize(
    "asked",
    [
        {"day": "yesterday"},
        {"day": "0001-01-01", "time": "00:10"},
        {"day": "9999-12-31", "severity": "SEV-3"},
        {"time": "25:00"},
        {"severity": "P77"},
        {"team": "999999"},
        {"team": "x"},
    ],
)
def test_what_cannot_be_asked_is_said(client_of, viewer, asked):
    viewer.profile.zone = "Europe/Berlin"
    viewer.profile.save()

    page = client_of(viewer).get(page_of("command"), asked)

    assert page.status_code == 422
    assert page.context["form"].errors


def test_the_page_costs_the_same_for_every_severity(
    client_of, viewer, team, django_assert_num_queries
):
    path, browser = page_of("matrix"), client_of(viewer)
    browser.get(path)

    for severity in ("P1", "P4"):
        with django_assert_num_queries(10):
            browser.get(path, {"severity": severity, "team": team.pk})
