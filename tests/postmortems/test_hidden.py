"""A post-mortem of a restricted incident: by no way does a stranger read a word of it,
neither while it is a draft nor once it is out, and nobody whose access was withdrawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfWriter

from incidents.permissions import INCIDENT_LEADS
from postmortems.models import PostMortem, Report, SearchEntry
from tests.addresses import addresses
from tests.conftest import person

CANARY = "quetzalcoatlus"
ABOUT = re.compile(
    r"admin:(postmortems_postmortem|postmortems_report|incidents_incident)_"
)
LIBRARY = "admin:postmortems_searchentry_changelist"


@pytest.fixture
def secret(written, manager, lead, at_noon, service) -> PostMortem:
    """A draft that says the canary wherever something can be said."""
    incident = written.incident
    incident.amend({"title": (incident.title, f"The {CANARY}")}, by=lead, at=at_noon)
    incident.services.add(service)
    incident.note(f"A {CANARY} was seen", by=lead, at=at_noon)
    summary = written.sections.get(key="summary")
    text = f"The {CANARY} was behind it."
    written.write({"summary": (summary.body, text)}, by=lead, at=at_noon)
    incident.restrict(True, by=manager, at=at_noon, reason="Personal")
    return written


def put_out(secret, manager, at, tmp_path) -> None:
    """Publish it, with a finished PDF."""
    version = secret.publish(by=manager, at=at)
    report = Report.request(secret, by=manager, at=at, publication=version)
    report.claim(now=at, until=at)
    made = BytesIO()
    (writer := PdfWriter()).add_blank_page(width=72, height=72)
    writer.add_metadata({"/Title": CANARY})
    writer.write(made)
    path = tmp_path / "made.pdf"
    path.write_bytes(made.getvalue())
    report.finish(path, at=at)


def everywhere(secret) -> Iterator[str]:
    """Give every address that names it, its incident or a file of it."""
    report = secret.reports.first()
    known = {
        "postmortem": {"pk": secret.pk, "object_id": secret.pk, "number": 1},
        "report": {"pk": report.pk if report else 1},
        "incident": {"pk": secret.incident_id, "object_id": secret.incident_id},
    }
    words = {"edition": "internal", "verb": "publish", "key": "summary", "step": "x"}
    for each in addresses():
        named = ABOUT.match(each.name)
        if not named or not each.parameters:
            continue
        keys = known[named[1].rpartition("_")[2]]
        filled = {p: keys.get(p, words.get(p, 1)) for p in each.parameters}
        filled["incident_pk"] = secret.incident_id
        yield each.fill(**filled)


def found(browser) -> list[str]:
    """Look for it wherever something can be found, and give where it was."""
    lists = ("incidents_incident", "postmortems_postmortem", "incidents_timelineevent")
    pages = [(LIBRARY, {}), (LIBRARY, {"q": CANARY}), (LIBRARY, {"q": "behind it"})]
    pages += [(f"admin:{name}_changelist", {"q": CANARY}) for name in lists]
    pages += [("admin:index", {}), ("admin:my_work", {})]
    places = []
    for name, asked in pages:
        answer = browser.get(reverse(name), asked)
        # What was typed stands in the box, whatever was found.
        shown = answer.text.replace(f'value="{CANARY}"', "").replace(f"“{CANARY}”", "")
        if CANARY in shown or "Checkout (1)" in shown:
            places.append(f"{name} {asked}")
    return places


def answers(browser, secret) -> dict[str, int]:
    """Give the answers to a look at each address that are no 404."""
    tried = {path: browser.get(path).status_code for path in everywhere(secret)}
    assert len(tried) > 30
    return {path: status for path, status in tried.items() if status != 404}


@pytest.mark.parametrize("stage", ["draft", "published", "being corrected"])
def test_a_stranger_finds_no_way_to_a_word_of_it(
    client_of, other_team, secret, manager, at_noon, settings, tmp_path, stage
):
    settings.MEDIA_ROOT = tmp_path / "files"
    if stage != "draft":
        put_out(secret, manager, at_noon, tmp_path)
    if stage == "being corrected":
        secret.reopen(by=manager, at=at_noon, reason="A figure was wrong")
    stranger = client_of(person("Stranger", INCIDENT_LEADS, other_team))

    let_in = answers(stranger, secret)

    assert set(let_in.values()) <= {405}, let_in
    assert found(stranger) == []
    seen = found(client_of(manager))
    assert len(seen) > 2
    assert any(LIBRARY in place for place in seen) == (stage != "draft")


def test_access_that_was_withdrawn_ends_with_the_next_request(
    client_of, outsider, secret, lead, manager, at_noon, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "files"
    put_out(secret, manager, at_noon, tmp_path)
    incident, browser = secret.incident, client_of(outsider)
    incident.assign_role("scribe", outsider, by=lead, at=at_noon)
    read = [each for each in answers(browser, secret).values() if each == 200]
    assert len(read) > 10
    assert len(found(browser)) > 4

    incident.assign_role("scribe", None, by=lead, at=at_noon, instead_of=outsider)

    assert set(answers(browser, secret).values()) <= {405}
    assert found(browser) == []
    assert SearchEntry.objects.visible_to(outsider).matching(CANARY).count() == 0
