"""What people see when there is no page, no right to it, or a mistake of ours."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.views.defaults import server_error


@pytest.fixture
def says():
    """Read an error page, which is one of ours and carries no style of its own."""

    def read(answer, status) -> str:
        page = answer.content.decode()
        assert answer.status_code == status
        assert "incidents/base.css" in page
        assert "style=" not in page
        return page

    return read


@pytest.mark.parametrize("who", ["nobody", "lead"])
def test_an_address_without_a_page(client, client_of, request, says, db, who):
    browser = client if who == "nobody" else client_of(request.getfixturevalue(who))

    assert "There is no such page" in says(browser.get("/nothing/here/"), 404)


def test_a_page_that_is_not_for_ones_group(client_of, viewer, says):
    answer = client_of(viewer).get(reverse("admin:incidents_notification_add"))

    assert "Your group does not allow this" in says(answer, 403)


def test_a_form_from_before_the_log_in(db, says):
    answer = Client(enforce_csrf_checks=True).post(reverse("admin:login"), {})

    assert "This page was too old to be sent" in says(answer, 403)


def test_a_form_too_long_to_be_read(db, says):
    answer = Client().post(reverse("admin:login"), {"username": "a" * 2_700_000})

    assert "most often a text of more than 2.5 MB" in says(answer, 400)


def test_an_address_that_is_not_ours(client, db, says):
    assert "This was not taken" in says(client.get("/", HTTP_HOST="x.example"), 400)


def test_a_mistake_of_ours(rf, says):
    assert "Debrief itself failed" in says(server_error(rf.get("/")), 500)
