from __future__ import annotations

import pytest

from incidents.changes import Refused
from postmortems.readiness import readiness_of


@pytest.fixture
def summary(written):
    return written.sections.get(key="summary")


def rewrite(postmortem, by, at, text="Changed."):
    section = postmortem.sections.get(key="summary")
    postmortem.write({"summary": (section.body, text)}, by=by, at=at)


def test_the_author_alone_cannot_publish(written, lead, at_noon):
    with pytest.raises(Refused, match="Nobody but its author agrees"):
        written.publish(by=lead, at=at_noon)
    with pytest.raises(Refused, match="author cannot approve"):
        written.approve(by=lead, at=at_noon)


def test_handing_it_on_makes_nobody_a_second_reader(written, lead, responder, at_noon):
    written.hand_to(responder, by=lead, at=at_noon, instead_of=lead)

    with pytest.raises(Refused, match="Nobody but its author agrees"):
        written.publish(by=lead, at=at_noon)


def test_once_somebody_else_approved_the_author_publishes(
    written, lead, responder, at_noon
):
    written.approve(by=responder, at=at_noon)

    published = written.publish(by=lead, at=at_noon)

    approval = published.snapshot.approvals[0]
    assert (approval.person, approval.is_stale) == ("Responder", False)


def test_whoever_publishes_for_somebody_else_agrees_by_that(written, manager, at_noon):
    published = written.publish(by=manager, at=at_noon)

    assert [each.person for each in published.snapshot.approvals] == ["Manager"]


def test_what_was_changed_after_an_approval_is_approved_anew(
    written, lead, responder, at_noon
):
    written.approve(by=responder, at=at_noon)
    rewrite(written, lead, at_noon)

    with pytest.raises(Refused, match="changed after Responder approved it"):
        written.publish(by=lead, at=at_noon)

    written.approve(by=responder, at=at_noon)
    assert written.publish(by=lead, at=at_noon).number == 1


def test_somebody_else_may_publish_what_was_changed_and_it_says_so(
    written, lead, responder, manager, at_noon
):
    written.approve(by=responder, at=at_noon)
    rewrite(written, lead, at_noon)

    published = written.publish(by=manager, at=at_noon)

    stale = {each.person: each.is_stale for each in published.snapshot.approvals}
    assert stale == {"Responder": True, "Manager": False}


@pytest.mark.parametrize("change", ["unmark", "reword"])
def test_the_timeline_that_was_chosen_is_part_of_what_is_approved(
    written, resolved, lead, at_noon, change
):
    entry = resolved.note("We rolled back", by=lead, at=at_noon)
    before = written.text_digest()

    if change == "unmark":
        resolved.mark_entries([entry.pk], in_postmortem=False, by=lead)
    else:
        resolved.reword_entry(entry, "Rolled back", was=entry.text, by=lead)

    assert written.text_digest() != before


def test_that_an_approval_is_stale_is_told_once_to_an_author_who_would_publish(
    written, lead, manager, at_noon
):
    written.approve(by=manager, at=at_noon)
    rewrite(written, lead, at_noon)
    lead.groups.add(*manager.groups.all())
    author = type(lead).objects.get(pk=lead.pk)

    checks = readiness_of(written, author, at_noon)

    told = [each.code for each in checks if "Manager" in each.sentence]
    assert told == ["approval"]


def test_work_on_items_makes_nobody_read_again(written, resolved, lead, at_noon):
    before = written.text_digest()

    resolved.add_item(title="Watch queues", by=lead, at=at_noon)
    written.switch(written.sections.first(), by=lead, at=at_noon, public=True)

    assert written.text_digest() == before


def test_a_line_changed_after_an_approval_counts_as_well(
    written, lead, responder, at_noon
):
    before = written.text_digest()

    written.write({}, added={"went_wrong": ["More"]}, by=lead, at=at_noon)

    assert written.text_digest() != before


def test_nobody_approves_what_was_written_while_they_read(
    written, lead, responder, at_noon
):
    seen = written.text_digest()
    rewrite(written, lead, at_noon)

    with pytest.raises(Refused, match="changed while you read it"):
        written.approve(by=responder, at=at_noon, seen=seen)

    written.approve(by=responder, at=at_noon, seen=written.text_digest())
    assert written.approvals()


def test_nobody_publishes_what_was_written_while_they_read(
    written, lead, manager, at_noon
):
    seen = written.text_digest()
    rewrite(written, lead, at_noon)

    with pytest.raises(Refused, match="changed while you read it"):
        written.publish(by=manager, at=at_noon, seen=seen)

    assert (written.is_draft, written.approvals()) == (True, [])
    assert written.publish(by=manager, at=at_noon, seen=written.text_digest())


def test_an_approval_is_taken_back(written, lead, responder, at_noon):
    written.approve(by=responder, at=at_noon)

    written.withdraw_approval(by=responder, at=at_noon)

    assert written.approvals() == []
    assert written.reviewers.get().person == responder


def test_a_correction_is_approved_anew(written, lead, responder, manager, at_noon):
    written.publish(by=manager, at=at_noon)
    written.reopen(by=lead, at=at_noon, reason="A wrong figure")

    with pytest.raises(Refused, match="Nobody but its author agrees"):
        written.publish(by=lead, at=at_noon)

    written.approve(by=responder, at=at_noon)
    second = written.publish(by=lead, at=at_noon)
    assert [each.person for each in second.snapshot.approvals] == ["Responder"]


def test_only_who_may_see_it_is_asked(written, lead, responder, outsider, at_noon):
    written.incident.restrict(True, by=lead, at=at_noon, reason="Legal")

    with pytest.raises(Refused, match="Outsider may not see this incident"):
        written.ask(outsider, by=lead, at=at_noon)


def test_asking_twice_asks_one_reviewer(written, lead, responder, manager, at_noon):
    written.ask(responder, by=lead, at=at_noon)

    again = written.ask(responder, by=manager, at=at_noon)

    assert written.reviewers.count() == 1
    assert again.asked_by == manager


def test_a_comment_is_resolved_and_opened_again(
    written, summary, lead, responder, at_noon
):
    comment = written.comment(summary, " Since when? ", by=responder, at=at_noon)

    written.settle(comment, resolved=True, by=lead, at=at_noon)
    comment.refresh_from_db()
    assert (comment.text, comment.resolved_by) == ("Since when?", lead)
    written.settle(comment, resolved=False, by=responder, at=at_noon)

    comment.refresh_from_db()
    assert (comment.resolved_at, comment.resolved_by) == (None, None)


@pytest.mark.parametrize(
    ("text", "sentence"), [(" ", "Write the comment"), ("x" * 4_001, "too long")]
)
def test_a_comment_has_a_text_of_some_length(
    written, summary, responder, at_noon, text, sentence
):
    with pytest.raises(Refused, match=sentence):
        written.comment(summary, text, by=responder, at=at_noon)
