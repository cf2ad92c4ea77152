"""How much the incident page asks of the database, in all its fragments."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.choices import ConditionKind, Kind
from incidents.models import (
    Attachment,
    Call,
    Condition,
    Deadline,
    Incident,
    Message,
    RoleAssignment,
)
from incidents.playbooks.presets import preset

MOST = 25


def fill(incident: Incident, person, at: datetime, rows: int) -> None:
    """Give it that many of everything its page shows."""
    for number in range(rows):
        moment = at - timedelta(minutes=number)
        entry = incident.timeline.create(
            at=moment,
            recorded_at=at,
            kind=Kind.COMMUNICATION,
            verb="send_message",
            text=f"Message {number}: https://debrief.example/{number}",
            author=person,
            is_pinned=number % 2 == 0,
        )
        Message.objects.create(
            incident=incident,
            event=entry,
            audience="team",
            body="We know more.",
            sent_at=moment,
            sent_by=person,
        )
        Attachment.objects.create(
            event=entry,
            file=f"images/{number}.png",
            media_type="image/png",
            width=4,
            height=3,
            size=90,
            created_at=at,
            created_by=person,
        )
        beside(incident, person, moment, f"{rows}-{number}")


def beside(incident: Incident, person, at: datetime, name: str) -> None:
    """Add what does not stand on the timeline."""
    asked = incident.timeline.latest("pk").pk
    for key in (f"call-{name}", f"escalation:{asked}:{name}"):
        Call.objects.create(incident=incident, key=key, name=name, created_at=at)
    Condition.objects.create(
        incident=incident,
        kind=ConditionKind.FLAG,
        code=f"flag-{name}",
        since_at=at,
        set_by=person,
    )
    RoleAssignment.objects.create(
        incident=incident, role=f"role-{name}", person=person, held_at=at
    )
    Deadline.objects.create(
        incident=incident,
        key=f"rung:{name}",
        kind="rung",
        label=f"Rung {name}",
        counts_from="declared",
        tells=["lead"],
        state="open",
        starts_at=at,
        due_at=at + timedelta(days=1),
        late_at=at + timedelta(days=1),
    )
    incident.add_link(url=f"https://debrief.example/{name}", by=person, at=at)
    incident.add_item(title=f"Item {name}", by=person, at=at, owner=person)


def asked(browser, incident: Incident) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(incident.get_absolute_url())
    assert page.status_code == 200
    return [query["sql"] for query in queries]


@pytest.mark.parametrize("code", ["command", "oncall"])
def test_a_page_full_of_everything_asks_little(story, client_of, lead, noon, code):
    document = preset(code)
    story.begin(document, document.severities[0].code)
    browser = client_of(lead)
    fill(story.incident, lead, noon, 2)
    few = asked(browser, story.incident)

    fill(story.incident, lead, noon, 9)

    many = asked(browser, story.incident)
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= MOST, "\n".join(many)


def test_a_page_of_what_is_over_asks_as_little(story, client_of, lead, noon):
    document = preset("command")
    story.begin(document, document.severities[0].code)
    fill(story.incident, lead, noon, 3)
    story.incident.resolve(by=lead, at=noon)

    many = asked(client_of(lead), story.incident)

    assert len(many) <= MOST, "\n".join(many)
