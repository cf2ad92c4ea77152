"""Two people at "Edit record": other fields are both kept, of the same both texts.

A twentieth of the edits at once by default, all of them in `make full`.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from incidents.models import Incident
from tests.whole import FULL

WRITERS, EDITS = (50, 20) if FULL else (10, 5)
FIELDS = ("summary", "features_affected", "reputation")


@pytest.fixture
def address(incident) -> str:
    return reverse("admin:incidents_incident_edit", args=[incident.pk])


@pytest.fixture
def window(client_of, responder) -> Client:
    return client_of(responder)


def posted(form, **new) -> dict[str, object]:
    """Post the form as a browser does, with the hidden values it was made with."""
    values: dict[str, object] = {}
    for bound in form:
        values[bound.html_name] = bound.value()
        hidden = bound.field.hidden_widget().format_value(
            bound.field.prepare_value(bound.initial)
        )
        values[bound.html_initial_name] = "" if hidden is None else hidden
    return {k: v for k, v in {**values, **new}.items() if v not in (None, False)}


def again(form, **new) -> dict[str, object]:
    """Post anew what the page of a refused form holds."""
    return {**dict(form.data.lists()), **new}


def test_of_two_fields_both_are_kept(window, address, incident, lead, at_noon):
    seen = window.get(address).context["form"]
    incident.amend({"reputation": ("", "Bad press")}, by=lead, at=at_noon)

    saved = window.post(address, posted(seen, summary="Cards were refused"))

    assert saved.status_code == 302
    stored = Incident.objects.get()
    assert (stored.summary, stored.reputation) == ("Cards were refused", "Bad press")


def test_of_one_field_both_texts_are_shown_with_who_and_when(
    window, address, incident, lead, at_noon
):
    seen = window.get(address).context["form"]
    incident.amend({"summary": ("", "Theirs\nand <more>")}, by=lead, at=at_noon)
    incident.amend({"reputation": ("", "Bad press")}, by=lead, at=at_noon)

    page = window.post(address, posted(seen, summary="Mine", users_affected="7"))

    assert page.status_code == 422
    assert ">\nMine</textarea>" in page.text
    assert "Lead changed this on 2026-11-21 at 12:00 UTC." in page.text
    assert '<div class="theirs-text">Theirs\nand &lt;more&gt;</div>' in page.text
    assert ">\nBad press</textarea>" in page.text
    stored = Incident.objects.get()
    assert (stored.summary, stored.users_affected) == ("Theirs\nand <more>", None)


def test_saving_again_takes_mine_knowingly_and_all_else_of_theirs(
    window, address, incident, service, lead, at_noon
):
    seen = window.get(address).context["form"]
    theirs = {"summary": ("", "Theirs"), "services": (set(), {service})}
    incident.amend(theirs, by=lead, at=at_noon)
    page = window.post(address, posted(seen, summary="Mine", reputation="Bad press"))

    saved = window.post(address, again(page.context["form"]))

    assert saved.status_code == 302
    stored = Incident.objects.get()
    assert (stored.summary, stored.reputation) == ("Mine", "Bad press")
    assert set(stored.services.all()) == {service}


def test_what_changes_once_more_is_shown_once_more(
    window, address, incident, lead, at_noon
):
    seen = window.get(address).context["form"]
    incident.amend({"summary": ("", "Theirs")}, by=lead, at=at_noon)
    page = window.post(address, posted(seen, summary="Mine"))
    incident.amend({"summary": ("Theirs", "Theirs, too")}, by=lead, at=at_noon)

    page = window.post(address, again(page.context["form"]))

    assert page.status_code == 422
    assert '<div class="theirs-text">Theirs, too</div>' in page.text
    assert ">\nMine</textarea>" in page.text


def test_services_that_two_chose_are_both_named(
    window, address, incident, service, lead, at_noon
):
    seen = window.get(address).context["form"]
    incident.amend({"services": (set(), {service})}, by=lead, at=at_noon)
    other = type(service).objects.create(name="Payments")

    page = window.post(address, posted(seen, services=[other.pk]))

    assert page.status_code == 422
    assert '<div class="theirs-text">Checkout</div>' in page.text
    assert page.context["form"]["services"].value() == [str(other.pk)]


class Writer:
    """One window in which fields are edited as fast as they can be."""

    def __init__(self, number: int, address: str, window: Client) -> None:
        self.dice, self.number, self.address = Random(number), number, address  # noqa: S311
        self.window = Client()
        self.window.cookies = window.cookies
        self.kept: list[tuple[str, str]] = []
        self.answers: Counter[int] = Counter()

    def work(self) -> Writer:
        try:
            for edit in range(EDITS):
                self.edit(f"{self.number}-{edit}")
        finally:
            connection.close()
        return self

    def edit(self, text: str) -> None:
        name = self.dice.choice(FIELDS)
        row = Incident.objects.values("title", "team", *FIELDS).get()
        values = {**row, **{f"initial-{key}": value for key, value in row.items()}}
        answer = self.window.post(self.address, {**values, name: text})
        self.answers[answer.status_code] += 1
        if answer.status_code == 302:
            self.kept.append((name, text))
        else:
            assert f">\n{text}</textarea>" in answer.text
            assert 'class="theirs-text"' in answer.text


@pytest.mark.postgres
@pytest.mark.timeout(1_200)
@pytest.mark.django_db(transaction=True)
def test_no_edit_is_lost_among_many_writers(window, address, incident):
    writers = [Writer(number, address, window) for number in range(WRITERS)]

    with ThreadPoolExecutor(WRITERS) as pool:
        done = list(pool.map(Writer.work, writers))

    answers = sum((each.answers for each in done), Counter())
    kept = [pair for each in done for pair in each.kept]
    assert set(answers) <= {302, 422}, answers
    assert answers.total() == WRITERS * EDITS
    assert len(kept) == answers[302] > 0
    assert incident.timeline.filter(verb="amend").count() == len(kept)
    records = list(incident.history.values(*FIELDS))
    assert all(any(row[name] == text for row in records) for name, text in kept)
    assert Incident.objects.values(*FIELDS).get() == records[0]
