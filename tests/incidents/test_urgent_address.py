"""The urgent address and the telephone: kept by people themselves, tried at noon."""

from __future__ import annotations

import pytest
from django.urls import reverse

from incidents.models import Notification, Profile

REACHED = {"urgent_address": "pager@debrief.example", "phone": "+49 30 1234567"}


@pytest.fixture
def settings_of(client_of):
    def post(person, **changed):
        own = {"name": person.first_name, "zone": "UTC", "digest_hour": "9"}
        return client_of(person).post(reverse("admin:auth_user_me"), own | changed)

    return post


def test_people_keep_how_they_are_woken(settings_of, client_of, responder):
    settings_of(responder, **REACHED)

    kept = Profile.objects.get(user=responder)
    assert (kept.urgent_address, kept.phone) == tuple(REACHED.values())
    page = client_of(responder).get(reverse("admin:auth_user_me")).text
    assert all(f'value="{each}"' in page for each in REACHED.values())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"phone": "call me"}, "Write a phone number like +49 30 1234567."),
        ({"urgent_address": "pager"}, "Enter a valid email address."),
    ],
)
def test_a_wrong_one_is_named_and_kept_on_the_page(
    settings_of, responder, wrong, sentence
):
    answer = settings_of(responder, **wrong)

    assert sentence in answer.text
    assert next(iter(wrong.values())) in answer.text
    assert Profile.objects.get(user=responder).phone == ""


def test_a_test_page_goes_to_the_urgent_address_once_a_minute(
    client_of, responder, at_noon
):
    address = reverse("admin:auth_user_pager_trial")
    browser = client_of(responder)
    answer = browser.post(address, follow=True)
    assert "Write your urgent address first" in answer.text

    Profile.objects.filter(user=responder).update(**REACHED)
    for _press in range(2):
        browser.post(address)

    assert Notification.objects.get().address == REACHED["urgent_address"]
