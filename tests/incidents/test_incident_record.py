from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from incidents.changes import Refused
from incidents.models import Incident, Playbook, Severity, TimelineEvent
from incidents.playbooks.schema import PlaybookDocument, Role

HOUR = timedelta(hours=1)


def test_an_entry_is_text_of_a_kind_people_write(incident, lead, at_noon):
    with pytest.raises(Refused) as refusal:
        incident.note("  ", kind="severity", by=lead, at=at_noon)

    assert [blocker.field for blocker in refusal.value.blockers][:2] == ["text", "kind"]


def test_an_entry_may_be_corrected_and_its_history_kept(incident, lead, at_noon):
    entry = incident.note("Rolled back", by=lead, at=at_noon)

    entry.correct(by=lead, was={"text": "Rolled back"}, text="Rolled back 4f2")

    assert TimelineEvent.objects.get(verb="").text == "Rolled back 4f2"
    assert [each.text for each in entry.history.all()] == [
        "Rolled back 4f2",
        "Rolled back",
    ]


def test_what_the_system_wrote_is_not_edited(incident, lead):
    event = incident.timeline.get()

    with pytest.raises(Refused, match="cannot be edited"):
        event.correct(by=lead, was={"text": event.text}, text="It never happened")


def test_an_entry_changed_meanwhile_shows_what_it_says_now(incident, lead, at_noon):
    entry = incident.note("First", by=lead, at=at_noon)
    entry.correct(by=lead, was={"text": "First"}, text="Second")

    with pytest.raises(Refused, match="it now says: Second"):
        entry.correct(by=lead, was={"text": "First"}, text="Third")


def test_a_severity_of_the_same_playbook_is_moved_to(incident, lead, at_noon):
    lower = Severity.objects.get(code="P3")

    incident.change_severity(lower, by=lead, at=at_noon, because="One user only")

    event = incident.timeline.first()
    assert event.text == "Severity: P1 → P3: One user only"
    assert event.facts == {"was": "P1", "now": "P3"}


def test_a_severity_of_another_playbook_is_refused(incident, lead, at_noon):
    other = Playbook.objects.create(slug="other", name="Other")
    level = {"code": "S1", "name": "Bad", "definition": "Bad.", "badge": "red"}
    document = PlaybookDocument.model_validate({"name": "Ours", "severities": [level]})
    other.publish(document, by=lead, at=at_noon)

    with pytest.raises(Refused, match="another playbook"):
        incident.change_severity(Severity.objects.get(code="S1"), by=lead, at=at_noon)


def test_publishing_the_same_document_twice_makes_one_version(severity, lead, at_noon):
    playbook = severity.playbook

    again = playbook.publish(playbook.current.content, by=lead, at=at_noon)

    assert (again.number, playbook.versions.count()) == (1, 1)


def test_a_running_incident_keeps_its_playbook_version(incident, lead, at_noon):
    playbook = incident.playbook_version.playbook
    document = playbook.current.content
    silent = document.action_items.model_copy(update={"priorities": ()})
    shorter = document.model_copy(update={"action_items": silent})

    playbook.publish(shorter, by=lead, at=at_noon)

    assert playbook.current.number == 2
    assert incident.due_date_for(0, at_noon) is not None


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("detected", {}, "Give the time, or say why"),
        ("declared", {"when": HOUR}, "recorded by themselves"),
        ("resolved", {"when": HOUR}, "resolve it instead"),
        ("resolved", {"unknown_because": "Lost"}, "needs the time"),
        ("impact", {"when": HOUR}, "not a time"),
        ("lunch", {"when": HOUR}, "no such milestone"),
        ("started", {"when": -HOUR}, "lies in the future"),
    ],
)
def test_a_milestone_is_a_time_or_a_reason(
    incident, lead, at_noon, name, given, reason
):
    if "when" in given:
        given = {"when": at_noon - given["when"]}

    with pytest.raises(Refused, match=reason):
        incident.record_milestone(name, by=lead, at=at_noon, **given)


def test_what_turns_out_to_be_known_is_no_longer_unknown(incident, lead, at_noon):
    incident.record_milestone(
        "detected", unknown_because="No alert", by=lead, at=at_noon
    )
    assert incident.unknown == {"detected": "No alert"}

    incident.record_milestone("detected", when=at_noon, by=lead, at=at_noon)

    assert Incident.objects.get().unknown == {}


def test_the_record_is_amended_field_by_field(incident, lead, service, at_noon):
    incident.amend(
        {
            "services": (set(), {service}),
            "users_percent": (None, Decimal("3.5")),
            "title": (incident.title, incident.title),
        },
        by=lead,
        at=at_noon,
    )

    stored = Incident.objects.get()
    assert list(stored.services.all()) == [service]
    assert stored.timeline.first().text in {
        "Record edited: services, per cent of users affected",
        "Record edited: per cent of users affected, services",
    }


def test_amending_nothing_writes_nothing(incident, lead, at_noon):
    incident.amend({"title": (incident.title, incident.title)}, by=lead, at=at_noon)

    assert incident.timeline.count() == 1


def test_a_status_is_not_amended(incident, lead, at_noon):
    with pytest.raises(ValueError, match="verb of its own"):
        incident.amend({"status": ("open", "resolved")}, by=lead, at=at_noon)


def test_a_refused_amendment_saves_none_of_its_fields(incident, lead, service, at_noon):
    with pytest.raises(Refused, match="not both"):
        incident.amend(
            {
                "services": (set(), {service}),
                "users_affected": (None, 5),
                "users_percent": (None, Decimal(5)),
            },
            by=lead,
            at=at_noon,
        )

    assert not Incident.objects.get().services.exists()


def test_a_deactivated_person_is_given_no_role(incident, lead, at_noon):
    gone = User.objects.create(username="gone@debrief.example", is_active=False)

    with pytest.raises(Refused, match="is deactivated"):
        incident.assign_role("scribe", gone, by=lead, at=at_noon)


def test_a_link_leads_somewhere(incident, lead, at_noon):
    with pytest.raises(Refused, match="another incident or to an address"):
        incident.add_link(by=lead, at=at_noon)

    incident.add_link(
        by=lead, at=at_noon, url="https://example.com/d/1", label="Dashboard"
    )

    assert incident.timeline.first().text == "Link: Dashboard"


def test_a_text_that_is_too_long_is_refused(incident, lead, at_noon):
    with pytest.raises(Refused, match="at most 10,000 characters"):
        incident.note("x" * 10_001, by=lead, at=at_noon)


def test_a_role_given_for_an_earlier_time_begins_when_the_other_ended(
    incident, lead, responder, at_noon
):
    earlier = at_noon - HOUR
    incident.assign_role("scribe", lead, by=lead, at=at_noon)

    incident.assign_role("scribe", responder, by=lead, at=earlier, instead_of=lead)

    first, second = incident.roles.filter(role="scribe").order_by("pk")
    assert first.left_at == second.held_at == at_noon


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_playbook_holds_only_what_can_be_stored(text):
    level = {"code": "S1", "name": "Bad", "definition": text, "badge": "red"}

    with pytest.raises(ValueError, match="cannot be stored"):
        PlaybookDocument.model_validate({"name": "Ours", "severities": [level]})


def test_a_role_of_an_earlier_version_can_be_given_up(incident, lead, at_noon):
    playbook = incident.playbook_version.playbook
    captain = Role(code="captain", name="Captain", leads=True)
    roles = {"roles": (captain,)}
    newer = playbook.current.content.model_copy(update=roles)
    version = playbook.publish(newer, by=lead, at=at_noon)
    incident.apply_playbook(version, by=lead, at=at_noon)

    incident.assign_role("lead", None, by=lead, at=at_noon, instead_of=lead)

    assert not incident.roles.current().filter(role="lead").exists()
