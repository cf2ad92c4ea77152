from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.changes import Refused
from incidents.choices import Kind, PostMortemState
from postmortems.models import PostMortem, Section


def codes(refusal):
    return [blocker.code for blocker in refusal.value.blockers]


def said_of(incident):
    return incident.timeline.filter(kind=Kind.POSTMORTEM)


def test_opening_lays_out_the_playbooks_sections_and_says_so_once(
    resolved, lead, at_noon
):
    postmortem = PostMortem.open(resolved, by=lead, at=at_noon)

    laid_out = list(postmortem.sections.filter(origin="playbook"))
    asked = resolved.playbook.postmortem.sections
    assert [each.title for each in laid_out] == [part.title for part in asked]
    assert all(section.prompts for section in laid_out if section.is_owed)
    assert said_of(resolved).get().text == "Post-mortem opened"
    assert resolved.postmortem_state == PostMortemState.DRAFT


def test_there_is_one_postmortem_per_incident(postmortem, resolved, responder, at_noon):
    with pytest.raises(Refused, match="open already"):
        PostMortem.open(resolved, by=responder, at=at_noon)

    assert said_of(resolved).count() == 1


def test_writing_saves_only_what_was_changed(postmortem, lead, responder, at_noon):
    texts = {"summary": ("", "It broke."), "impact": ("", "")}

    saved = postmortem.write(texts, by=responder, at=at_noon)

    assert [section.key for section in saved] == ["summary"]
    summary = postmortem.sections.get(key="summary")
    assert summary.body == "It broke."
    assert summary.history.first().history_user == responder
    assert postmortem.sections.get(key="impact").history.count() == 1


def test_two_writers_in_different_sections_both_win(
    postmortem, lead, responder, at_noon
):
    postmortem.write({"summary": ("", "Mine.")}, by=lead, at=at_noon)

    both = {"summary": ("", ""), "impact": ("", "Theirs.")}
    postmortem.write(both, by=responder, at=at_noon)

    bodies = dict(postmortem.sections.values_list("key", "body"))
    assert (bodies["summary"], bodies["impact"]) == ("Mine.", "Theirs.")


def test_a_stale_section_is_refused_and_nothing_is_saved(
    postmortem, lead, responder, at_noon
):
    postmortem.write({"summary": ("", "Mine.")}, by=lead, at=at_noon)

    texts = {"summary": ("", "Theirs."), "impact": ("", "Theirs.")}
    with pytest.raises(Refused, match="Lead wrote in “Summary” meanwhile") as refusal:
        postmortem.write(texts, by=responder, at=at_noon)

    assert [blocker.field for blocker in refusal.value.blockers] == ["summary"]
    bodies = dict(postmortem.sections.values_list("key", "body"))
    assert (bodies["summary"], bodies["impact"]) == ("Mine.", "")


def test_the_same_text_written_twice_is_no_conflict(
    postmortem, lead, responder, at_noon
):
    postmortem.write({"summary": ("", "Same.\n")}, by=lead, at=at_noon)

    saved = postmortem.write({"summary": ("", "Same.")}, by=responder, at=at_noon)

    assert saved == []


def test_line_ends_of_browsers_are_no_change(postmortem, lead, at_noon):
    postmortem.write({"summary": ("", "One\ntwo")}, by=lead, at=at_noon)

    texts = {"summary": ("One\r\ntwo", "One\r\ntwo")}
    assert postmortem.write(texts, by=lead, at=at_noon) == []


def test_a_text_that_is_too_long_is_refused(postmortem, lead, at_noon):
    with pytest.raises(Refused, match="64 KiB"):
        postmortem.write({"summary": ("", "x" * 65_537)}, by=lead, at=at_noon)


def test_publishing_names_everything_that_stands_against_it(
    incident, item, lead, at_noon
):
    postmortem = PostMortem.open(incident, by=lead, at=at_noon)
    postmortem.write({"summary": ("", "It broke.")}, by=lead, at=at_noon)
    incident.add_item(title="Nobody's", by=lead, at=at_noon, priority=3)

    with pytest.raises(Refused) as refusal:
        postmortem.publish(by=lead, at=at_noon)

    assert codes(refusal) == ["running", *["empty"] * 7, "item_owner", "approval"]
    assert "“Root cause” is empty" in str(refusal.value)
    assert "“Nobody's” has no owner" in str(refusal.value)
    postmortem.refresh_from_db()
    assert postmortem.is_draft


def test_publishing_asks_for_due_dates(written, item, lead, at_noon):
    type(item).objects.update(due_on=None)

    with pytest.raises(Refused, match="“Test the restore” has no due date"):
        written.publish(by=lead, at=at_noon)


def test_finished_items_stand_against_nothing(written, resolved, lead, at_noon):
    item = resolved.add_item(title="Nobody's", by=lead, at=at_noon)
    item.drop(by=lead, at=at_noon, reason="Not worth it")

    assert written.blockers_of_publish() == []


def test_publishing_freezes_the_text_and_says_so_once(
    written, resolved, lead, manager, at_noon
):
    written.publish(by=manager, at=at_noon)

    assert (written.published_by, written.published_at) == (manager, at_noon)
    assert said_of(resolved).first().text == "Post-mortem published, version 1"
    resolved.refresh_from_db()
    assert resolved.postmortem_state == PostMortemState.PUBLISHED
    with pytest.raises(Refused, match="begin a correction"):
        written.write({"summary": ("", "New.")}, by=lead, at=at_noon)
    with pytest.raises(Refused, match="published already"):
        written.publish(by=manager, at=at_noon)
    assert said_of(resolved).count() == 2


def test_a_correction_is_begun_with_a_reason_and_the_version_stays_out(
    written, resolved, lead, manager, at_noon
):
    written.publish(by=manager, at=at_noon)

    with pytest.raises(Refused, match="Say why"):
        written.reopen(by=lead, at=at_noon, reason=" ")
    written.reopen(by=lead, at=at_noon, reason="A wrong figure")

    assert (written.is_draft, written.is_correction) == (True, True)
    said = said_of(resolved).first().text
    assert said == "Correction of the post-mortem begun: A wrong figure"
    resolved.refresh_from_db()
    assert resolved.postmortem_state == PostMortemState.PUBLISHED
    assert written.latest().number == 1


def test_a_draft_cannot_go_back_to_draft(postmortem, lead, at_noon):
    with pytest.raises(Refused, match="It is a draft"):
        postmortem.reopen(by=lead, at=at_noon, reason="Because")


def test_nothing_is_published_in_the_future(written, manager, at_noon):
    with pytest.raises(Refused, match="future"):
        written.publish(by=manager, at=at_noon + timedelta(hours=1))


def test_history_names_the_author_by_whatever_route(postmortem, lead):
    assert postmortem.history.get().history_user == lead
    authors = {section.history.get().history_user for section in Section.objects.all()}
    assert authors == {lead}
