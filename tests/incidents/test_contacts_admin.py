"""Contacts, and the page on which a team binds its playbook's codes to them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Binding, Contact

ADD = reverse("admin:incidents_contact_add")
LIST = reverse("admin:incidents_contact_changelist")
ROUTES = [{"medium": "phone", "address": "+49 30 555 010"}]


@pytest.fixture
def desk(db) -> Contact:
    return Contact.objects.create(name="Service desk", kind="list", routes=ROUTES)


@pytest.fixture
def lara(db) -> Contact:
    return Contact.objects.create(name="Lara", kind="person", routes=ROUTES)


def page_of(contact, name="change"):
    return reverse(f"admin:incidents_contact_{name}", args=[contact.pk])


def bindings_of(team):
    return reverse("admin:incidents_team_bindings", args=[team.pk])


def told(routes):
    return {"name": "Rota", "kind": "rota", "routes": routes}


def test_a_manager_writes_down_how_a_rota_is_reached(client_of, manager):
    routes = "pager: platform-primary\r\n\r\nE-Mail: rota@debrief.example"

    answer = client_of(manager).post(ADD, told(routes))

    assert answer.status_code == 302
    assert Contact.objects.get().routes == [
        {"medium": "pager", "address": "platform-primary"},
        {"medium": "email", "address": "rota@debrief.example"},
    ]


@pytest.mark.parametrize(
    ("routes", "sentence"),
    [
        ("fax: 030 555", "Line 1: “fax: 030 555” begins with no medium."),
        ("phone: 555 010\njust words", "Line 2: “just words” begins with no medium."),
        ("\n\nemail:", "Line 3: the address after “email:” is missing."),
        ("email: desk", "Line 1: “desk” is no e-mail address like"),
        ("Ada <a@b.example>", "write it alone, without a name, one a line."),
        ("phone: call me", "Line 1: “call me” is no number like"),
        ("url: javascript:alert(1)", "Line 1: “javascript:alert(1)” is no address"),
        ("chat: " + "x" * 321, "Line 1: an address has at most 320"),
        ("chat: a\0b", "Line 1: an address has at most 320 plain characters."),
        ("chat: #a\n" * 21, "Write at most 20 ways"),
        ("", "Choose a person, or write how it is reached."),
    ],
)
def test_a_line_that_cannot_be_read_is_named(client_of, manager, routes, sentence):
    answer = client_of(manager).post(ADD, told(routes))

    assert sentence in answer.text
    assert not Contact.objects.exists()


def test_every_line_that_is_wrong_is_named_at_once(client_of, manager):
    answer = client_of(manager).post(ADD, told("fax: 1\nphone: 555\nfax: 2"))

    assert "Line 1:" in answer.text
    assert "Line 3:" in answer.text
    assert "fax: 1\nphone: 555\nfax: 2" in answer.text


def test_a_person_who_works_here_needs_no_other_address(client_of, manager, lead):
    posted = {"name": "Leo", "kind": "person", "user": lead.pk, "routes": ""}

    client_of(manager).post(ADD, posted)

    assert Contact.objects.get().user == lead


def test_a_change_is_kept_in_the_history(client_of, manager, desk):
    shown = {f"initial-{k}": v for k, v in told("phone: +49 30 555 010").items()}
    shown |= {"initial-name": desk.name, "initial-kind": desk.kind}
    posted = {"name": desk.name, "kind": desk.kind, "routes": "phone: 555 011"}
    browser = client_of(manager)

    browser.post(page_of(desk), shown | posted)

    page = browser.get(page_of(desk, "history"))
    assert "phone: +49 30 555 010" in page.text
    assert "phone: 555 011" in page.text


@pytest.mark.parametrize("who", ["viewer", "responder", "lead"])
def test_others_read_contacts_and_change_none(request, client_of, desk, who):
    browser = client_of(request.getfixturevalue(who))

    assert browser.post(ADD, told("phone: 555")).status_code == 403
    assert browser.post(page_of(desk), told("phone: 555")).status_code == 403
    assert "phone: +49 30 555 010" in browser.get(page_of(desk)).text


def test_addresses_of_people_are_for_those_who_keep_contacts(
    client_of, responder, manager, lara
):
    lara.routes = [{"medium": "phone", "address": "+49 30 555 999"}]
    lara.save()

    for address in (LIST, page_of(lara), page_of(lara, "history")):
        assert "555" not in client_of(responder).get(address).text
    assert "555 999" in client_of(manager).get(page_of(lara)).text


def test_the_list_costs_the_same_for_many_contacts(client_of, viewer, lead):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        return len(queries)

    Contact.objects.create(name="One", kind="person", user=lead)
    browser = client_of(viewer)
    few = cost()
    for number in range(20):
        Contact.objects.create(name=f"No. {number}", kind="person", user=lead)

    assert cost() <= few


def test_a_manager_binds_several_codes_at_once(client_of, manager, team, desk, lara):
    chosen = {"role-on_call": desk.pk, "audience-customers": lara.pk, "role-lead": ""}

    answer = client_of(manager).post(bindings_of(team), chosen, follow=True)

    bound = {(row.kind, row.code, row.contact) for row in team.bindings.all()}
    assert bound == {("role", "on_call", desk), ("audience", "customers", lara)}
    assert "2 bindings are saved." in answer.text


def test_a_binding_is_changed_and_taken_away(client_of, manager, team, desk, lara):
    for code in ("on_call", "manager"):
        Binding.objects.create(team=team, kind="role", code=code, contact=desk)
    shown = {f"initial-role-{code}": desk.pk for code in ("on_call", "manager")}

    client_of(manager).post(
        bindings_of(team), shown | {"role-on_call": lara.pk, "role-manager": ""}
    )

    assert [(row.code, row.contact) for row in team.bindings.all()] == [
        ("on_call", lara)
    ]


def test_what_somebody_else_bound_meanwhile_is_not_overwritten(
    client_of, manager, team, desk, lara
):
    Binding.objects.create(team=team, kind="role", code="on_call", contact=desk)
    posted = {"initial-role-on_call": "", "role-on_call": lara.pk}

    answer = client_of(manager).post(bindings_of(team), posted)

    assert answer.status_code == 422
    assert "It was changed meanwhile and now is: Service desk" in answer.text
    assert team.bindings.get().contact == desk


def test_a_code_left_as_it_was_shown_stays_what_others_made_of_it(
    client_of, manager, team, desk, lara
):
    Binding.objects.create(team=team, kind="role", code="on_call", contact=desk)
    posted = {"initial-role-on_call": "", "role-on_call": "", "role-lead": lara.pk}

    client_of(manager).post(bindings_of(team), posted)

    assert {row.code: row.contact for row in team.bindings.all()} == {
        "on_call": desk,
        "lead": lara,
    }


@pytest.mark.parametrize("forged", ["x", "0", "9" * 30])
def test_a_contact_that_does_not_exist_is_refused(client_of, manager, team, forged):
    answer = client_of(manager).post(bindings_of(team), {"role-on_call": forged})

    assert answer.status_code == 422
    assert not Binding.objects.exists()


def test_what_is_unbound_comes_first(client_of, manager, team, desk):
    Binding.objects.create(team=team, kind="role", code="lead", contact=desk)

    page = client_of(manager).get(bindings_of(team)).text

    assert page.index("not bound yet") < page.index("Role: Manager")
    assert page.index("Role: Manager") < page.index("Role: Lead")


def test_only_who_keeps_the_team_binds(
    client_of, viewer, lead, manager, team, other_team, desk
):
    Binding.objects.create(team=team, kind="role", code="lead", contact=desk)
    posted = {"role-on_call": desk.pk}

    for person, its_team in ((viewer, team), (lead, team), (manager, other_team)):
        answer = client_of(person).post(bindings_of(its_team), posted)
        page = client_of(person).get(bindings_of(its_team))
        assert (answer.status_code, page.status_code) == (403, 200)
        assert "<select" not in page.text.partition('id="content"')[2]
    assert "Service desk" in client_of(viewer).get(bindings_of(team)).text
    assert Binding.objects.count() == 1


def test_a_team_that_does_not_exist_has_no_bindings(client_of, manager):
    address = reverse("admin:incidents_team_bindings", args=[987_654])

    assert client_of(manager).get(address).status_code == 404


def test_the_page_costs_the_same_for_many_contacts(client_of, manager, team):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(bindings_of(team))
        return len(queries)

    browser = client_of(manager)
    few = cost()
    for code in ("lead", "on_call", "manager", "team_lead"):
        contact = Contact.objects.create(name=code, kind="rota", routes=ROUTES)
        Binding.objects.create(team=team, kind="role", code=code, contact=contact)

    assert cost() <= few


def test_the_page_of_a_team_says_who_is_missing(client_of, viewer, team, desk):
    Binding.objects.create(team=team, kind="role", code="on_call", contact=desk)
    address = reverse("admin:incidents_team_change", args=[team.pk])

    page = client_of(viewer).get(address).text

    missing = page.partition("Not bound yet")[2].partition("</dd>")[0]
    assert "Team lead" in missing
    assert "On call" not in missing
    assert bindings_of(team) in page


def test_the_page_of_a_playbook_leads_to_the_bindings_of_its_teams(
    client_of, viewer, team, severity
):
    team.playbook = severity.playbook
    team.save()
    address = reverse("admin:incidents_playbook_change", args=[severity.playbook_id])

    assert bindings_of(team) in client_of(viewer).get(address).text
