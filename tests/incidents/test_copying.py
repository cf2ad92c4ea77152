"""A message in several flavours, of which none lets a text do more than be read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.copying import ADDRESS, FLAVOURS, html, plain, slack, teams

BODY = """## Checkout fails
**Level:** P1
Since 14:02
- Card payments
- Refunds

See https://status.example.com/a_b?x=1&y=2."""


def test_plain_text_has_no_signs():
    assert plain("Trouble", BODY).splitlines()[:5] == [
        "Trouble",
        "",
        "Checkout fails",
        "Level: P1",
        "Since 14:02",
    ]


def test_slack_reads_strong_words_and_items():
    assert slack("Trouble", BODY).splitlines() == [
        "*Trouble*",
        "*Checkout fails*",
        "*Level:* P1",
        "Since 14:02",
        "• Card payments",
        "• Refunds",
        "",
        "See https://status.example.com/a_b?x=1&amp;y=2.",
    ]


def test_teams_ends_its_lines():
    assert teams("", BODY).splitlines() == [
        "**Checkout fails**  ",
        "**Level:** P1  ",
        "Since 14:02  ",
        "- Card payments  ",
        "- Refunds  ",
        "",
        "See https://status.example.com/a_b?x=1&y=2.  ",
    ]


def test_mail_is_made_of_paragraphs_and_lists():
    assert html(BODY) == (
        "<h2>Checkout fails</h2>\n"
        "<p><b>Level:</b> P1<br>Since 14:02</p>\n"
        "<ul><li>Card payments</li><li>Refunds</li></ul>\n"
        '<p>See <a href="https://status.example.com/a_b?x=1&amp;y=2">'
        "https://status.example.com/a_b?x=1&amp;y=2</a>.</p>"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<!channel> a & b", "&lt;!channel&gt; a &amp; b"),
        ("<http://evil.example|click>", "&lt;http://evil.example|click&gt;"),
        ("@channel", "@\u2060channel"),
        ("*no* _no_", "\u2060*no* \u2060_no_"),
        ("db_main", "db_main"),
        ("> quoted", "\u2060&gt; quoted"),
    ],
)
def test_nothing_calls_a_slack_channel_or_hides_a_link(text, written):
    assert slack("", text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("[click](https://evil.example)", r"\[click\](https://evil.example)  "),
        ("<b>no</b>", "&lt;b>no&lt;/b>  "),
        ("a * b # c", r"a \* b \# c  "),
        ("> quoted", r"\> quoted  "),
        ("1. first", "1\u2060. first  "),
    ],
)
def test_nothing_is_markdown_that_nobody_meant(text, written):
    assert teams("", text) == written


@given(st.text(alphabet="*-#<>&\"'[](@_ \nab`~|:/ht.p", max_size=60))
def test_no_text_opens_a_tag(body):
    for each in FLAVOURS:
        each.write("", body)
    bare = re.sub(r'</?(p|b|ul|li|h2|br)>|<a href="[^"<>]*">|</a>', "", html(body))

    assert "<" not in bare
    assert "<" not in slack("", body)
    assert "<" not in ADDRESS.sub("", teams("", body))
