"""A drill marks what it says, and stays within the team unless told otherwise."""

from __future__ import annotations

import pytest

from incidents.drills import Reach, marked, reaches, subject_of


@pytest.fixture
def drill(incident):
    type(incident).objects.filter(pk=incident.pk).update(is_drill=True)
    incident.refresh_from_db()
    return incident


def test_it_tells_its_team_and_who_took_a_role(drill, lead, responder, outsider):
    assert reaches(drill, responder)
    assert not reaches(drill, outsider)

    drill.roles.create(role="watching", person=outsider, held_at=drill.declared_at)

    assert reaches(drill, outsider)


def test_an_address_is_known_by_its_person_however_it_is_written(drill, responder):
    responder.profile.urgent_address = "pager@pager.example"
    responder.profile.save()

    told = Reach.of(drill)

    assert told.takes("Responder@Debrief.EXAMPLE")
    assert told.takes("pager@pager.example")
    assert not told.takes("customer@example.com")
    assert not told.takes_chats


def test_nobody_reads_a_deactivated_persons_address_in_it(drill, responder):
    responder.is_active = False
    responder.save()

    assert not reaches(drill, responder)
    assert not reaches(drill, responder.email)


def test_told_so_it_goes_outside(drill, outsider):
    drill.drill_outside = True

    assert reaches(drill, outsider)
    assert Reach.of(drill).takes_chats


def test_in_earnest_everybody_is_told_without_a_query(
    incident, outsider, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert reaches(incident, outsider)


def test_every_subject_and_text_of_it_says_so_once(drill, incident):
    subject = subject_of(drill, "Checkout fails")

    assert subject == "DRILL: Checkout fails"
    assert subject_of(drill, subject) == subject
    assert marked(drill, "We look into it.").startswith("DRILL: this is an exercise")
    assert len(subject_of(drill, "x" * 200)) == 200


def test_in_earnest_nothing_is_marked(incident):
    assert subject_of(incident, "Checkout fails") == "Checkout fails"
    assert marked(incident, "We look into it.") == "We look into it."
