"""What differs between two playbooks, part by part and line by line."""

from __future__ import annotations

from incidents.playbooks.compare import Difference, differences, unified
from incidents.playbooks.load import read_playbook
from incidents.playbooks.presets import PRESETS, preset, preset_text

TEXT = preset_text("default")


def changed(*changes):
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_playbook(text)


def test_equal_playbooks_do_not_differ():
    for code in PRESETS:
        assert differences(preset(code), preset(code)) == []
        assert unified(preset(code), preset(code), "a", "b") == ""


def test_a_changed_value_is_told_by_its_path():
    after = changed(("respond: 15 min", "respond: 20 min"))

    assert differences(preset("default"), after) == [
        Difference("severities › P1 › respond", "15 min", "20 min")
    ]


def test_what_was_left_open_is_compared_with_what_it_stood_for():
    after = changed(("after: 15 min", "after: 15 min\n    until: resolved"))

    assert differences(preset("default"), after) == [
        Difference("ladder › team-lead › until", "mitigated", "resolved")
    ]


def test_a_new_and_a_removed_part_are_told_whole():
    rung = (
        "  - code: manager\n    label: The manager is called\n    severities: [P1]\n"
        "    after: 30 min\n    who: lead\n    tells: [manager]\n    media: [phone]\n"
    )
    without = changed((rung, ""))

    (removed,) = differences(preset("default"), without)
    (added,) = differences(without, preset("default"))

    assert removed.path == added.path == "ladder › manager"
    assert (removed.after, added.before) == ("", "")
    assert removed.before == added.after
    assert "label: The manager is called" in added.after


def test_a_line_put_first_is_the_only_one_that_differs():
    after = changed(("    examples:\n", "    examples:\n      - Nobody can log in.\n"))

    assert differences(preset("default"), after) == [
        Difference("severities › P1 › examples › 1", "", "Nobody can log in.")
    ]


def test_another_order_is_a_difference():
    before = read_playbook(TEXT)
    flags = tuple(reversed(before.flags))

    after = before.model_copy(update={"flags": flags})

    (found,) = differences(before, after)
    assert found.path == "flags"
    assert found.before.startswith("breach, ")
    assert found.after.endswith(", breach")


def test_yes_and_no_are_said_in_words():
    after = changed(("  anybody: true", "  anybody: false"))

    assert differences(preset("default"), after) == [
        Difference("escalation › anybody", "yes", "no")
    ]


def test_the_unified_difference_names_both_sides():
    after = changed(("respond: 15 min", "respond: 20 min"))

    lines = unified(preset("default"), after, "stored", "file").splitlines()

    assert lines[:2] == ["--- stored", "+++ file"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-    respond: 15 min",
        "+    respond: 20 min",
    ]
