"""A restricted incident and all that hangs off it, as somebody it is hidden from.

Every address is asked: what names the incident or its rows answers 404, and nowhere
does a word of it appear.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from incidents.models import Incident, ItemImport
from incidents.permissions import INCIDENT_LEADS, INCIDENT_VERBS
from postmortems.models import PostMortem, Report
from tests.addresses import Address, addresses
from tests.conftest import person
from tests.taken_back import taken_back

CANARY = "quetzalcoatlus"
PART_OF_CANARY = "etzalcoatlu"
# The model whose key stands in an address, by the beginning of the address's name.
HIDDEN = {
    "admin:incidents_incident_": "incident",
    "admin:incidents_actionitem_": "item",
    "admin:incidents_timelineevent_": "event",
    "admin:incidents_itemimport_": "import",
    "admin:postmortems_postmortem_": "postmortem",
    "admin:postmortems_report_": "report",
}
# These open with an incident's key, whatever they are named for.
BY_INCIDENT = {"admin:postmortems_postmortem_open"}


@pytest.fixture
def hidden(incident, lead, manager, noon) -> dict[str, object]:
    """An incident with a row of everything, each carrying the canary."""
    incident.amend({"title": (incident.title, CANARY)}, by=lead, at=noon)
    incident.amend({"summary": ("", CANARY)}, by=lead, at=noon)
    event = incident.note(f"{CANARY} seen", by=lead, at=noon)
    item = incident.add_item(title=f"Catch the {CANARY}", by=lead, at=noon)
    postmortem = PostMortem.open(incident, by=lead, at=noon)
    report = Report.objects.create(postmortem=postmortem, requested_by=lead)
    rows = f"title,incident\n{CANARY},{incident.reference}\n"
    names = {"name": f"{CANARY}.csv", "team": incident.team}
    file = ItemImport.upload(rows.encode(), **names, by=lead, at=noon)
    incident.restrict(True, by=manager, at=noon, reason=CANARY)
    return {
        "incident": incident,
        "event": event,
        "item": item,
        "postmortem": postmortem,
        "report": report,
        "import": file,
    }


@pytest.fixture
def stranger(other_team):
    """An incident lead of another team: may do a lot, but not see this."""
    return person("Stranger", INCIDENT_LEADS, other_team)


def named(address: Address) -> str:
    if address.name in BY_INCIDENT:
        return "incident"
    kinds = [kind for start, kind in HIDDEN.items() if address.name.startswith(start)]
    return kinds[0] if kinds and address.parameters else ""


def filled(address: Address, hidden: dict[str, object]) -> Iterator[str]:
    row = hidden[named(address)]
    keys = {p: row.pk for p in address.parameters if p not in {"verb", "step"}}
    if "verb" in address.parameters:
        for verb in INCIDENT_VERBS:
            yield address.fill(**keys, verb=verb)
    elif "step" in address.parameters:
        yield address.fill(**keys, step="publish")
    else:
        yield address.fill(**keys)


ALL = list(addresses())
ABOUT_ROWS = [each for each in ALL if named(each)]
PLAIN = [each for each in ALL if not each.parameters]


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_hidden_answers_as_if_it_did_not_exist(
    client_of, stranger, hidden, method
):
    assert len(ABOUT_ROWS) > 20

    for address in ABOUT_ROWS:
        browser = client_of(stranger)
        for path in filled(address, hidden):
            with taken_back():
                answer = getattr(browser, method)(path)

            # Where an address does not take the method at all, it tells everybody.
            assert answer.status_code in {404, 405}, path
            assert CANARY not in text_of(answer), path


def test_no_page_says_a_word_of_it(client_of, stranger, hidden):
    assert len(PLAIN) > 40

    for address in PLAIN:
        with taken_back():
            answer = client_of(stranger).get(address.fill(), follow=True)

        assert answer.status_code in {200, 403, 404, 405}, address
        assert CANARY not in text_of(answer), address


LISTS = [each for each in PLAIN if each.name.endswith("_changelist")]
LOOK_UPS = [
    {"q": PART_OF_CANARY},
    {"title__startswith": "q"},
    {"incident__title__startswith": "q"},
    {"postmortem__incident__title__startswith": "q"},
    {"incident__restricted__exact": "1"},
    {"o": "2"},
    {"all": ""},
    {"restricted": "true"},
]


def test_no_search_and_no_filter_finds_it(client_of, stranger, hidden):
    assert len(LISTS) > 10
    browser = client_of(stranger)

    for address, look_up in product(LISTS, LOOK_UPS):
        answer = browser.get(address.fill(), look_up, follow=True)

        # Look-ups that no list offers are a bad request, not an empty list; some
        # lists are for administrators alone.
        tried = address.name, look_up
        assert answer.status_code in {200, 400, 403}, tried
        assert CANARY not in text_of(answer), tried
        assert hidden["incident"].reference not in text_of(answer), tried


def test_no_autocomplete_offers_it(client_of, stranger, hidden):
    for model, field in (
        ("actionitem", "incident"),
        ("timelineevent", "incident"),
        ("incident", "duplicate_of"),
        ("link", "other"),
        ("postmortem", "incident"),
    ):
        answer = client_of(stranger).get(
            reverse("admin:autocomplete"),
            {
                "app_label": "postmortems" if model == "postmortem" else "incidents",
                "model_name": model,
                "field_name": field,
                "term": CANARY,
            },
        )
        assert CANARY not in answer.content.decode().lower()


def test_no_shortcut_leads_to_it(client_of, stranger, hidden):
    for row in hidden.values():
        kind = ContentType.objects.get_for_model(row)
        path = reverse("admin:view_on_site", args=[kind.pk, row.pk])
        answer = client_of(stranger).get(path, follow=True)
        assert answer.status_code == 404


def test_a_hidden_incident_cannot_be_named_as_the_original(
    client_of, stranger, hidden, severity, other_team, noon
):
    own = Incident.declare(
        title="Own", severity=severity, team=other_team, by=stranger, at=noon
    )

    answer = client_of(stranger).post(
        reverse("admin:incidents_incident_do", args=[own.pk, "close"]),
        {"reason": "duplicate", "duplicate_of": hidden["incident"].reference},
    )

    assert "that you can see" in answer.content.decode()
    assert CANARY not in text_of(answer)


def test_the_owner_of_an_item_sees_the_item_without_the_incident(
    client_of, stranger, hidden, lead, noon
):
    item = hidden["incident"].add_item(
        title="Rotate the keys", by=lead, at=noon, owner=stranger
    )

    page = client_of(stranger).get(item.get_absolute_url())
    listed = client_of(stranger).get(reverse("admin:incidents_actionitem_changelist"))

    assert page.status_code == 200
    for answer in (page, listed):
        assert "Rotate the keys" in answer.content.decode()
        assert hidden["incident"].reference in answer.content.decode()
        assert CANARY not in text_of(answer)


@pytest.mark.parametrize("who", ["lead", "manager", "administrator"])
def test_who_belongs_to_it_sees_it(client_of, request, hidden, who):
    user = request.getfixturevalue(who)

    page = client_of(user).get(hidden["incident"].get_absolute_url())

    assert page.status_code == 200
    assert CANARY in text_of(page)


def test_access_ends_with_the_role(client_of, hidden, lead, responder, manager, noon):
    incident = hidden["incident"]
    incident.assign_role("scribe", responder, by=lead, at=noon)
    assert client_of(responder).get(incident.get_absolute_url()).status_code == 200

    incident.assign_role("scribe", None, by=lead, at=noon, instead_of=responder)

    assert client_of(responder).get(incident.get_absolute_url()).status_code == 404


def text_of(answer) -> str:
    content = answer.content if not answer.streaming else b"".join(answer)
    return content.decode(errors="replace").lower()
