"""Declaring: what the team's playbook offers, explains, suggests and sets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident, Playbook, Service, Severity
from incidents.playbooks.presets import preset
from incidents.playbooks.schema.levels import CustomerRule

DECLARE = reverse("admin:incidents_incident_add")


def in_use(slug):
    """Publish a preset under its own name."""
    playbook, _new = Playbook.objects.get_or_create(slug=slug, defaults={"name": slug})
    playbook.publish(preset(slug), by=None, at=timezone.now())
    return playbook


@pytest.fixture
def browser(client_of, lead):
    return client_of(lead)


@pytest.fixture
def matrix_team(other_team):
    other_team.playbook = in_use("matrix")
    other_team.save()
    return other_team


@pytest.fixture
def posted(severity, team, at_noon):
    return {"title": "Login is slow", "severity": severity.pk, "team": team.pk}


def codes(page):
    return [card.severity.code for card in page.context["form"].cards]


def test_every_severity_is_explained_before_it_is_picked(browser, at_noon):
    page = browser.get(DECLARE)

    assert codes(page) == ["P1", "P2", "P3", "P4"]
    for text in (
        "Most users cannot do what they came for",
        "Name a lead, and somebody for communications.",
        "Customers must be told once it takes longer than 1 h.",
        "It is kept as a ticket",
        "The team lead is called",
        "unless mitigated",
    ):
        assert text in page.text


def test_who_needs_a_post_mortem_is_told_and_that_a_drill_needs_none(browser, at_noon):
    page = browser.get(DECLARE).text

    assert "Post-mortem: Every P1 needs one. A drill needs none." in page
    assert page.count("A drill needs none.") == 2  # and not for tickets


def test_the_clocks_are_named_with_rule_and_time(browser, at_noon):
    worst = browser.get(DECLARE).context["form"].cards[0]

    assert [(each.label, each.rule, each.due) for each in worst.promises] == [
        ("Respond", "15 min", "12:15 UTC"),
        ("Resolve", "4 h", "16:00 UTC"),
        ("Update to the team", "every 30 min", "12:30 UTC"),
        ("Update to customers", "30 min, then 1 h", "12:30 UTC"),
    ]


def test_another_team_brings_its_own_severities(browser, matrix_team, at_noon):
    asked = {"look": "team", "team": matrix_team.pk, "title": "Typed already"}

    page = browser.post(DECLARE, asked)
    part = browser.post(DECLARE, asked, headers={"HX-Request": "true"})

    for answer in (page, part):
        assert answer.status_code == 200
        assert "Major degradation" in answer.text
    assert 'value="Typed already"' in page.text
    assert "<html" in page.text
    assert "<html" not in part.text
    assert not Incident.objects.exists()


def test_looking_again_keeps_what_was_typed(browser, posted, service):
    page = browser.post(
        DECLARE, posted | {"look": "team", "services": [service.pk], "since": "11:40"}
    )

    assert 'value="11:40"' in page.text
    assert page.text.count(" checked") == 2
    assert "errorlist" not in page.text


def test_a_severity_of_another_playbook_is_refused_kindly(browser, posted, matrix_team):
    page = browser.post(DECLARE, posted | {"team": matrix_team.pk})

    assert page.status_code == 422
    assert "this team works by another playbook" in page.text
    assert not Incident.objects.exists()


def test_a_team_works_by_its_own_playbook(browser, posted, matrix_team):
    own = Severity.objects.get(playbook__slug="matrix", code="P4")

    browser.post(DECLARE, posted | {"team": matrix_team.pk, "severity": own.pk})

    incident = Incident.objects.get()
    assert incident.playbook_version.playbook.slug == "matrix"
    assert incident.tracking == "ticket"


def test_a_severity_that_was_dropped_is_not_offered(browser, severity, at_noon):
    document = severity.playbook.current.content
    fewer = document.model_copy(
        update={"severities": document.severities[:3], "triage": None, "ladder": ()}
    )
    severity.playbook.publish(fewer, by=None, at=at_noon)

    assert codes(browser.get(DECLARE)) == ["P1", "P2", "P3"]


def test_without_a_playbook_it_says_what_to_do(browser, at_noon):
    Playbook.objects.update(retired_at=at_noon)

    page = browser.get(DECLARE)
    answer = browser.post(DECLARE, {"title": "Out", "team": "1", "severity": "1"})

    assert "No playbook can be used here" in page.text
    assert answer.status_code == 422


def triage(severity, **answers):
    version = severity.playbook.current
    given = {f"triage-{name}": value for name, value in answers.items()}
    return {"triage-asked_by": version.pk} | given


def test_the_triage_suggests_and_says_why(browser, posted, severity):
    asked = posted | {"severity": "", "look": "suggest"}

    page = browser.post(DECLARE, asked | triage(severity, q1="many", f0="6"))

    form = page.context["form"]
    assert (form.suggestion.severity, form.picked) == ("P2", "P2")
    assert "This speaks for P2." in page.text
    assert "Many users are affected." in page.text
    assert "error rate 6 %" in page.text


def test_a_suggestion_does_not_overrule_what_was_picked(browser, posted, severity):
    asked = posted | {"look": "suggest"} | triage(severity, q1="few")

    page = browser.post(DECLARE, asked)

    assert page.context["form"].picked == "P1"
    assert "You have picked P1; it is your decision." in page.text


def test_the_suggestion_is_taken_with_one_press(browser, posted, severity):
    asked = posted | triage(severity, q1="few")

    offered = browser.post(DECLARE, asked | {"look": "suggest"})
    taken = browser.post(DECLARE, asked | {"look": "take"})

    assert ">Take P3</button>" in offered.text
    assert taken.context["form"].picked == "P3"
    assert ">Take P3</button>" not in taken.text
    assert not Incident.objects.exists()


def test_taking_a_suggestion_that_is_none_changes_nothing(browser, posted, severity):
    page = browser.post(DECLARE, posted | {"look": "take"} | triage(severity))

    assert page.context["form"].picked == "P1"


def test_a_drill_is_declared_as_one(browser, posted):
    looked = browser.post(DECLARE, posted | {"is_drill": "on", "look": "team"})
    browser.post(DECLARE, posted | {"is_drill": "on"})

    assert looked.text.count(" checked") == 2
    assert Incident.objects.get().is_drill


def test_services_are_sorted_as_people_sort(browser, team, at_noon):
    for name in ("Zoo", "apex", "Mail"):
        Service.objects.create(name=name, team=team)

    form = browser.get(DECLARE).context["form"]

    assert [str(each) for each in form.fields["services"].queryset] == [
        "apex",
        "Mail",
        "Zoo",
    ]


def test_what_customers_are_told_says_that_it_is_about_them(browser, severity, at_noon):
    document = severity.playbook.current.content
    rule = CustomerRule(rule="not_needed", text="Typically not needed.")
    worst, *others = document.severities
    quiet = worst.model_copy(update={"customers": rule})
    changed = document.model_copy(update={"severities": (quiet, *others)})
    severity.playbook.publish(changed, by=None, at=at_noon)

    assert "Telling customers: Typically not needed." in browser.get(DECLARE).text


def test_without_an_answer_it_asks_for_one(browser, posted, severity):
    page = browser.post(DECLARE, posted | {"look": "suggest"} | triage(severity))

    assert "Nothing speaks for a severity yet." in page.text


def test_answers_fill_the_record(browser, posted, severity):
    answers = {"t0": "Log-in", "q1": "many", "q2": "suspected", "q4": "worse"}

    browser.post(DECLARE, posted | triage(severity, **answers))

    incident = Incident.objects.get()
    assert incident.features_affected == "Log-in"
    assert (incident.users_reach, incident.data_loss) == ("many", "suspected")
    assert incident.impact_trend == "worse"


@pytest.mark.parametrize("value", ["a lot", "-1", "nan", "1e99"])
def test_a_figure_that_is_none_is_asked_again(browser, posted, severity, value):
    page = browser.post(DECLARE, posted | triage(severity, f0=value))

    assert page.status_code == 422
    assert "An answer of the triage cannot be read" in page.text
    assert not Incident.objects.exists()


def test_answers_to_another_playbook_are_dropped(browser, posted, severity):
    answers = triage(severity, q1="many") | {"triage-asked_by": "999"}

    browser.post(DECLARE, posted | answers)

    assert Incident.objects.get().users_reach == ""


def test_what_began_long_ago_is_asked_about(browser, posted):
    late = posted | {"since": "2026-11-20 09:00"}

    page = browser.post(DECLARE, late)

    assert page.status_code == 422
    assert "It began more than 12 h ago, so it will be kept as a record." in page.text
    assert "It is still going on: run the clocks." in page.text


@pytest.mark.parametrize(
    ("answer", "is_record", "told"),
    [
        ("record", True, "is recorded: no clock runs, and nobody is told."),
        ("running", False, "is declared. You lead it."),
    ],
)
def test_whether_it_is_a_record_is_the_persons_word(
    browser, posted, answer, is_record, told
):
    late = posted | {"since": "2026-11-20 09:00", "afterwards": answer}

    page = browser.post(DECLARE, late, follow=True)

    incident = Incident.objects.get()
    assert f"{incident.reference} {told}" in page.text
    assert incident.is_record is is_record
    assert incident.deadlines.filter(kind="respond").exists() is not is_record


def test_a_present_incident_is_no_record_whatever_is_sent(browser, posted):
    browser.post(DECLARE, posted | {"since": "11:00", "afterwards": "record"})

    incident = Incident.objects.get()
    assert not incident.is_record
    assert incident.declared_at - incident.started_at == timedelta(hours=1)


def test_only_who_may_declare_looks(client_of, viewer, posted):
    answer = client_of(viewer).post(DECLARE, posted | {"look": "team"})

    assert answer.status_code == 404


def test_the_form_costs_the_same_with_many_playbooks(browser, at_noon):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(DECLARE)
        return len(queries)

    cost()
    one = cost()
    for slug in ("matrix", "oncall", "cadence"):
        in_use(slug)

    assert cost() == one <= 12
