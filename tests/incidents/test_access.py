"""Each group by each step: what the question answers, and what the page does."""

from __future__ import annotations

import html
import re

import pytest

from incidents.models import ActionItem, Team
from incidents.permissions import INCIDENT_VERBS, may

PEOPLE = ("viewer", "responder", "lead", "manager", "administrator")
# From which group on a step is allowed; each later group may take it, too.
STEPS = {
    "watch": "viewer",
    "unwatch": "viewer",
    "undo": "responder",
    "backfill": "responder",
    "note": "responder",
    "pin": "responder",
    "unpin": "responder",
    "strike": "responder",
    "send_message": "responder",
    "record_copied": "responder",
    "nothing_new": "responder",
    "escalate": "responder",
    "end_call": "responder",
    "acknowledge": "responder",
    "mitigate": "responder",
    "resolve": "responder",
    "assign_role": "responder",
    "offer_role": "responder",
    "accept_role": "responder",
    "decline_role": "responder",
    "withdraw_role": "responder",
    "start_mode": "responder",
    "end_mode": "responder",
    "record_milestone": "responder",
    "amend": "responder",
    "add_item": "responder",
    "add_link": "responder",
    "correct_impact": "responder",
    "change_status": "responder",
    "reopen": "responder",
    "post_update": "responder",
    "set_flag": "responder",
    "clear_flag": "responder",
    "promote": "responder",
    "meet_deadline": "responder",
    "move_deadline": "responder",
    "apply_playbook": "lead",
    "change_severity": "lead",
    "close": "lead",
    "restrict": "manager",
    "require_postmortem": "responder",
    "waive_postmortem": "manager",
    "follow_postmortem_rule": "manager",
    "mark_entries": "responder",
    "reword_entry": "responder",
}
PERMISSIONS = {
    "incidents.view_incident": "viewer",
    "incidents.view_team": "viewer",
    "auth.view_user": "viewer",
    "incidents.add_incident": "responder",
    "postmortems.change_postmortem": "responder",
    "postmortems.publish_postmortem": "lead",
    "auth.add_user": "manager",
    "incidents.change_team": "manager",
    "incidents.change_playbook": "manager",
    "incidents.add_team": "administrator",
    "incidents.see_restricted_incident": "administrator",
}
FORMS = {
    "acknowledge": {},
    "note": {"text": "Looked at it", "kind": "note"},
    "post_update": {"audience": "team", "text": "Nothing new"},
    "set_flag": {"code": "breach"},
    "close": {"reason": "false_alarm"},
    "restrict": {"restricted": "on", "reason": "Personal data"},
    "waive_postmortem": {"reason": "Written up elsewhere"},
}


HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


def hidden_in(client, url):
    """Read what a form carries along unseen."""
    return dict(HIDDEN.findall(html.unescape(client.get(url).content.decode())))


def allowed(who, since):
    return PEOPLE.index(who) >= PEOPLE.index(since)


def test_every_step_is_in_the_matrix():
    assert set(STEPS) == set(INCIDENT_VERBS)


@pytest.mark.parametrize("step", STEPS)
def test_steps_begin_at_a_group(request, incident, step):
    for who in PEOPLE:
        person = request.getfixturevalue(who)

        assert may(person, step, incident) == allowed(who, STEPS[step]), who


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_permissions_begin_at_a_group(request, permission):
    for who in PEOPLE:
        person = request.getfixturevalue(who)

        assert person.has_perm(permission) == allowed(who, PERMISSIONS[permission]), who


@pytest.mark.parametrize("group", PEOPLE)
def test_no_group_deletes_or_edits_groups(request, group):
    person = request.getfixturevalue(group)

    held = person.get_all_permissions()

    assert not [each for each in held if ".delete_" in each or "auth.group" in each]
    assert "auth.change_permission" not in held


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("step", FORMS)
def test_the_page_takes_what_the_group_may_do(request, client_of, incident, who, step):
    url = f"/admin/incidents/incident/{incident.pk}/do/{step}/"

    client_of(request.getfixturevalue(who)).post(url, FORMS[step])

    taken = incident.timeline.exclude(verb="declare").exists()
    assert taken == allowed(who, STEPS[step])


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_invite(request, client_of, team, who):
    client = client_of(request.getfixturevalue(who))

    answer = client.get("/admin/auth/user/add/")

    assert answer.status_code == (200 if allowed(who, "manager") else 403)


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_declare(request, client_of, severity, team, who):
    client = client_of(request.getfixturevalue(who))
    given = {"title": "Checkout fails", "severity": severity.pk, "team": team.pk}

    client.post("/admin/incidents/incident/add/", given)

    assert team.incidents.exists() == allowed(who, "responder")


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_edit_the_team(request, client_of, team, manager, who):
    client = client_of(request.getfixturevalue(who))
    url = f"/admin/incidents/team/{team.pk}/change/"
    given = {"name": "Renamed", "manager": team.manager_id, **hidden_in(client, url)}

    client.post(url, given)

    assert Team.objects.filter(name="Renamed").exists() == allowed(who, "manager")


def test_a_manager_edits_no_other_team_and_takes_none_over(
    client_of, manager, other_team
):
    client = client_of(manager)
    url = f"/admin/incidents/team/{other_team.pk}/change/"
    given = {"name": "Taken", "manager": manager.pk, **hidden_in(client, url)}

    client.post(url, given)

    other_team.refresh_from_db()
    assert (other_team.name, other_team.manager) == ("Payments", None)


def test_a_manager_restricts_only_incidents_of_their_team(
    incident, manager, other_team
):
    incident.team = other_team
    incident.save()

    assert not may(manager, "restrict", incident)


def test_a_restricted_incident_takes_no_step_of_an_outsider(
    client_of, incident, outsider
):
    incident.restricted = True
    incident.save()
    url = f"/admin/incidents/incident/{incident.pk}/do/note/"

    answer = client_of(outsider).post(url, FORMS["note"])

    assert answer.status_code == 404
    assert not may(outsider, "note", incident)


def test_administrators_see_every_item(administrator, responder, item):
    assert list(ActionItem.objects.visible_to(administrator)) == [item]


def test_nobody_who_is_gone_may_do_anything(incident, manager):
    manager.is_active = False

    assert not any(may(manager, step, incident) for step in STEPS)


@pytest.mark.django_db
def test_strangers_are_sent_to_the_log_in(client):
    answer = client.get("/admin/auth/user/")

    assert answer.url == "/admin/login/?next=/admin/auth/user/"
