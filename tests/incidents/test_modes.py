"""A deploy freeze and the maintenance mode: who starts it, what every page says."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from incidents.changes import Refused
from incidents.models import Condition, Incident
from incidents.modes import banners_for
from incidents.playbooks.presets import preset
from tests.clockwork import level, playbook

SAYS = "Please deploy nothing until the all-clear."


def do(client, incident, verb, **given):
    url = f"/admin/incidents/incident/{incident.pk}/do/{verb}/"
    return client.post(url, given, follow=True)


def frozen(incident) -> bool:
    return incident.conditions.modes().exists()


@pytest.fixture
def freezing():
    """A playbook whose worst severity stops deployments."""
    return playbook(
        level("S1", deploy_freeze=True),
        level("S2"),
        level("S3", tracking="ticket"),
        freeze={"severities": ["S1"], "banner": SAYS, "lifted": "The all-clear"},
    )


def test_declaring_the_worst_starts_the_freeze(story):
    story.begin(preset("cadence"), "P0")

    mode = Condition.objects.get()
    assert (mode.kind, mode.code, mode.banner) == ("freeze", "freeze", SAYS)
    assert (mode.set_by, mode.since_at) == (story.person, story.began)
    event = story.incident.timeline.get()
    assert event.text == f"Declared: Checkout fails · Deploy freeze: {SAYS}"


@pytest.mark.parametrize("known", [{"is_drill": True}, {"is_record": True}])
def test_what_is_no_emergency_freezes_nothing(story, freezing, known):
    story.begin(freezing, **known)

    assert not frozen(story.incident)


def test_raising_the_severity_freezes_until_the_all_clear(story, freezing):
    story.begin(freezing, "S2")
    assert not frozen(story.incident)

    story.do("change_severity", story.severity("S1"))
    assert frozen(story.incident)
    story.do("change_severity", story.severity("S2"), after=1)
    assert frozen(story.incident)

    story.do("end_mode", "freeze", after=2, note="All rolled back")
    assert not frozen(story.incident)
    assert story.events("end_mode") == [
        "All-clear: deployments may go on: All rolled back"
    ]
    ended = Condition.objects.get()
    assert ended.cleared_by == story.person


def test_a_ticket_that_is_declared_freezes(story, freezing):
    worst = level("S1", deploy_freeze=True, tracking="ticket", declaring="optional")
    story.begin(playbook(worst))
    assert not frozen(story.incident)

    story.do("promote")

    assert frozen(story.incident)


def test_it_is_started_and_ended_once(story, freezing):
    story.begin(freezing)

    with pytest.raises(Refused, match="It holds already"):
        story.do("start_mode", "freeze")
    story.do("end_mode", "freeze")
    with pytest.raises(Refused, match="somebody gave the all-clear"):
        story.do("end_mode", "freeze")
    with pytest.raises(Refused, match="Choose the deploy freeze or the maintenance"):
        story.do("start_mode", "flag")


def test_closing_asks_for_the_all_clear(client_of, story, freezing, lead):
    story.begin(freezing)
    story.do("resolve")

    with pytest.raises(Refused, match="The deploy freeze still holds"):
        story.do("close", reason="completed")
    page = client_of(lead).get(story.incident.get_absolute_url()).content.decode()
    assert "It still holds." in page
    assert "The deploy freeze still holds: give the all-clear." in page
    do(client_of(lead), story.incident, "end_mode", kind="freeze")

    assert not frozen(story.incident)


def test_what_was_no_incident_holds_nothing_any_more(story, freezing):
    story.begin(freezing)

    story.do("close", reason="false_alarm")

    assert not frozen(story.incident)
    assert story.events("close") == [
        "Closed as False alarm · All-clear: deployments may go on"
    ]


def test_every_page_says_what_holds(client_of, story, freezing, viewer):
    story.begin(freezing)
    client = client_of(viewer)

    for path in ("/admin/", "/admin/my-work/", "/admin/incidents/service/"):
        page = client.get(path).content.decode()
        assert "Deploy freeze since 12:00 UTC" in page, path
        assert SAYS in page
        assert story.incident.get_absolute_url() in page


def test_a_text_of_ones_own_is_escaped(client_of, incident, lead):
    banner = "<script>alert(1)</script>"

    do(client_of(lead), incident, "start_mode", kind="maintenance", banner=banner)

    page = client_of(lead).get("/admin/").content.decode()
    assert banner not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Maintenance mode since" in page


def test_of_a_hidden_incident_it_says_only_that_it_holds(
    client_of, story, freezing, outsider, manager, lead
):
    story.begin(freezing)
    story.incident.restrict(True, by=manager, at=story.began, reason="Security")

    page = client_of(outsider).get("/admin/").content.decode()
    assert "Deploy freeze since 12:00 UTC" in page
    for secret in (SAYS, story.incident.reference, story.incident.get_absolute_url()):
        assert secret not in page
    assert SAYS in client_of(lead).get("/admin/").content.decode()


def test_nobody_else_hears_of_it(client, story, freezing, at_noon):
    story.begin(freezing)

    assert "freeze" not in client.get("/admin/login/").content.decode().lower()
    assert banners_for(AnonymousUser(), at_noon) == []


def test_the_banner_costs_one_query_and_another_while_something_holds(
    django_assert_num_queries, story, freezing, lead, at_noon
):
    lead.get_all_permissions()
    with django_assert_num_queries(1):
        assert banners_for(lead, at_noon) == []
    for _number in range(5):
        story.begin(freezing)

    with django_assert_num_queries(2):
        banners = banners_for(lead, at_noon)

    assert len(banners) == 3


def test_the_page_that_starts_it_says_what_the_playbook_says(client_of, story, lead):
    story.begin(preset("matrix"), preset("matrix").severities[0].code)
    url = f"/admin/incidents/incident/{story.incident.pk}/do/start_mode/"

    page = client_of(lead).get(f"{url}?kind=maintenance").content.decode()

    assert "The site has to be taken down on purpose" in page
    assert "Bring the status page up to date." in page


def test_an_undated_text_is_the_playbooks_and_a_long_one_is_refused(
    client_of, incident, lead
):
    client = client_of(lead)

    answer = do(client, incident, "start_mode", kind="freeze", banner="x" * 301)
    assert answer.status_code == 422
    do(client, incident, "start_mode", kind="freeze", banner="")

    assert Incident.objects.get().conditions.get().banner == SAYS


def test_the_banner_is_found_by_its_index(incident):
    plan = Condition.objects.modes().order_by("since_at").explain()

    assert "condition_banner" in plan or connection.vendor == "postgresql"
