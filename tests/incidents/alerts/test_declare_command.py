"""`manage.py declare`: an incident from a script, once for each key."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from incidents.models import Incident

pytestmark = pytest.mark.usefixtures("at_noon", "severity")


def declare(*given) -> str:
    out = StringIO()
    call_command("declare", "Backups fail", "--severity", "p1", *given, stdout=out)
    return out.getvalue().strip()


def test_it_prints_the_reference_and_the_address(team, service, lead):
    given = ("--service", "checkout", "--by", lead.email, "--drill")

    printed = declare("--team", "platform", *given)

    incident = Incident.objects.get()
    assert printed == (
        f"{incident.reference} http://localhost:8000{incident.get_absolute_url()}"
    )
    assert (incident.lead, incident.severity.code) == (lead, "P1")
    assert (list(incident.services.all()), incident.is_drill) == ([service], True)


def test_a_key_declares_once_while_it_is_open(team, lead, noon):
    first = declare("--team", "Platform", "--key", "backup")

    assert declare("--team", "Platform", "--key", "backup") == first
    Incident.objects.get().resolve(by=lead, at=noon)
    assert declare("--team", "Platform", "--key", "backup") != first
    assert Incident.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--team", "Nobody"], "There are: Payments, Platform."),
        (["--team", "Platform", "--severity", "SEV9"], "It has: P1, P2, P3, P4"),
        (["--team", "Platform", "--service", "Moon"], "no service in use"),
        (["--team", "Platform", "--by", "a@b.example"], "nobody active"),
    ],
)
def test_what_is_wrong_is_one_sentence(team, other_team, given, told):
    with pytest.raises(CommandError, match=told):
        declare(*given)

    assert not Incident.objects.exists()
