from __future__ import annotations

import pytest

from incidents.playbooks.presets import PRESETS, preset
from incidents.playbooks.schema import PlaybookDocument
from incidents.playbooks.side_by_side import PAGE, QUESTIONS, renewed, table, write


def cells(document):
    """Give the answers of one playbook by the question."""
    rows = [line.split(" | ") for line in table({"mine": document}).splitlines()[2:]]
    return {row[0].strip("| *"): row[1].removesuffix(" |") for row in rows}


def small(**parts):
    level = {"code": "P1", "name": "Bad", "badge": "red", "definition": "It is bad."}
    return PlaybookDocument.model_validate(
        {"name": "Mine", "severities": [level], **parts}
    )


def test_the_page_shows_the_presets_as_they_are():
    page = PAGE.read_text(encoding="utf-8")

    assert page == renewed(page), "make the table anew: docs/presets.md says how"


@pytest.mark.parametrize("name", PRESETS)
def test_the_page_says_whom_each_preset_suits(name):
    assert f"**`{name}`**, " in PAGE.read_text(encoding="utf-8")


def test_every_question_is_answered_for_every_preset():
    lines = table({name: preset(name) for name in PRESETS}).splitlines()

    assert len(lines) == len(QUESTIONS) + 2
    assert {line.count(" | ") for line in lines} == {len(PRESETS)}


def test_levels_with_the_same_answer_share_a_line():
    found = cells(preset("oncall"))

    assert found["Acknowledge within"] == "5 min"
    assert (
        found["Updates"]
        == "P1, P2: the team every 15 min<br>P3, P4: the team once, after 15 min"
    )
    assert found["Respond within"].startswith("P1: 15 min<br>P2: 30 min<br>")


def test_a_rung_says_whom_it_tells_and_when():
    ladder = cells(preset("oncall"))["Ladder"].split("<br>")

    assert "P1, P2: CTO after 30 min" in ladder
    assert "P1: Engineering lead and CTO on “Full outage”, after 5 min" in ladder
    assert cells(preset("oncall"))["The ladder runs"] == (
        "timed: until acknowledged<br>by flag: until resolved"
    )


def test_a_rung_of_several_levels_is_one_line():
    ladder = cells(preset("phases"))["Ladder"].split("<br>")

    assert "P0, P1: On-call engineer at once" in ladder
    assert "P1: Tech lead after 30 min from the acknowledgement" in ladder


def test_what_a_playbook_does_not_say_is_a_dash():
    found = cells(small())

    assert found["Ladder"] == found["Phases"] == found["Updates"] == "–"


def test_a_bar_in_a_name_does_not_break_the_table():
    found = table({"mine": small(phases=[{"code": "a", "name": "This | that"}])})

    assert "This \\| that" in found


def test_only_the_table_of_a_page_is_made_anew(tmp_path):
    page = tmp_path / "page.md"
    text = "Before\n<!-- the table begins -->\nold\n<!-- the table ends -->\nAfter\n"
    page.write_text(text)

    write(page)

    assert page.read_text().startswith("Before\n<!-- the table begins -->\n| ")
    assert page.read_text().endswith(" |\n<!-- the table ends -->\nAfter\n")
