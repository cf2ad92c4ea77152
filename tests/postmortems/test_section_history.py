"""What a section was: each saving beside the one before, and put back."""

from __future__ import annotations

import time

from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from postmortems.section_history import savings
from postmortems.word_diff import Fate, Stretch, differences, shortened

words = st.lists(st.sampled_from(["a", "b", " ", "\n", "ü", "."]), max_size=40)


@given(words.map("".join), words.map("".join))
def test_both_texts_are_in_the_differences(old, new):
    stretches = differences(old, new)

    def told(*fates):
        return "".join(each.text for each in stretches if each.fate in fates)

    assert told(Fate.SAME, Fate.GONE) == old
    assert told(Fate.SAME, Fate.NEW) == new


def test_a_changed_word_is_one_change():
    found = differences("It broke at noon.", "It broke at night.")

    assert found == [
        Stretch(Fate.SAME, "It broke at "),
        Stretch(Fate.GONE, "noon"),
        Stretch(Fate.NEW, "night"),
        Stretch(Fate.SAME, "."),
    ]


def test_what_stayed_is_cut_down_to_what_is_near():
    long = "same " * 200

    found = list(shortened(differences(f"{long}old {long}", f"{long}new {long}")))

    assert [each.fate for each in found] == [
        "cut",
        "same",
        "gone",
        "new",
        "same",
        "cut",
    ]


def test_two_long_texts_without_a_common_line_take_no_time():
    old, new = "a b " * 16_000, "b a " * 16_000
    began = time.process_time()

    differences(old, new)

    assert time.process_time() - began < 2


def test_savings_tell_who_wrote_what(postmortem, lead, responder, at_noon):
    postmortem.write({"summary": ("", "It broke.")}, by=lead, at=at_noon)
    changed = {"summary": ("It broke.", "It broke twice.")}
    postmortem.write(changed, by=responder, at=at_noon)
    section = postmortem.sections.get(key="summary")

    latest, first = savings(section)

    assert (latest.by, first.by) == ("Responder", "Lead")
    assert [each.text for each in latest.stretches if each.fate == Fate.NEW] == [
        " twice"
    ]
    assert latest.restores is None
    assert first.restores


def test_lines_tell_of_their_coming_and_going(postmortem, lead, at_noon):
    section = postmortem.sections.filter(kind="list").first()
    postmortem.write({}, added={section.key: ["No alarm"]}, by=lead, at=at_noon)
    line = section.findings.get()
    for was, now in (("No alarm", "No alarm rang"), ("No alarm rang", "")):
        postmortem.write({}, findings={line.pk: (was, now)}, by=lead, at=at_noon)

    told = [each.what for each in savings(section)]

    assert sorted(told) == ["Line added", "Line changed", "Line removed"]


def test_a_former_text_is_put_into_the_editor_and_not_saved(
    client_of, postmortem, lead, at_noon
):
    postmortem.write({"summary": ("", "It <broke>.")}, by=lead, at=at_noon)
    postmortem.write({"summary": ("It <broke>.", "Else.")}, by=lead, at=at_noon)
    name = "admin:postmortems_postmortem_section_history"
    client = client_of(lead)

    page = client.get(reverse(name, args=[postmortem.pk, "summary"])).content.decode()

    assert "It &lt;broke&gt;." in page
    assert "<del>" in page
    section = postmortem.sections.get(key="summary")
    restores = savings(section)[-1].restores
    asked = {"section": "summary", "restore": restores}
    form = client.get(postmortem.get_absolute_url(), asked).context["form"]
    assert form["text-summary"].value() == "It <broke>."
    assert form["seen-text-summary"].value() == "Else."
    section.refresh_from_db()
    assert section.body == "Else."


def test_nonsense_restores_nothing(client_of, written, other_postmortem, lead):
    for asked in ("section=\0&restore=1", "section=summary&restore=-1", "restore=9"):
        page = client_of(lead).get(f"{other_postmortem.get_absolute_url()}?{asked}")
        assert page.status_code == 200
        assert page.context["form"].unsaved == []
