"""The question of an open page: has anything changed, and may I still see it?"""

from __future__ import annotations

from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client
from django.urls import reverse

from incidents.models import Incident
from incidents.playbooks.presets import preset
from incidents.pulse import revision_for
from tests.every_step import Watch, World
from tests.taken_back import taken_back

REGIONS = ("head", "clocks", "strip", "axis", "work")


def pulse(incident) -> str:
    return reverse("admin:incidents_incident_pulse", args=[incident.pk])


def revision(incident) -> int:
    return Incident.objects.values_list("revision", flat=True).get(pk=incident.pk)


def test_nothing_new_costs_three_queries_and_no_template(
    incident, viewer, client_of, django_assert_max_num_queries
):
    window, asked = client_of(viewer), {"seen": revision(incident)}
    window.get(pulse(incident), asked)

    with django_assert_max_num_queries(3):
        answer = window.get(pulse(incident), asked)

    assert (answer.status_code, answer.content, answer.templates) == (204, b"", [])
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("seen", ["0", "", "x", "-1", "1e3", "٣", "9" * 5_000])
def test_whoever_has_seen_less_gets_every_region(incident, viewer, client_of, seen):
    incident.note("Declines are all 3-D Secure", by=viewer, at=incident.declared_at)

    answer = client_of(viewer).get(pulse(incident), {"seen": seen})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert [text.count(f'id="region-{name}"') for name in REGIONS] == [1] * 5
    assert f'name="seen" value="{revision(incident)}"' in text
    assert "Declines are all 3-D Secure" in text
    assert "<html" not in text


def test_it_is_only_asked_by_get(incident, viewer, client_of):
    window = client_of(viewer)

    refused = [window.post(pulse(incident)), window.head(pulse(incident))]

    assert [each.status_code for each in refused] == [405, 405]
    assert [each["Allow"] for each in refused] == ["GET", "GET"]


def test_who_is_logged_out_is_not_led_to_a_page_to_swap_in(incident):
    answer = Client().get(pulse(incident), {"seen": revision(incident)})

    assert (answer.status_code, answer.content) == (403, b"")


def test_whoever_loses_sight_of_it_is_told_that_it_is_not_there(
    incident, outsider, manager, client_of, noon
):
    window = client_of(outsider)
    before = window.get(pulse(incident), {"seen": revision(incident)})
    incident.restrict(True, by=manager, at=noon, reason="Security")

    answers = [window.get(pulse(incident), {"seen": n}) for n in (0, 1, 2)]

    assert before.status_code == 204
    assert [each.status_code for each in answers] == [404] * 3
    assert window.get(pulse(incident).replace("1", "9" * 30)).status_code == 404


@pytest.fixture
def people(viewer, responder, lead, manager, administrator, outsider):
    """One of each group, somebody without one, a superuser, and one who has left."""
    create = User.objects.create_user
    create("nobody@debrief.example", is_staff=True)
    create("root@debrief.example", is_superuser=True)
    create("gone@debrief.example", is_superuser=True, is_active=False)
    return [*User.objects.all(), AnonymousUser()]


def test_it_is_open_to_those_who_see_the_incident(
    people, severity, team, other_team, lead, viewer, manager, outsider, noon
):
    other_team.lead = outsider
    other_team.save()
    known = {"title": "It fails", "severity": severity, "by": lead, "at": noon}
    for where, restricted, held in product((team, other_team), (0, 1), (0, 1, 2)):
        incident = Incident.declare(**known, team=where)
        if held:
            incident.assign_role("scribe", viewer, by=lead, at=noon)
        if held == 2:
            gone = {"instead_of": viewer, "by": lead, "at": noon}
            incident.assign_role("scribe", None, **gone)
        if restricted:
            incident.restrict(True, by=manager, at=noon, reason="Security")
    pairs = list(product(people, Incident.objects.all()))

    open_to = [revision_for(person, each.pk) is not None for person, each in pairs]

    assert open_to == [
        Incident.objects.visible_to(person).filter(pk=each.pk).exists()
        for person, each in pairs
    ]
    assert 0 < sum(open_to) < len(pairs)


def test_each_step_lets_the_pages_know(team, lead, viewer, at_noon):
    """Whatever is taken has changed the page; what is refused has not."""
    world = World(preset("default"), team, [lead, viewer], at_noon)
    incident, taken = world.declare("P1", at_noon), set()
    world.declare("P2", at_noon)
    watch, before = Watch(incident), revision(incident)
    for step in list(world.steps(incident, at_noon)):
        if step[0] not in taken:
            with taken_back():
                was_taken = watch.branch().take(step, by=lead, at=at_noon)
                has_grown = revision(incident) > before

            assert has_grown == was_taken, step
            taken |= {step[0]} if was_taken else set()
    assert len(taken) > 10


def test_what_is_done_to_an_item_or_an_entry_shows_too(incident, lead, noon):
    entry = incident.note("Cash register fails", by=lead, at=noon)
    item = incident.add_item(title="Test the restore", by=lead, at=noon)
    grown = [revision(incident)]

    for step in (
        lambda: entry.correct(by=lead, was={"text": entry.text}, text="Checkout fails"),
        lambda: item.assign(lead, by=lead, at=noon),
        lambda: item.comment("Still on it", by=lead, at=noon),
        lambda: item.complete(by=lead, at=noon, evidence="It fired in a drill"),
        lambda: incident.add_link(url="https://a.example", by=lead, at=noon),
    ):
        step()
        grown.append(revision(incident))

    assert grown == sorted(set(grown))
