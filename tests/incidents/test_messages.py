from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.messages import SAMPLE, preview, render, sample, unfilled
from incidents.playbooks.placeholders import (
    BETWEEN_BRACES,
    PLACEHOLDERS,
    WITH_ARGUMENT,
    NotAPlaceholder,
    Placeholder,
    problems,
)
from incidents.playbooks.presets import PRESETS, preset
from incidents.playbooks.schema import MessageTemplate

NOW = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
TEMPLATES = [
    pytest.param(preset(name), message, id=f"{name}-{message.code}")
    for name in PRESETS
    for message in preset(name).messages
]


def rendered(text, facts=None, zone=UTC, **more):
    return render(text, facts or {}, now=NOW, zone=zone, **more)


def template(body, **more):
    return MessageTemplate(
        code="update",
        name="Update",
        moment="update",
        audience="team",
        body=body,
        **more,
    )


@given(st.text().filter(lambda text: not set(text) & set("{}")))
def test_a_text_without_braces_comes_out_unchanged(text):
    assert rendered(text, SAMPLE) == text
    assert problems(text, []) == []


@given(st.text())
def test_a_value_is_never_read_for_placeholders(value):
    hostile = f"{value}{{sender}}{{now}}{{0.__class__}}%(title)s"

    found = rendered("{title}|{sender}", {"title": hostile, "sender": "Ada"})

    assert found == f"{hostile.strip()}|Ada"


@given(st.text(alphabet="{}now+ min15:askroletitle.[]_!r%\n"))
def test_whatever_a_template_says_it_is_answered_and_never_fails(text):
    rendered(text, SAMPLE)

    assert all(isinstance(sentence, str) for sentence in problems(text, ["ops"]))


@pytest.mark.parametrize(
    "text",
    [
        "{title.__class__}",
        "{title!r}",
        "{title:>10}",
        "{0}",
        "{}",
        "{__import__}",
        "{ title }",
        "{TITLE}",
    ],
)
def test_nothing_is_looked_up_on_an_object(text):
    assert rendered(text, {"title": "Checkout"}) == f"‹{text[1:-1].strip()}›"
    assert problems(text, [])


def test_facts_stand_in_place_of_their_names():
    facts = {"title": "Checkout fails", "role:ops": "Ada", "ask:what is known": "Much"}

    found = rendered("{title}: {role:ops} says {ask:what is known}", facts)

    assert found == "Checkout fails: Ada says Much"


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("{users}", "‹how many users are affected›"),
        ("{ask:what has been tried}", "‹what has been tried›"),
        ("{role:ops}", "‹nobody is Operations yet›"),
        ("{nonsense}", "‹nonsense›"),
    ],
)
def test_what_is_missing_is_marked(text, gap):
    assert rendered(text, {"users": "  "}, roles={"ops": "Operations"}) == gap


@pytest.mark.parametrize(
    ("text", "zone", "said"),
    [
        ("{now}", UTC, "2026-03-06 16:30 UTC"),
        ("{now + 15 min}", UTC, "2026-03-06 16:45 UTC"),
        ("{now + 8 h}", BERLIN, "2026-03-07 01:30 CET"),
        ("{now + 24 h}", ZoneInfo("America/Sao_Paulo"), "2026-03-07 13:30 UTC-03"),
    ],
)
def test_times_are_computed_and_name_their_zone(text, zone, said):
    assert rendered(text, zone=zone) == said


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{titel}", "“{titel}” is no placeholder: write {title}."),
        ("{rolle:ops}", "“{rolle:ops}” is no placeholder: write {role:…}."),
        ("{role:opps}", "“{role:opps}” is no placeholder: write {role:ops}."),
        ("{role}", "“{role}” is no placeholder: say which: {role:lead}."),
        ("{now + next sprint}", "add minutes or hours, as in {now + 15 min}"),
        ("{now + 15 minutes}", "write “15 min”"),
        ("{xyz}", "write one such as {title}"),
        ("Users: {users", "a brace stands alone"),
    ],
)
def test_a_wrong_placeholder_is_answered_with_the_right_one(text, sentence):
    (found,) = problems(text, ["ops", "dev"])

    assert sentence in found


def test_everything_wrong_is_said_at_once():
    assert len(problems("{a} {title} {b} } {role:x}", ["ops"])) == 4


@pytest.mark.parametrize(("document", "message"), TEMPLATES)
def test_every_template_of_a_preset_holds_known_placeholders_only(document, message):
    roles = {role.code: role.name for role in document.roles}
    found = preview(message)

    assert problems(f"{message.subject or ''}{message.body}", roles) == []
    assert not any(BETWEEN_BRACES.search(text) for text in found)
    assert found[1].count("‹") == message.body.count("{ask:")


def test_the_sample_knows_every_fact_that_needs_no_sender():
    assert SAMPLE.keys() == PLACEHOLDERS.keys() - {"now", *WITH_ARGUMENT}


def test_a_preview_is_in_the_zone_of_its_template():
    subject, body = preview(template("Since {started}", zone="Europe/Berlin"))

    assert body == "Since 2026-03-06 17:02 CET"
    assert subject == ""
    assert sample(BERLIN)["started"] == "2026-03-06 17:02 CET"


def test_a_subject_stays_one_line():
    facts = {"features": "Payments\nBcc: everybody@example.com"}

    subject = " ".join(rendered("{features} down", facts).split())

    assert subject == "Payments Bcc: everybody@example.com down"


def test_what_is_unfilled_is_listed_once():
    found = unfilled("{title} {users} {users} {ask:why} {now}", {"title": "Checkout"})

    assert [each.key for each in found] == ["users", "ask:why"]


@given(st.integers(min_value=1, max_value=100_000))
def test_an_added_span_is_read_back_as_it_was_written(minutes):
    placeholder = Placeholder.read(f"now + {minutes} min")

    assert placeholder.later.due(NOW) == NOW + timedelta(minutes=minutes)


def test_a_name_outside_the_set_is_refused():
    with pytest.raises(NotAPlaceholder, match="write"):
        Placeholder.read("severty")


def test_the_page_on_messages_names_every_placeholder():
    page = Path(__file__).resolve().parents[2] / "docs" / "messages.md"
    rows = re.findall(r"^\| `{([a-z_]+)(?::…)?}` \| (.+) \|$", page.read_text(), re.M)

    assert dict(rows) == {name: str(text) for name, text in PLACEHOLDERS.items()}
