from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User

from incidents.models import Incident
from incidents.sight import Sight


def seen_by_sight(people, incidents):
    restricted = [each.pk for each in incidents if each.restricted]
    sight = Sight.of([person.pk for person in people], restricted)
    return {
        (person.username, incident.title)
        for person, incident in product(people, incidents)
        if sight.sees(person.pk, place(incident))
    }


def place(incident):
    return SimpleNamespace(
        incident_id=incident.pk,
        restricted=incident.restricted,
        team_lead_id=incident.team.lead_id,
        team_manager_id=incident.team.manager_id,
    )


def seen_by_queryset(people):
    return {
        (person.username, incident.title)
        for person in people
        for incident in Incident.objects.visible_to(person)
    }


@pytest.fixture
def people(viewer, responder, lead, manager, administrator, outsider):
    """One of each group, somebody without one, a superuser, and one who has left."""
    create = User.objects.create_user
    create("nobody@debrief.example")
    create("root@debrief.example", is_superuser=True)
    create("gone@debrief.example", is_superuser=True, is_active=False)
    return list(User.objects.all())


def test_sight_gives_the_answers_of_visible_to(
    people, severity, team, other_team, lead, viewer, manager, outsider, at_noon
):
    other_team.lead = outsider
    other_team.save()
    incidents = []
    for number, (where, restricted) in enumerate(
        product([team, other_team], [False, True])
    ):
        incident = Incident.declare(
            title=f"Incident {number}",
            severity=severity,
            team=where,
            by=lead,
            at=at_noon,
        )
        incident.assign_role("scribe", viewer, by=lead, at=at_noon)
        if where == team:
            incident.assign_role("scribe", None, by=lead, at=at_noon, instead_of=viewer)
        if restricted:
            incident.restrict(True, by=manager, at=at_noon, reason="Security")
        incidents.append(incident)

    seen = seen_by_sight(people, incidents)

    assert seen == seen_by_queryset(people)
    assert 0 < len(seen) < len(people) * len(incidents)
