"""A message in the flavours of where it goes: plain, Slack, Teams, and HTML for mail.

Of what people and playbooks write, three things are read: headings with `#`, items
with `-`, and `**strong**` words. Everything else is text, and stays text: nothing of
it makes a link with other words, calls a channel or opens a tag.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

STRONG = re.compile(r"\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*")
HEADING = re.compile(r"#{1,6}[ \t]+(\S.*)")
ITEM = re.compile(r"[ \t]*[-*•][ \t]+(\S.*)")
ADDRESS = re.compile(r"(https?://[\w./?=&%#:~+-]*[\w/=&%#~+-])")
# What a message does not know yet, as messages.py marks it.
GAP = re.compile(r"(‹[^‹›\n]+›)")
# It is not seen and has no width, but keeps a sign from beginning anything.
JOINER = "\u2060"
SLACK_SIGN = re.compile(r"(?<!\w)[*_~`]|(?<=@)(?=channel\b|here\b|everyone\b)")
TEAMS_SIGN = re.compile(r"[\\`*_\[\]#~|]")
TEAMS_START = re.compile(r"^(\s*)([-+>]|\d+(?=[.)]))")

Write = Callable[[str], str]


@dataclass(frozen=True)
class Line:
    """A line of a message: what it is, and its words."""

    kind: str
    words: str

    def put(self, text: Write, strong: Write) -> str:
        """Write its words, the strong ones their own way."""
        parts = STRONG.split(self.words)
        return "".join(
            strong(part) if place % 2 else text(part)
            for place, part in enumerate(parts)
        )


@dataclass(frozen=True)
class Flavour:
    code: str
    label: str | Promise
    write: Callable[[str, str], str]


def plain(subject: str, body: str) -> str:
    """Write it as text without any signs."""
    head = [subject, ""] if subject else []
    return "\n".join([*head, plain_body(body)])


def plain_body(body: str) -> str:
    return "\n".join(
        f"- {line.put(_same, _same)}" if line.kind == "item" else line.put(_same, _same)
        for line in lines_of(body)
    )


def slack(subject: str, body: str) -> str:
    """Write it in what Slack, and Mattermost in part, call mrkdwn."""
    found = [f"*{_slack(subject)}*"] if subject else []
    for line in lines_of(body):
        words = line.put(_slack, lambda part: f"*{_slack(part)}*")
        if line.kind == "heading":
            words = f"*{line.put(_slack, _slack)}*"
        found.append(f"• {words}" if line.kind == "item" else words)
    return "\n".join(found)


def teams(subject: str, body: str) -> str:
    """Write it in Markdown, where a line ends only with two spaces."""
    found = [f"**{_teams(subject)}**", ""] if subject else []
    for line in lines_of(body):
        words = line.put(_teams, lambda part: f"**{_teams(part)}**")
        if line.kind == "heading":
            words = f"**{line.put(_teams, _teams)}**"
        ready = f"- {words}" if line.kind == "item" else _teams_line(words)
        found.append(f"{ready}  " if ready else "")
    return "\n".join(found)


def html(body: str) -> SafeString:
    """Write it as HTML of our own making, for mail and for the preview."""
    return format_html_join("\n", "{}", ((each,) for each in _html_blocks(body)))


FLAVOURS = (
    Flavour("plain", _("Plain"), plain),
    Flavour("slack", _("Slack"), slack),
    Flavour("teams", _("Teams"), teams),
)


def lines_of(body: str) -> Iterator[Line]:
    for words in body.splitlines():
        if found := HEADING.fullmatch(words.rstrip()):
            yield Line("heading", found[1])
        elif found := ITEM.fullmatch(words.rstrip()):
            yield Line("item", found[1])
        else:
            yield Line("text", words.rstrip())


def _html_blocks(body: str) -> Iterator[SafeString]:
    """Give paragraphs, headings and lists; a blank line ends what runs."""
    rows: list[SafeString] = []
    was = ""
    for line in [*lines_of(body), Line("end", "")]:
        kind = line.kind if line.words else "blank"
        if rows and kind != was:
            yield _html_block(was, rows)
            rows = []
        words = SafeString(line.put(_html, lambda part: f"<b>{_html(part)}</b>"))
        if kind != "blank":
            rows.append(words)
        was = kind


def _html_block(kind: str, rows: list[SafeString]) -> SafeString:
    if kind == "item":
        items = format_html_join("", "<li>{}</li>", ((row,) for row in rows))
        return format_html("<ul>{}</ul>", items)
    frame = "<h2>{}</h2>" if kind == "heading" else "<p>{}</p>"
    return format_html(
        frame, format_html_join("", "{}", ((_br(r, rows),) for r in rows))
    )


def _br(row: SafeString, rows: list[SafeString]) -> SafeString:
    return row if row is rows[-1] else format_html("{}<br>", row)


def _same(text: str) -> str:
    return text


def _apart(text: str, words: Write, address: Write) -> str:
    """Write a text, its web addresses their own way."""
    parts = ADDRESS.split(text)
    return "".join(
        address(part) if place % 2 else words(part) for place, part in enumerate(parts)
    )


def _html(text: str) -> str:
    return _apart(
        text,
        _html_words,
        lambda found: format_html('<a href="{}">{}</a>', found, found),
    )


def _html_words(words: str) -> str:
    """Let what is still missing be seen."""
    parts = GAP.split(words)
    return "".join(
        format_html("<mark>{}</mark>", part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def _slack(text: str) -> str:
    return _apart(text, _slack_words, _entities)


def _slack_words(words: str) -> str:
    safe = SLACK_SIGN.sub(lambda found: f"{JOINER}{found[0]}", words)
    # At the beginning of a line it would be a quotation.
    return _entities(f"{JOINER}{safe}" if safe.startswith(">") else safe)


def _entities(words: str) -> str:
    """Write the three signs that Slack wants written so, and no other."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(text: str) -> str:
    return _apart(text, _teams_words, _same)


def _teams_words(words: str) -> str:
    safe = TEAMS_SIGN.sub(lambda found: f"\\{found[0]}", words)
    return safe.replace("&", "&amp;").replace("<", "&lt;")


def _teams_line(words: str) -> str:
    """Keep a line of text from being read as an item or a quotation."""
    return TEAMS_START.sub(
        lambda found: (
            f"{found[1]}{found[2]}{JOINER}"
            if found[2].isdecimal()
            else f"{found[1]}\\{found[2]}"
        ),
        words,
    )
