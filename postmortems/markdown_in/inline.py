"""Takes the marks of Markdown off a line of text."""

from __future__ import annotations

import html
import re
from collections import Counter

WORD = re.compile(r"[^\W_]+")
ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
REST_OF_ENTITY = re.compile(r"[a-zA-Z#][a-zA-Z0-9#]*;")

LINK = re.compile(
    r"!?\[(?P<text>[^\[\]\n]*+)\]\(<?(?P<address>[^()\s<>]*+)>?"
    r"(?:\s++\"(?P<title>[^\"\n]*+)\")?\)"
)
AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]*+)>")
STAR = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*+)(?<=\S)\*(?![\w*])")
LINE = re.compile(r"(?<!\w)_(?=[^\s_])([^_\n]*+)(?<=\S)_(?!\w)")
STRONG_LINE = re.compile(r"(?<!\w)__(?=[^\s_])([^_\n]*+)(?<=\S)__(?!\w)")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain_text(text: str) -> str:
    """Give the words as they read: no emphasis, code marks or brackets of links."""
    if "](" in text:
        text = LINK.sub(_linked, text)
    if "<" in text:
        text = AUTOLINK.sub(r"\1", text)
    text = text.replace("**", "").replace("`", "").replace("~~", "")
    if "__" in text:
        text = STRONG_LINE.sub(r"\1", text)
    if "_" in text:
        text = LINE.sub(r"\1", text)
    if "*" in text:
        text = STAR.sub(r"\1", text)
    if "\\" in text:
        text = ESCAPED.sub(r"\1", text)
    return unescaped(text)


def clean_heading(text: str) -> str:
    """Give a heading without marks and without a colon at its end."""
    clean = squeezed(plain_text(text))
    # Marks inside a word would make another word of it.
    if clean != text.strip() and tokens(text) - tokens(clean):
        clean = squeezed(text)
    return clean.rstrip(":").rstrip() if clean.endswith(":") else clean


def unescaped(text: str) -> str:
    """Write characters for their HTML names, so that doing it twice does no more."""
    return ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    character = html.unescape(found[0])
    if character == "&" and REST_OF_ENTITY.match(found.string, found.end()):
        return found[0]
    return " " if character.isspace() or not character.isprintable() else character


def tokens(text: str) -> Counter[str]:
    """Count the runs of letters and digits."""
    return Counter(WORD.findall(unescaped(text)))


def _linked(found: re.Match[str]) -> str:
    text, address, title = found["text"], found["address"], found["title"] or ""
    beside = " ".join(filter(None, [address if address != text else "", title]))
    if not text.strip():
        return beside
    return f"{text} ({beside})" if beside else text


def squeezed(text: str) -> str:
    return " ".join(text.split())
