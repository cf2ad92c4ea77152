"""Saying until when one is away, and who stands in meanwhile."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from incidents.models import Profile

PAGE = reverse("admin:auth_user_me")
PLAIN = {"name": "Rita Responder", "zone": "Europe/Berlin", "digest_hour": "8"}


def test_both_are_stored_and_shown(client_of, responder, lead, at_noon):
    browser = client_of(responder)

    browser.post(PAGE, PLAIN | {"away_until": "2026-12-03", "stand_in": lead.pk})

    profile = Profile.objects.get(user=responder)
    assert (profile.away_until, profile.stand_in) == (date(2026, 12, 3), lead)
    assert 'value="2026-12-03"' in browser.get(PAGE).text


@pytest.mark.parametrize(
    ("until", "who", "said"),
    [
        ("2026-12-03", "", "Name who stands in while you are away."),
        ("", "lead", "Say until when you are away"),
        ("2026-11-20", "lead", "That day is past"),
        ("soon", "lead", "Enter a valid date"),
        ("2026-12-03", "responder", "Select a valid choice"),
        ("2026-12-03", "gone", "Select a valid choice"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(
    client_of, responder, lead, viewer, at_noon, until, who, said
):
    viewer.is_active = False
    viewer.save()
    keys = {"": "", "lead": lead.pk, "responder": responder.pk, "gone": viewer.pk}

    answer = client_of(responder).post(
        PAGE, PLAIN | {"away_until": until, "stand_in": keys[who]}
    )

    assert said in answer.text
    assert Profile.objects.get(user=responder).away_until is None


def test_coming_back_needs_both_fields_empty(client_of, responder, lead, at_noon):
    browser = client_of(responder)
    browser.post(PAGE, PLAIN | {"away_until": "2026-12-03", "stand_in": lead.pk})

    browser.post(PAGE, PLAIN | {"away_until": "", "stand_in": ""})

    profile = Profile.objects.get(user=responder)
    assert (profile.away_until, profile.stand_in) == (None, None)


def test_an_absence_that_is_over_is_not_in_the_way(
    client_of, responder, lead, at_noon, time_machine
):
    browser = client_of(responder)
    browser.post(PAGE, PLAIN | {"away_until": "2026-11-22", "stand_in": lead.pk})
    time_machine.move_to(at_noon.replace(month=12))

    form = client_of(responder).get(PAGE).context["form"]

    assert form["away_until"].value() is None
    assert form["stand_in"].value() is None


def test_a_stand_in_who_is_away_too_is_told(client_of, responder, lead, at_noon):
    lead.profile.away_until, lead.profile.stand_in = date(2026, 12, 1), responder
    lead.profile.save()

    answer = client_of(responder).post(
        PAGE, PLAIN | {"away_until": "2026-12-03", "stand_in": lead.pk}, follow=True
    )

    assert "Lead is away too, until 1 Dec 2026." in answer.text
