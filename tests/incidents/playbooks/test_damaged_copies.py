"""Whatever is done to a playbook, it is told by its line and never half loaded."""

from __future__ import annotations

import re
import time

import pytest
from django.core.management import CommandError, call_command

from incidents.models import Playbook, PlaybookVersion, Severity
from incidents.playbooks.load import BrokenPlaybook, dump_playbook, read_playbook
from incidents.playbooks.presets import preset_text
from tests.incidents.playbooks.damage import COPIES, copies
from tests.whole import BY_HAND, FULL

STEP, FEW = (1, 1) if FULL else (10, 60) if BY_HAND else (30, 20)
# What pydantic, PyYAML and Python say among themselves.
JARGON = re.compile(
    r"Input should|Extra inputs|Field required|Value error|validation|Tuple|Traceback|"
    r"Error\(|instance of|NoneType|in this context|did not find|while (scann|pars)ing"
)


@pytest.mark.parametrize("first", range(0, COPIES, 100))
def test_a_damaged_copy_is_told_by_its_line(first):
    broken = 0
    for copy in copies(preset_text, range(first, first + 100, STEP)):
        try:
            document = read_playbook(copy.text)
            assert read_playbook(dump_playbook(document)) == document, copy.how
        except BrokenPlaybook as error:
            broken += 1
            lines = len(re.split("[\n\x85\u2028]", copy.text))
            for problem in error.problems:
                said = (copy.number, copy.how, problem)
                assert 1 <= problem.line <= lines + 1, said
                assert re.match("[A-Z“]", problem.sentence), said
                assert problem.sentence.endswith((".", ".”")), said
                assert problem.sentence.replace("\n", "").isprintable(), said
                assert not JARGON.search(str(problem)), said

    assert broken >= 50 / STEP


def counts():
    return [each.objects.count() for each in (Playbook, PlaybookVersion, Severity)]


@pytest.mark.parametrize("first", range(0, COPIES, 300))
def test_a_damaged_copy_leaves_nothing_behind(db, tmp_path, first):
    file = tmp_path / "damaged.yaml"
    for copy in copies(preset_text, range(first, first + 300, FEW)):
        file.write_bytes(copy.text.encode("utf-8", "surrogatepass"))
        before = counts()
        try:
            call_command("load_playbook", str(file), verbosity=0)
        except CommandError:
            assert counts() == before, (copy.number, copy.how)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 499_999,
        "a: " + "{" * 400_000,
        "- " * 249_999,
        "x: [" + "a," * 200_000 + "]",
        "".join(f"k{number}: 1\n" for number in range(40_000)),
        "x: " + "1:" * 200_000 + "1",
        "x: 0x" + "f" * 400_000,
        "name: " + "é" * 400_000,
    ],
)
def test_a_text_made_to_exhaust_the_reader_is_refused_quickly(text):
    begun = time.process_time()

    with pytest.raises(BrokenPlaybook) as refusal:
        read_playbook(text)

    assert time.process_time() - begun < 5
    assert len(str(refusal.value)) < 100_000
