"""An alert at night under each of the five presets, from the first mail to the end.

`make test` plays the longest of them, the second suite of `.ci/run` and `make full`
all five.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidents.choices import DeliveryState
from incidents.models import Notification
from tests.browser.preset_hand import Shift
from tests.whole import by_hand

pytestmark = pytest.mark.browser
NIGHT = datetime(2026, 11, 17, 2, 14, tzinfo=UTC)
TOLD = Path(__file__).parent / "presets"
ON_CALL = "responder@debrief.example"


@pytest.fixture
def shift(open_window, time_machine, inbox, team, lead, responder) -> Shift:
    """Responder is on call and is woken by pager; Lead leads the team."""
    time_machine.move_to(NIGHT, tick=False)
    team.lead = lead
    responder.profile.urgent_address = "responder@pager.example"
    responder.profile.phone = "+49 30 5550199"
    responder.profile.save()
    people = {"Lead": lead, "Responder": responder}
    return Shift(team, people, NIGHT, time_machine, open_window)


def assert_told(shift, inbox, code):
    """Compare every event and every message with what the playbook asks for."""
    shift.sweep()
    assert shift.told() == (TOLD / f"{code}.txt").read_text()
    left = Notification.objects.exclude(state=DeliveryState.SUPPRESSED)
    rows = list(left.values_list("address", "text"))
    assert len(set(rows)) == len(rows), "somebody was told the same twice"
    assert len(inbox.letters) == len(rows)
    assert shift.open_all_links()


@by_hand
def test_oncall(shift, inbox):
    shift.works_by("oncall", on_call="primary")
    shift.alert("P2")
    shift.until(15)
    shift.do("Responder", "Reached Engineering lead")
    shift.until(16)
    shift.acknowledge_from(inbox.letters, ON_CALL)
    shift.take("Responder", "Investigator")
    shift.hand_over("Investigator", by="Responder", to="Lead")
    shift.do("Responder", "Watch")
    shift.until(18)
    shift.update("Lead", "Declines are all 3-D Secure", to="team")
    shift.until(34)
    shift.raise_to("Lead", "P1", "Nobody in the EU can pay")
    shift.flag("Lead", "Undiagnosed")
    shift.until(36)
    shift.mitigate_in_two_goes("Lead")
    shift.until(45)
    shift.end("Lead")

    assert_told(shift, inbox, "oncall")


@by_hand
def test_phases(shift, inbox):
    shift.works_by("phases", on_call="oncall")
    shift.alert("P1")
    shift.until(4)
    shift.acknowledge_from(inbox.letters, ON_CALL)
    shift.take("Responder", "Incident commander")
    shift.hand_over("Incident commander", by="Responder", to="Lead")
    shift.do("Responder", "Watch")
    shift.until(6)
    shift.flag("Lead", "Customers notice")
    shift.until(12)
    shift.update("Lead", "Some cards are declined", to="status_page")
    shift.until(36)
    shift.raise_to("Lead", "P0", "Nobody in the EU can pay")
    shift.until(59)
    shift.mitigate_in_two_goes("Lead")
    shift.until(70)
    shift.end("Lead")

    assert_told(shift, inbox, "phases")


@by_hand
def test_matrix(shift, inbox):
    shift.works_by("matrix", on_call="on-call")
    shift.alert("P2")
    shift.until(3)
    shift.acknowledge_from(inbox.letters, ON_CALL)
    shift.take("Responder", "On-call engineer")
    shift.hand_over("On-call engineer", by="Responder", to="Lead")
    shift.do("Responder", "Watch")
    shift.update("Lead", "We are on it", to="team", next_in="10 min")
    shift.until(20)
    shift.raise_to("Lead", "P1", "Nobody in the EU can pay")
    shift.until(31)
    shift.do("Responder", "Mitigating")
    shift.until(32)
    shift.mitigate_in_two_goes("Lead")
    shift.until(40)
    shift.end("Lead")

    assert_told(shift, inbox, "matrix")


@by_hand
def test_cadence(shift, inbox):
    shift.works_by("cadence", on_call="oncall")
    shift.alert("P1")
    shift.until(3)
    shift.acknowledge_from(inbox.letters, ON_CALL)
    shift.take("Responder", "Incident lead")
    shift.hand_over("Incident lead", by="Responder", to="Lead")
    shift.do("Responder", "Watch")
    shift.update("Lead", "We are on it", to="team")
    shift.until(35)
    shift.raise_to("Lead", "P0", "Nobody in the EU can pay")
    shift.until(50)
    shift.flag("Lead", "Major outage confirmed")
    shift.until(52)
    shift.mitigate_in_two_goes("Lead")
    shift.until(60)
    shift.end("Lead", "All-clear Deploy freeze")

    assert_told(shift, inbox, "cadence")


@by_hand
def test_command(shift, inbox):
    shift.works_by("command", on_call="commander")
    shift.alert("SEV-2")
    shift.until(2)
    shift.acknowledge_from(inbox.letters, ON_CALL)
    shift.take("Responder", "Incident commander")
    shift.hand_over("Incident commander", by="Responder", to="Lead")
    shift.do("Responder", "Watch")
    shift.until(20)
    shift.raise_to("Lead", "SEV-1", "Nobody in the EU can pay")
    shift.ask(
        "Lead", "Communications lead", tried="a rollback", needed="customers told"
    )
    shift.update("Lead", "We have rolled back", to="team")
    shift.until(82)
    shift.mitigate_in_two_goes("Lead")
    shift.until(90)
    shift.end("Lead")

    assert_told(shift, inbox, "command")
