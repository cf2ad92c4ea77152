"""What is offered to somebody is found without the mail that said so."""

from __future__ import annotations

import pytest
from django.urls import reverse

PAGES = ("admin:index", "admin:my_work")


@pytest.fixture
def offered(incident, lead, responder, at_noon):
    incident.offer_role("lead", responder, by=lead, at=at_noon)
    return incident


@pytest.mark.parametrize("name", PAGES)
def test_an_offer_waits_on_the_first_page_of_whom_it_is_made_to(
    client_of, lead, responder, offered, name
):
    page = client_of(responder).get(reverse(name)).text

    assert "Waits for your answer" in page
    assert "Lead offers you Lead" in page
    assert "Waits for your answer" not in client_of(lead).get(reverse(name)).text


def test_an_answer_takes_it_off(client_of, responder, offered, at_noon):
    offered.accept_role("lead", by=responder, at=at_noon)

    page = client_of(responder).get(reverse("admin:index")).text

    assert "Waits for your answer" not in page
