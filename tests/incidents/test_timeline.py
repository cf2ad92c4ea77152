"""The timeline of an incident: what is shown, pinned, corrected, struck, filtered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.changes import Refused
from incidents.choices import Kind
from incidents.message_facts import facts_of
from incidents.models import Incident, TimelineEvent
from incidents.models.timeline import MOST_PINNED
from incidents.text_links import linked
from postmortems.drafting import snapshot_of
from postmortems.models import PostMortem

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def browser(client_of, lead):
    return client_of(lead)


@pytest.fixture
def entry(incident, lead, noon):
    return incident.note("The cache is cold", by=lead, at=noon)


def do(browser, incident, verb, **posted):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, verb])
    return browser.post(address, posted)


def page_of(browser, incident, **asked) -> str:
    return browser.get(incident.get_absolute_url(), asked).text


def timeline(browser, incident, **asked) -> str:
    address = reverse("admin:incidents_incident_timeline", args=[incident.pk])
    return browser.get(address, asked, headers=FRAGMENT).text


def test_an_address_in_a_text_becomes_a_link_and_nothing_else_does():
    text = (
        "See https://status.example/a?b=1&c=2, <b>javascript:alert(1)</b> a@b.example"
    )

    assert linked(text) == (
        'See <a href="https://status.example/a?b=1&amp;c=2" rel="noopener noreferrer '
        'nofollow" target="_blank">https://status.example/a?b=1&amp;c=2</a>, '
        "&lt;b&gt;javascript:alert(1)&lt;/b&gt; a@b.example"
    )


@pytest.mark.parametrize(
    "text",
    [
        'https://a.example/"onmouseover="alert(1)',
        "https://a.example/'><script>alert(1)</script>",
        "ftp://a.example javascript://a.example/%0aalert(1) data://x www.a.example",
        "https://[::1 http://" + "a" * 300,
    ],
)
def test_no_address_breaks_out_of_its_link(text):
    made = linked(text)

    assert "<script" not in made
    assert '"onmouse' not in made
    assert all(each.startswith("http") for each in made.split('href="')[1:])


def test_what_is_pinned_stands_above_the_rest(browser, incident, entry):
    do(browser, incident, "pin", entry=entry.pk)

    page = page_of(browser, incident)
    above, _rest = page.split('id="event-', 1)
    assert "Pinned" in above
    assert "The cache is cold" in above

    do(browser, incident, "unpin", entry=entry.pk)
    assert 'id="pinned"' not in page_of(browser, incident)


def test_pins_are_few(incident, entry, lead, noon):
    TimelineEvent.objects.bulk_create(
        TimelineEvent(incident=incident, at=noon, kind="note", text="x", is_pinned=True)
        for _number in range(MOST_PINNED)
    )

    with pytest.raises(Refused, match="unpin one first"):
        incident.pin(entry, by=lead, at=noon)


def test_a_correction_says_who_and_when_and_keeps_what_it_said(
    browser, incident, entry, responder, noon, time_machine
):
    time_machine.move_to(noon + timedelta(minutes=10), tick=False)
    entry.correct(by=responder, was={"text": entry.text}, text="The cache was warm")

    page = page_of(browser, incident)
    history = reverse("admin:incidents_timelineevent_history", args=[entry.pk])
    assert "corrected by Responder, 12:10" in page
    assert "The cache is cold" not in page
    assert "The cache is cold" in browser.get(history).text
    assert "facts" not in browser.get(history).text


def test_what_is_struck_stays_with_who_and_why_and_is_told_no_more(
    browser, incident, entry, lead, noon
):
    do(browser, incident, "pin", entry=entry.pk)

    do(browser, incident, "strike", entry=entry.pk, because="Another cluster")

    page = page_of(browser, incident)
    assert '<s class="text">The cache is cold</s>' in page
    assert "struck out by Lead, 12:00: Another cluster" in page
    assert 'id="pinned"' not in page
    told = snapshot_of(PostMortem.open(incident, by=lead, at=noon)).timeline
    assert "The cache is cold" not in str(told)
    assert "The cache is cold" not in str(facts_of(incident, None, noon, "team"))


def test_striking_asks_for_a_reason_and_shows_what_is_meant(browser, incident, entry):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "strike"])

    asked = browser.get(address, {"entry": entry.pk}).text
    refused = browser.post(address, {"entry": entry.pk, "because": " "})

    assert "“The cache is cold”" in asked
    assert refused.status_code == 422
    entry.refresh_from_db()
    assert entry.struck_at is None


def test_striking_is_at_hand_beside_each_entry_that_can_be_struck(
    browser, client_of, viewer, incident, entry, lead, noon
):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "strike"])
    links = f'href="{address}?entry='

    page = page_of(browser, incident)
    assert page.count(links) == page.count('data-key="x"') == 1
    assert f'{links}{entry.pk}"' in page
    assert links not in page_of(client_of(viewer), incident)

    incident.strike(entry, because="Another cluster", by=lead, at=noon)
    assert links not in page_of(browser, incident)


def test_only_what_people_wrote_is_struck_and_only_once(incident, entry, lead, noon):
    told = {"because": "Wrong", "by": lead, "at": noon}
    incident.strike(entry, **told)

    with pytest.raises(Refused, match="Lead struck this entry out"):
        incident.strike(entry, **told)
    with pytest.raises(Refused, match="Lead struck this entry out"):
        entry.correct(by=lead, was={"text": entry.text}, text="Else")
    with pytest.raises(Refused, match="What the system recorded"):
        incident.strike(incident.timeline.get(verb="declare"), **told)


def test_an_entry_of_another_incident_is_out_of_reach(
    browser, incident, entry, severity, other_team, lead, noon
):
    other = Incident.declare(
        title="Other", severity=severity, team=other_team, by=lead, at=noon
    )

    for verb in ("pin", "strike"):
        answer = do(browser, other, verb, entry=entry.pk, because="x")
        assert answer.status_code == 422
        assert "Choose an entry of this incident" in answer.text
        assert "The cache is cold" not in browser.get(answer.request["PATH_INFO"]).text


def test_a_viewer_neither_pins_nor_strikes(client_of, viewer, incident, entry):
    for verb in ("pin", "strike"):
        do(client_of(viewer), incident, verb, entry=entry.pk, because="x")

    entry.refresh_from_db()
    assert (entry.is_pinned, entry.struck_at) == (False, None)


def test_open_pages_hear_of_pins_strikes_and_corrections(incident, entry, lead, noon):
    def revision():
        return Incident.objects.get(pk=incident.pk).revision

    seen = [revision()]
    for step in (
        lambda: incident.pin(entry, by=lead, at=noon),
        lambda: incident.unpin(entry, by=lead, at=noon),
        lambda: entry.correct(by=lead, was={"kind": "note"}, kind="finding"),
        lambda: incident.strike(entry, because="Wrong", by=lead, at=noon),
    ):
        step()
        seen.append(revision())

    assert seen == sorted(set(seen))


def test_the_filter_keeps_kind_and_author_on_every_page(
    browser, incident, lead, responder, noon
):
    TimelineEvent.objects.bulk_create(
        TimelineEvent(
            incident=incident,
            at=noon - timedelta(minutes=number),
            kind=Kind.NOTE if number % 2 else Kind.ACTION,
            author=lead if number % 2 else responder,
            text=f"Entry {number}.",
        )
        for number in range(120)
    )

    seen, asked = [], {"kind": "action", "author": str(responder.pk)}
    address = reverse("admin:incidents_incident_timeline", args=[incident.pk])
    while address:
        shown = browser.get(address, asked).context["timeline"]
        seen += shown.events
        address, asked = (shown.next if shown.has_more else None), {}

    assert len(seen) == 60
    assert {(each.kind, each.author) for each in seen} == {("action", responder)}


def test_the_filter_offers_who_wrote_and_finds_what_debrief_wrote(
    browser, incident, entry
):
    page = page_of(browser, incident, author="debrief", filter="on")

    assert "Nothing matches the filter" in page
    assert "Debrief itself</option>" in page
    assert '">Lead</option>' in page
    assert "The cache is cold" not in page.split('id="entries"')[1]


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "x"},
        {"author": "9" * 40},
        {"author": "²"},
        {"kind": "'", "author": "-1"},
    ],
)
def test_a_made_up_filter_is_none(browser, incident, entry, asked):
    assert "The cache is cold" in timeline(browser, incident, **asked)


def test_a_line_names_its_time_in_utc_to_the_second(browser, incident, lead, entry):
    lead.profile.zone = "Asia/Tokyo"
    lead.profile.save()

    page = page_of(browser, incident)

    assert "times in Asia/Tokyo" in page
    assert f'href="#event-{entry.pk}" title="2026-11-21 12:00:00 UTC"' in page
    assert "<time>21:00</time>" in page


def test_an_item_is_raised_from_an_entry_by_one_press(browser, incident, entry):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "add_item"])

    assert f'href="{address}?raised_from={entry.pk}"' in page_of(browser, incident)
