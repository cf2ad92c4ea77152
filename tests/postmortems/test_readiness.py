from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.choices import Kind
from incidents.models import ActionItem, Incident, TimelineEvent
from postmortems.choices import Edition
from postmortems.models import Finding, PostMortem
from postmortems.readiness import MOST_OF_A_KIND, Level, Readiness, readiness_of

MANY = 30
MOST_QUERIES = 30


@pytest.fixture
def checked(written, manager, at_noon):
    """Give the checks as they are now, by their codes."""

    def checked(by=manager):
        postmortem = PostMortem.objects.get(pk=written.pk)
        found = {}
        for each in readiness_of(postmortem, by, at_noon):
            found.setdefault(each.code, []).append(each)
        return found

    return checked


@pytest.fixture
def say(written, lead, at_noon):
    """Write a text into the summary instead of what it says."""

    def say(text):
        seen = written.sections.get(key="summary").body
        written.write({"summary": (seen, text)}, by=lead, at=at_noon)

    return say


@pytest.fixture
def tell(written, lead, at_noon):
    """Write an entry of the timeline, some minutes after it started."""

    def tell(minutes, text="Something happened."):
        at = written.incident.started_at + timedelta(minutes=minutes)
        return TimelineEvent.objects.create(
            incident=written.incident, at=at, kind=Kind.NOTE, text=text, author=lead
        )

    return tell


def test_what_blocks_is_what_the_verb_would_refuse(written, lead, manager, at_noon):
    written.sections.filter(key="summary").update(body="")
    written.incident.add_item(title="Mend it", by=lead, at=at_noon)
    blockers = written.blockers_of_publish(manager)

    checks = readiness_of(written, manager, at_noon)

    blocking = [each for each in checks if each.level == Level.BLOCKS]
    assert [each.sentence for each in blocking] == [e.sentence for e in blockers]
    item = ActionItem.objects.get()
    urls = {each.code: each.url for each in blocking}
    assert urls["empty"] == "#section-summary"
    assert urls["item_owner"] == item.get_absolute_url()
    assert checks[: len(blocking)] == blocking


def test_an_author_who_would_publish_needs_an_approval(written, lead, checked):
    by_lead, by_manager = checked(by=lead), checked()

    assert [each.code for each in by_manager["no_approval"]] == ["no_approval"]
    assert by_manager["no_approval"][0].url == "#review"
    may_publish = lead.has_perm("postmortems.publish_postmortem")
    assert ("approval" in by_lead) == may_publish


def test_a_changed_text_makes_an_approval_stale(
    written, manager, say, checked, at_noon
):
    written.approve(by=manager, at=at_noon)
    fresh = checked()

    say("Another text.")

    assert "stale" not in fresh
    assert "no_approval" not in fresh
    [stale] = checked()["stale"]
    assert "Manager" in stale.sentence


def test_a_published_one_has_nothing_to_mend(written, manager, at_noon):
    written.publish(by=manager, at=at_noon)

    assert readiness_of(written, manager, at_noon) == []


def test_an_empty_section_of_ones_own_is_weak(written, lead, checked, at_noon):
    after = written.sections.get(key="summary")
    made = written.add_section("Weather", after=after, by=lead, at=at_noon)

    [empty] = checked()["empty"]

    assert (empty.level, empty.url) == (Level.WEAK, f"#section-{made.key}")
    assert "Weather" in empty.sentence


def test_a_milestone_without_time_or_reason_is_asked_for(written, lead, checked):
    incident = written.incident
    Incident.objects.filter(pk=incident.pk).update(acknowledged_at=None)
    asked = [each.field for each in checked()["unknown"]]

    incident.refresh_from_db()
    reason = {"acknowledged": "Nobody wrote it down."}
    Incident.objects.filter(pk=incident.pk).update(unknown=reason)

    assert asked == ["acknowledged"]
    assert "unknown" not in checked()


def test_milestones_out_of_order_are_told_with_their_times(written, checked):
    incident = written.incident
    wrong = incident.started_at + timedelta(minutes=1)
    Incident.objects.filter(pk=incident.pk).update(
        triaged_at=wrong, mitigation_started_at=incident.mitigated_at
    )

    [check] = checked()["order"]

    assert check.field == "triaged"
    assert "21 Nov 2026, 12:01 CET" in check.sentence
    assert check.url.endswith("/do/record_milestone/?name=triaged")


def test_a_long_silence_during_impact_is_told(written, tell, checked):
    start, end = written.incident.impact_intervals.values_list(
        "started_at", "ended_at"
    ).get()
    assert (end - start) == timedelta(minutes=50)
    tell(10)
    [gap] = checked()["gap"]

    tell(25)

    assert "40 min" in gap.sentence
    assert "12:10 CET" in gap.sentence
    assert "/timeline/#entry-" in gap.url
    assert "gap" not in checked()


def test_before_it_was_detected_nobody_is_silent(written, tell, checked):
    tell(0)
    incidents = Incident.objects.filter(pk=written.incident.pk)

    incidents.update(detected_at=written.incident.started_at + timedelta(minutes=40))

    assert "gap" not in checked()


def test_an_entry_that_is_not_in_the_document_fills_no_gap(written, tell, checked):
    TimelineEvent.objects.filter(pk=tell(25).pk).update(in_postmortem=False)

    assert "gap" in checked()


def test_entries_outside_of_the_incident_are_only_a_hint(written, tell, checked):
    tell(-90)
    late = tell(600)

    found = checked()

    assert found["early"][0].level == Level.HINT
    assert "10:30 CET" in found["early"][0].sentence
    assert found["late"][0].url.endswith(f"#entry-{late.pk}")


def test_impact_outside_of_the_incident_is_weak(written, checked):
    late = written.incident.resolved_at + timedelta(hours=1)
    written.incident.impact_intervals.update(ended_at=late)

    [check] = checked()["impact_outside"]

    assert "after it was resolved" in check.sentence


def test_an_impact_needs_a_number_or_the_reason_for_none(written, checked):
    [asked] = checked()["no_number"]
    rows = Incident.objects.filter(pk=written.incident_id)

    rows.update(users_percent=3)

    assert asked.url.endswith("/edit/#id_users_affected")
    assert "no_number" not in checked()
    rows.update(users_percent=None, unknown={"impact": "The logs are gone."})
    assert "no_number" not in checked()


def test_the_kind_of_cause_is_asked_for(written, checked):
    assert checked()["no_cause"][0].url.endswith("/edit/#id_cause_category")

    Incident.objects.filter(pk=written.incident_id).update(cause_category="database")

    assert "no_cause" not in checked()


def test_an_urgent_finding_needs_an_item(written, lead, checked, at_noon):
    finding = Finding.objects.filter(section__postmortem=written).first()
    Finding.objects.filter(pk=finding.pk).update(priority=1)
    [check] = checked()["no_item"]

    written.raise_item(finding, by=lead, at=at_noon)

    assert check.url == f"#line-{finding.pk}"
    assert "no_item" not in checked()


def test_a_factor_names_what_shows_it(written, lead, tell, checked, at_noon):
    finding = Finding.objects.get(section__key="contributing_factors")
    [check] = checked()["evidence"]

    Finding.objects.filter(pk=finding.pk).update(evidence=tell(5))

    assert (check.level, check.url) == (Level.WEAK, f"#line-{finding.pk}")
    assert "evidence" not in checked()


WRONG = {
    "It broke. TODO: say why.": ("left_over", "TODO"),
    "See item:99999.": ("link", "item:99999"),
    "See ![a graph](image:99999).": ("link", "image:99999"),
    "See [the log]().": ("link", "[the log]()"),
    "Few knew.[^1]": ("link", "[^1]"),
    "As in INC-20200101-001.": ("link", "INC-20200101-001"),
    "See ![](image:99998).": ("image", "has no words"),
    "We should have tested it.": ("wording", "may blame"),
    "Manager should have tested it.": ("blamed", "names Manager beside"),
}
SOUND = """We `TODO` it, and `item:99999` is code; few knew.[^1]

SHA-256 of db-001, RFC-123, todo lists and TODOs.

> lorem ipsum, item:99999

What? It was over.

[^1]: As it turned out."""


def test_what_is_wrong_with_a_text_leads_to_its_section(
    written, manager, say, checked, at_noon
):
    written.approve(by=manager, at=at_noon)  # who approves is of the record
    say("\n\n".join(WRONG))

    found = checked()

    for code, words in WRONG.values():
        checks = [each for each in found[code] if words in each.sentence]
        assert [each.url for each in checks] == ["#section-summary"], words
        level = Level.HINT if code == "wording" else Level.WEAK
        assert checks[0].level == level


def test_what_is_left_over_is_told_once_a_text(say, checked):
    say("It took ??? minutes.\n\nlorem ipsum")

    [check] = checked()["left_over"]

    assert "“???”" in check.sentence


def test_a_section_near_its_limit_is_told(say, checked):
    say("x" * 60_000)

    [check] = checked()["long"]

    assert "58 of the 64 KiB" in check.sentence


def test_blame_in_the_log_leads_to_the_words_of_the_document(tell, checked):
    entry = tell(3, "Lead forgot the flag.")

    [check] = checked()["blamed"]

    assert "21 Nov 2026, 12:03" in check.sentence
    assert check.url.endswith(f"/timeline/#entry-{entry.pk}")
    assert check.hint.why


def test_a_sound_text_is_let_be(say, checked):
    say(SOUND)

    assert not {"left_over", "link", "image", "wording", "blamed"} & checked().keys()


def test_a_reference_to_what_one_may_not_see_is_told(
    say, checked, other_postmortem, other_team
):
    other = other_postmortem.incident
    say(f"As in {other.reference}.")
    before = checked()

    rows = Incident.objects.filter(pk=other.pk)
    rows.update(restricted=True, team=other_team, lead=None)

    assert "link" not in before
    assert "where you may not look" in checked()["link"][0].sentence


def test_comments_count_until_they_are_resolved(
    written, lead, manager, checked, at_noon
):
    section = written.sections.get(key="summary")
    one, two = (
        written.comment(section, text, by=manager, at=at_noon) for text in ("A", "B")
    )
    written.settle(one, resolved=True, by=lead, at=at_noon)
    [check] = checked()["comments"]

    written.settle(two, resolved=True, by=lead, at=at_noon)

    assert check.sentence == "1 comment on “Summary” is not resolved."
    assert "comments" not in checked()


def test_marks_for_customers_matter_once_they_read_an_edition(
    written, manager, lead, at_noon, checked
):
    before = checked()
    section = written.sections.get(key="summary")
    written.switch(section, public=True, by=lead, at=at_noon)
    written.publish(by=manager, at=at_noon)
    written.publish_edition(Edition.CUSTOMER, by=manager, at=at_noon)
    written.reopen(by=manager, at=at_noon, reason="A figure was wrong.")
    public = checked()

    written.switch(section, public=False, by=lead, at=at_noon)

    assert "nothing_public" not in before | public
    assert checked()["nothing_public"][0].level == Level.WEAK


def test_many_of_a_kind_are_counted(say, checked):
    say("We should have tested it. " * MANY)

    hints = checked()["wording"]

    assert len(hints) == MOST_OF_A_KIND + 1
    assert hints[-1].sentence.startswith(f"{MANY - MOST_OF_A_KIND} more like")


def test_the_queries_do_not_grow(written, manager, lead, at_noon, tell):
    section = next(each for each in written.sections.all() if each.is_list)

    def grown(number):
        lines = [f"Line {n} of item:{n} and image:{n}." for n in range(number)]
        written.write({}, added={section.key: lines}, by=lead, at=at_noon)
        for n in range(number):
            tell(n)
            written.comment(section, f"No. {n}", by=manager, at=at_noon)
            written.incident.add_item(title=f"Item {n}", by=lead, at=at_noon)
        fresh = PostMortem.objects.select_related("incident").get(pk=written.pk)
        with CaptureQueriesContext(connection) as queries:
            readiness_of(fresh, manager, at_noon)
        return len(queries)

    manager.get_all_permissions()  # asked for once in a request
    assert grown(3) == grown(MANY) <= MOST_QUERIES


def test_the_card_says_how_the_playbook_speaks_of_people(written, manager, at_noon):
    readiness = Readiness.of(written, manager, at_noon)

    assert readiness.wording is not None
    assert readiness.wording.motto
    assert [group.level for group in readiness.groups] == [Level.WEAK]


def test_the_writing_page_shows_each_check_with_its_place(
    client_of, written, lead, say
):
    say("We should have tested <b>it</b>, as item:99999 says.")

    page = client_of(lead).get(written.get_absolute_url()).content.decode()

    card = page.split('id="readiness"')[1].split("</section>")[0]
    assert "<mark>We should have tested</mark> &lt;b&gt;it" in card
    assert "“item:99999” in “Summary” leads nowhere" in card
    assert 'href="#section-summary"' in card
    assert "People acted sensibly on what they knew then." in card


def test_who_may_only_read_gets_no_card(client_of, written, viewer):
    page = client_of(viewer).get(written.get_absolute_url()).content.decode()

    assert 'id="readiness"' not in page
