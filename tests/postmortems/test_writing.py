from __future__ import annotations

import pytest

from incidents.changes import Refused
from incidents.choices import Kind
from postmortems.choices import Origin
from postmortems.models import Draft, Finding


@pytest.fixture
def wrong(postmortem):
    return postmortem.sections.get(key="went_wrong")


@pytest.fixture
def factors(postmortem):
    return postmortem.sections.get(key="contributing_factors")


def add(postmortem, section, *lines, by, at):
    postmortem.write({}, added={section.key: lines}, by=by, at=at)
    return list(section.findings.all())


def codes(refusal):
    return [blocker.code for blocker in refusal.value.blockers]


def test_lines_are_added_at_the_end_and_blank_ones_are_not(
    postmortem, wrong, lead, at_noon
):
    add(postmortem, wrong, "No alert", " ", by=lead, at=at_noon)

    lines = add(postmortem, wrong, "  No runbook\r\n", by=lead, at=at_noon)

    assert [line.text for line in lines] == ["No alert", "No runbook"]
    assert lines[1].history.get().history_user == lead


def test_a_line_is_changed_or_taken_away_by_what_is_left_of_it(
    postmortem, wrong, lead, responder, at_noon
):
    first, second = add(postmortem, wrong, "One", "Two", by=lead, at=at_noon)

    changes = {first.pk: ("One", "First"), second.pk: ("Two", "")}
    postmortem.write({}, findings=changes, by=responder, at=at_noon)

    assert [line.text for line in wrong.findings.all()] == ["First"]
    gone = Finding.history.filter(id=second.pk).first()
    assert (gone.history_type, gone.history_user) == ("-", responder)


def test_a_line_somebody_else_changed_is_kept_as_they_left_it(
    postmortem, wrong, lead, responder, at_noon
):
    (line,) = add(postmortem, wrong, "One", by=lead, at=at_noon)
    postmortem.write({}, findings={line.pk: ("One", "Mine")}, by=lead, at=at_noon)

    theirs = {line.pk: ("One", "Theirs")}
    with pytest.raises(Refused, match="it now says: Mine") as refusal:
        postmortem.write({}, findings=theirs, by=responder, at=at_noon)

    assert refusal.value.blockers[0].field == f"finding-{line.pk}"
    line.refresh_from_db()
    assert line.text == "Mine"


def test_a_line_taken_away_meanwhile_is_said_with_what_was_written(
    postmortem, wrong, lead, at_noon
):
    (line,) = add(postmortem, wrong, "One", by=lead, at=at_noon)
    postmortem.write({}, findings={line.pk: ("One", "")}, by=lead, at=at_noon)

    mine = {line.pk: ("One", "Mine")}
    with pytest.raises(Refused, match="took this line away meanwhile: Mine"):
        postmortem.write({}, findings=mine, by=lead, at=at_noon)


def test_lines_of_another_post_mortem_are_out_of_reach(
    postmortem, other_postmortem, lead, at_noon
):
    section = other_postmortem.sections.get(key="went_wrong")
    (line,) = add(other_postmortem, section, "Theirs", by=lead, at=at_noon)

    with pytest.raises(Refused):
        postmortem.write({}, findings={line.pk: ("", "X")}, by=lead, at=at_noon)

    line.refresh_from_db()
    assert line.text == "Theirs"


def test_a_list_has_an_end(postmortem, wrong, lead, at_noon):
    lines = [f"Line {n}" for n in range(101)]

    with pytest.raises(Refused, match="more than 100 lines"):
        add(postmortem, wrong, *lines, by=lead, at=at_noon)

    assert not wrong.findings.exists()


def test_saving_takes_the_unsaved_text_of_this_person_away(
    postmortem, lead, responder, at_noon
):
    for person in (lead, responder):
        Draft.objects.create(postmortem=postmortem, person=person, saved_at=at_noon)

    postmortem.write({"summary": ("", "Text")}, by=lead, at=at_noon)

    assert Draft.objects.get().person == responder


def test_a_factor_says_what_shows_it_and_what_it_came_of(
    postmortem, resolved, factors, lead, at_noon
):
    first, second = add(postmortem, factors, "Retries", "No limit", by=lead, at=at_noon)
    entry = resolved.timeline.first()

    new = {"category": "capacity", "evidence": entry, "earlier": first}
    was = {"category": "", "evidence": None, "earlier": None}
    postmortem.describe(second, by=lead, at=at_noon, was=was, **new)

    second.refresh_from_db()
    assert (second.get_category_display(), second.evidence, second.earlier) == (
        "Load or capacity",
        entry,
        first,
    )


def test_factors_do_not_come_of_each_other_in_a_ring(
    postmortem, factors, lead, at_noon
):
    first, second = add(postmortem, factors, "One", "Two", by=lead, at=at_noon)
    was = {"earlier": None}
    postmortem.describe(second, by=lead, at=at_noon, was=was, earlier=first)

    with pytest.raises(Refused, match="came of this one already"):
        postmortem.describe(first, by=lead, at=at_noon, was=was, earlier=second)


def test_evidence_is_of_this_incident(
    postmortem, other_postmortem, factors, lead, at_noon
):
    (line,) = add(postmortem, factors, "One", by=lead, at=at_noon)
    foreign = other_postmortem.incident.timeline.first()

    was = {"evidence": None}
    with pytest.raises(Refused, match="another incident"):
        postmortem.describe(line, by=lead, at=at_noon, was=was, evidence=foreign)


def test_a_line_becomes_an_action_item_once(postmortem, resolved, wrong, lead, at_noon):
    (line,) = add(postmortem, wrong, "No alert on queues", by=lead, at=at_noon)

    made = postmortem.raise_item(line, by=lead, at=at_noon, priority=1)

    assert (made.incident, made.title, made.priority) == (
        resolved,
        "No alert on queues",
        1,
    )
    assert resolved.timeline.filter(kind=Kind.ITEM).count() == 1
    line.refresh_from_db()
    assert line.item == made
    with pytest.raises(Refused, match="action item already"):
        postmortem.raise_item(line, by=lead, at=at_noon)
    assert resolved.items.count() == 1


def test_a_long_line_is_cut_for_the_title_and_kept_in_the_details(
    postmortem, wrong, lead, at_noon
):
    text = "word " * 60 + "end"
    (line,) = add(postmortem, wrong, text, by=lead, at=at_noon)

    made = postmortem.raise_item(line, by=lead, at=at_noon)

    assert len(made.title) == 200
    assert made.details == text


def test_lines_move_up_and_down_and_no_further(postmortem, wrong, lead, at_noon):
    first, _second, third = add(postmortem, wrong, "1", "2", "3", by=lead, at=at_noon)

    postmortem.move(third, -1, by=lead, at=at_noon)
    postmortem.move(first, -1, by=lead, at=at_noon)

    assert [line.text for line in wrong.findings.all()] == ["1", "3", "2"]


def test_what_the_playbook_asks_for_cannot_be_left_out(postmortem, lead, at_noon):
    summary = postmortem.sections.get(key="summary")
    roles = postmortem.sections.get(key="roles")

    postmortem.switch(roles, by=lead, at=at_noon, shown=True)
    with pytest.raises(Refused, match="cannot be left out"):
        postmortem.switch(summary, by=lead, at=at_noon, shown=False)

    roles.refresh_from_db()
    assert roles.is_shown


def test_an_own_section_stands_where_it_was_put_and_goes_while_empty(
    postmortem, lead, at_noon
):
    after = postmortem.sections.get(key="summary")
    own = postmortem.add_section("Customers’ view", by=lead, at=at_noon, after=after)

    keys = list(postmortem.sections.values_list("key", flat=True))
    assert keys[keys.index("summary") + 1] == own.key == "customers-view"
    assert own.origin == Origin.ADDED
    postmortem.write({own.key: ("", "Text")}, by=lead, at=at_noon)
    with pytest.raises(Refused, match="empty it first"):
        postmortem.remove_section(own, by=lead, at=at_noon)
    postmortem.write({own.key: ("Text", "")}, by=lead, at=at_noon)
    postmortem.remove_section(own, by=lead, at=at_noon)
    assert not postmortem.sections.filter(key=own.key).exists()


def test_sections_of_the_layout_stay(postmortem, lead, at_noon):
    summary = postmortem.sections.get(key="summary")

    with pytest.raises(Refused, match="belongs to the layout"):
        postmortem.remove_section(summary, by=lead, at=at_noon)


def test_the_author_hands_on_to_who_may_see_it(
    postmortem, lead, responder, outsider, at_noon
):
    postmortem.incident.restrict(True, by=lead, at=at_noon, reason="Legal")
    with pytest.raises(Refused, match="may not see this incident"):
        postmortem.hand_to(outsider, by=lead, at=at_noon, instead_of=lead)
    postmortem.incident.restrict(False, by=lead, at=at_noon, reason="Over")

    postmortem.hand_to(responder, by=lead, at=at_noon, instead_of=lead)

    assert postmortem.author == responder
    with pytest.raises(Refused, match="Its author is Responder by now"):
        postmortem.hand_to(lead, by=lead, at=at_noon, instead_of=lead)


def test_nothing_is_changed_in_what_is_published(written, lead, manager, at_noon):
    line = Finding.objects.filter(section__postmortem=written).first()
    written.publish(by=manager, at=at_noon)

    refused = (
        lambda: written.write({"summary": ("", "X")}, by=lead, at=at_noon),
        lambda: written.move(line, 1, by=lead, at=at_noon),
        lambda: written.add_section("X", by=lead, at=at_noon),
        lambda: written.describe(
            line, by=lead, at=at_noon, was={"category": ""}, category="design"
        ),
        lambda: written.switch(line.section, by=lead, at=at_noon, shown=True),
    )
    for step in refused:
        with pytest.raises(Refused, match="begin a correction"):
            step()


def test_marks_for_customers_can_be_set_after_publication(
    written, lead, manager, at_noon
):
    line = Finding.objects.filter(section__postmortem=written).first()
    written.publish(by=manager, at=at_noon)

    was = {"is_public": False}
    written.describe(line, by=lead, at=at_noon, was=was, is_public=True)
    written.switch(line.section, by=lead, at=at_noon, public=True)

    line.refresh_from_db()
    assert line.is_public
    assert written.sections.get(pk=line.section_id).is_public
