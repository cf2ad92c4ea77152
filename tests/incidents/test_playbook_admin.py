"""The page of a playbook: all it says, who lives by it, and its retirement."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from incidents.choices import BoundKind
from incidents.models import Binding, Contact, Incident, Playbook, Team
from incidents.playbook_page import SECTIONS, Book, review_is_past
from incidents.playbooks.presets import PRESETS, preset
from incidents.playbooks.schema import PlaybookDocument, plain


def address(name, *args):
    return reverse(f"admin:incidents_playbook_{name}", args=args)


@pytest.fixture
def playbook(db) -> Playbook:
    return Playbook.objects.get()


def loaded(code) -> Playbook:
    """Publish a preset under another name than the one that is there."""
    document = preset(code)
    made = Playbook.objects.create(slug=f"our-{code}", name=document.name)
    made.publish(document, by=None, at=timezone.now())
    return made


def texts(part):
    """Give every sentence of a document; codes and choices are printed otherwise."""
    found = part.values() if isinstance(part, dict) else part
    for each in found:
        if isinstance(each, dict | list):
            yield from texts(each)
        elif isinstance(each, str) and " " in each and "{" not in each:
            yield each


@pytest.mark.parametrize("code", PRESETS)
def test_every_sentence_of_a_preset_stands_on_its_page(client_of, viewer, code):
    page = client_of(viewer).get(address("change", loaded(code).pk))

    shown = " ".join(page.text.split())
    said = texts(preset(code).model_dump(mode="json"))
    escaped = {each: escape(" ".join(each.split())) for each in said}
    assert [each for each, text in escaped.items() if text not in shown] == []


def test_nothing_empty_is_shown(client_of, viewer, playbook):
    levels = [
        {"code": "S1", "name": "Bad", "definition": "It is bad.", "badge": "red"},
    ]
    bare = {"name": "Bare", "severities": levels, "roles": [], "statuses": []}
    bare["roles"] = [{"code": "lead", "name": "Lead", "leads": True}]
    bare["statuses"] = [{"code": "open", "label": "Open"}]
    document = PlaybookDocument.model_validate(bare)

    shown = [section.code for section in Book(document).sections]

    assert shown == ["levels", "roles", "record", "postmortem", "items"]
    assert len(SECTIONS) > 20


def parts_of(page):
    """Give the parts of a page by their anchors, each as it is written."""
    parts = page.text.split('<div class="part-body" id="')[1:]
    return {part.partition('"')[0]: part for part in parts}


def test_how_it_is_noticed_and_why_it_happens_are_parts_of_their_own(client_of, viewer):
    document, made = preset("command"), loaded("command")

    parts = parts_of(client_of(viewer).get(address("change", made.pk)))

    source, cause = document.sources[0].label, document.causes[0].label
    assert f"<h3>{source}</h3>" in parts["sources"]
    assert f"<h3>{cause}</h3>" in parts["causes"]
    assert f"<h3>{cause}</h3>" not in parts["sources"]


def test_every_option_of_a_runbook_has_a_heading(client_of, viewer):
    made = loaded("cadence")

    shown = parts_of(client_of(viewer).get(address("change", made.pk)))["runbooks"]

    options = [each for book in preset("cadence").runbooks for each in book.options]
    heads = [each.title for each in options if f"<h5>{each.title}" in shown]
    assert heads == [each.title for each in options]


def test_only_an_address_is_a_link(client_of, viewer, playbook):
    parts = plain(preset("command"))
    steps = [
        {"text": "Look there.", "link": "https://logs.example.com/"},
        {"text": "And there.", "link": "Log dashboard"},
        {"text": "Never there.", "link": "javascript:alert(1)"},
    ]
    parts["checklists"][0]["steps"] = steps
    document = PlaybookDocument.model_validate(parts)
    playbook.publish(document, by=None, at=timezone.now())

    page = client_of(viewer).get(address("change", playbook.pk)).text

    url = "https://logs.example.com/"
    assert f'<a href="{url}" rel="noreferrer">{url} ↗</a>' in page
    assert "look at: Log dashboard" in page
    assert page.count("↗") == 1
    assert 'href="javascript' not in page


def test_a_message_is_previewed_at_a_severity_of_the_playbook(client_of, viewer):
    page = client_of(viewer).get(address("change", loaded("command").pk)).text

    assert "INCIDENT DECLARED: SEV-1" in page
    assert "P1 Critical" not in page


def test_the_contents_are_a_step_away_from_everywhere(client_of, viewer, playbook):
    page = client_of(viewer).get(address("change", playbook.pk)).text

    assert 'id="contents"' in page
    assert 'href="#contents"' in page


def test_everybody_reads_and_managers_write(client_of, viewer, manager, playbook):
    read = client_of(viewer).get(address("change", playbook.pk))
    written = client_of(manager).get(address("change", playbook.pk))

    for text in ("P1 Critical", "The whole site or a payment path is down."):
        assert text in read.text
    assert "Write the next version" not in read.text
    assert "Write the next version" in written.text


@pytest.mark.parametrize("name", ["publish", "retire"])
def test_what_changes_it_is_not_there_for_readers(client_of, lead, playbook, name):
    path = address(name, playbook.pk)

    answers = [client_of(lead).get(path), client_of(lead).post(path, {})]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_only_incidents_that_the_reader_sees_are_counted(
    client_of, viewer, administrator, manager, playbook, incident, at_noon, other_team
):
    hidden = Incident.declare(
        title="Payroll",
        severity=incident.severity,
        team=other_team,
        by=administrator,
        at=at_noon,
    )
    hidden.restrict(True, by=administrator, at=at_noon, reason="Personal data")

    read = client_of(viewer).get(address("change", playbook.pk))
    overseen = client_of(administrator).get(address("change", playbook.pk))

    assert "1 running incident<" in read.text
    assert "Payroll" not in read.text
    assert incident.get_absolute_url() in read.text
    assert "2 running incidents" in overseen.text


def test_what_a_document_says_is_never_markup(client_of, viewer):
    hostile = "<script>alert(1)</script> {{ settings }}"
    document = preset("default").model_copy(update={"summary": hostile})
    made = Playbook.objects.create(slug="hostile", name=hostile)
    made.publish(document, by=None, at=timezone.now(), note=hostile)

    for name in ("change", "versions", "explain"):
        page = client_of(viewer).get(address(name, made.pk))

        assert "<script>alert" not in page.text


def test_a_newer_version_is_a_step_away_from_each_incident(
    client_of, viewer, lead, playbook, incident
):
    newer = preset("default").model_copy(update={"summary": "Newer."})
    playbook.publish(newer, by=None, at=timezone.now())
    path = reverse("admin:incidents_incident_do", args=[incident.pk, "apply_playbook"])

    led = client_of(lead).get(address("change", playbook.pk))
    read = client_of(viewer).get(address("change", playbook.pk))

    assert path in led.text
    assert path not in read.text


def test_names_nobody_stands_behind_are_listed_for_each_team(
    client_of, viewer, team, playbook
):
    contact = Contact.objects.create(name="Rota", kind="rota")
    role = playbook.current.content.leading_role
    kind = BoundKind.ROLE
    Binding.objects.create(team=team, kind=kind, code=role.code, contact=contact)

    page = client_of(viewer).get(address("change", playbook.pk))

    (found,) = page.context["teams"]
    assert found[0] == team
    assert role.code not in [each.code for each in found[1] if each.kind == kind]
    assert "names nobody stands behind" in page.text


def test_a_review_that_is_past_is_warned_of():
    document = preset("cadence")

    assert review_is_past(document, date(2025, 3, 2))
    assert not review_is_past(document, date(2025, 3, 1))
    assert not review_is_past(preset("matrix"), date(2026, 1, 1))


def test_the_page_costs_the_same_however_much_uses_it(
    client_of, viewer, playbook, incident, team, at_noon, django_assert_num_queries
):
    browser, path = client_of(viewer), address("change", playbook.pk)
    browser.get(path)
    with django_assert_num_queries(12) as few:
        browser.get(path)
    for number in range(5):
        Team.objects.create(name=f"Team {number}", playbook=playbook)
        Incident.declare(
            title="Again",
            severity=incident.severity,
            team=team,
            by=incident.lead,
            at=at_noon,
        )

    with django_assert_num_queries(len(few)):
        browser.get(path)


def test_retiring_keeps_it_and_offers_it_no_longer(client_of, manager, playbook, team):
    other = loaded("matrix")
    team.playbook = other
    team.save()
    browser = client_of(manager)

    asked = browser.get(address("retire", other.pk))
    browser.post(address("retire", other.pk), {"retire": "1"}, follow=True)

    other.refresh_from_db()
    assert team.name in asked.text
    assert other.retired_at is not None
    assert list(Playbook.in_use()) == [playbook]
    declaring = browser.get(reverse("admin:incidents_incident_add"))
    assert "Complete outage" not in declaring.text


def test_what_was_retired_is_brought_back(client_of, manager):
    other = loaded("matrix")
    other.retire(at=datetime(2026, 1, 1, tzinfo=UTC))

    client_of(manager).post(address("retire", other.pk), {"bring_back": "1"})

    other.refresh_from_db()
    assert other.retired_at is None


def test_the_last_playbook_in_use_stays(client_of, manager, playbook):
    page = client_of(manager).post(
        address("retire", playbook.pk), {"retire": "1"}, follow=True
    )

    playbook.refresh_from_db()
    assert "the only playbook in use" in page.text
    assert playbook.retired_at is None
