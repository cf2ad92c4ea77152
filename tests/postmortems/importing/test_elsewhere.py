"""Our own Markdown where the people, the team and the services of it are not known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents.models import Incident, Message, Notification, Service, Team
from postmortems.drafting import snapshot_of
from postmortems.importing import Choices
from postmortems.importing.words import words_of_rows
from postmortems.markdown_in.inline import tokens
from postmortems.markdown_out import markdown_of
from postmortems.models import Finding, Meeting, PostMortem

from .compared import told
from .hand import brought_in


@pytest.fixture
def full(written, lead, responder, service, at_noon):
    """A write-up with whatever the record may have beside its text."""
    incident = written.incident
    incident.services.add(service)
    incident.add_link(url="https://wiki.example/x", label="Wiki", by=lead, at=at_noon)
    incident.add_item(title="Watch it", owner=responder, by=lead, at=at_noon)
    event = incident.note("Told customers", by=lead, at=at_noon)
    Message.objects.create(
        incident=incident, event=event, audience="customers", subject="We are sorry",
        body="Orders work again.", sent_at=at_noon, sent_by=lead,
    )  # fmt: skip
    meeting = Meeting.objects.create(
        postmortem=written, starts_at=at_noon + timedelta(days=2), place="Room 4",
        guests="Somebody Outside", uid="x", called_by=lead,
    )  # fmt: skip
    meeting.attendees.add(responder)
    return written


def moved_away(postmortem):
    """Let its reference be free, as if it were another database."""
    Incident.objects.filter(pk=postmortem.incident_id).update(reference="X-1")


def test_what_the_record_says_besides_comes_back(full, lead, team, at_noon):
    before = snapshot_of(full)
    moved_away(full)

    here = brought_in(markdown_of(before), Choices(team), lead, at_noon)

    # It is a record now, which nobody promised anything.
    assert told(snapshot_of(here), {"promises"}) == told(before, {"promises"})
    assert not Notification.objects.filter(incident=here.incident).exists()


def test_names_that_nobody_has_here_stay_as_words(full, administrator, at_noon):
    text = markdown_of(snapshot_of(full))
    moved_away(full)
    User.objects.exclude(pk=administrator.pk).update(first_name="Gone", last_name="")
    Service.objects.update(name="Another")
    other = Team.objects.create(name="Elsewhere")

    here = brought_in(text, Choices(other), administrator, at_noon)

    words = words_of_rows(here)
    assert {each.author for each in snapshot_of(here).timeline} == {"Lead"}
    assert here.author == administrator
    assert here.incident.items.get().owner is None
    assert "Owner: Responder" in here.incident.items.get().details
    assert not tokens("Checkout Lead Platform P1") - words


def test_a_restricted_incident_stays_restricted(full, administrator, team, at_noon):
    full.incident.restrict(True, by=administrator, at=at_noon, reason="Personal data")
    text = markdown_of(snapshot_of(full))
    moved_away(full)

    here = brought_in(text, Choices(team), administrator, at_noon)

    assert here.incident.restricted


def test_line_ends_of_a_browser_change_nothing(full, lead, team, at_noon):
    before = snapshot_of(full)
    moved_away(full)
    text = markdown_of(before).replace("\n", "\r\n")

    here = brought_in(text, Choices(team), lead, at_noon)

    assert [part.body for part in snapshot_of(here).parts] == [
        part.body for part in before.parts
    ]
    assert PostMortem.objects.count() == 2


def test_a_post_mortem_that_was_emptied_is_filled_with_what_was_kept(
    full, lead, team, at_noon
):
    entry = full.incident.timeline.get(text="Told customers")
    Finding.objects.filter(section__postmortem=full).update(evidence=entry)
    before = snapshot_of(full)
    Finding.objects.all().delete()
    full.sections.update(body="")

    here = brought_in(markdown_of(before), Choices(team), lead, at_noon)

    assert here == full
    assert told(snapshot_of(here)) == told(before)
