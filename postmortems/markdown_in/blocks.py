"""Cuts Markdown into blocks: headings of every kind, tables, lists, code and text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from postmortems.markdown_in.inline import clean_heading
from postmortems.markdown_in.labels import is_field
from postmortems.markdown_in.preparing import fence_after
from postmortems.meanings import LISTED, Meaning, exactly, meaning_of, plain

ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*)$")
GLUED = re.compile(r" {0,3}(#{2,6})([^\s#].*)$")
CLOSING = re.compile(r"[ \t]+#+[ \t]*$")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
MARKER = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-*+•◦▪‣]|\d{1,9}[.)])(?=[ \t]|$)")
DELIMITER = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*(?:[ \t]*:?-+:?[ \t]*)?$")
BOLD = re.compile(
    r" {0,3}(?:[^\w\s*>|\[(`#-]{1,4}[ \t]*)?(?P<mark>\*\*|__)"
    r"(?P<label>[^*_\n]{1,100})(?P=mark)[ \t]*(?P<colon>:?)[ \t]*(?P<value>.*)$"
)
LABEL = re.compile(r" {0,3}(?P<label>[^\W\d_][\w '’/&()-]{1,50}?)[ \t]*:(?:[ \t]|$)")
CAPITALS = re.compile(r" {0,3}[A-Z][A-Z '’&/()]{2,50}:?[ \t]*$")
LONGEST_UNDERLINED = 100
# Bold in front of a text, these need no colon to be its heading.
BRIEFS = frozenset({"tl dr", "tldr", "summary"})
# A write-up with fewer headings than this is cut by other marks.
FEW_HEADINGS = 1


# What a plain "Trigger:" may head even where there are real headings.
SAID_PLAINLY = LISTED | {
    Meaning.ROOT_CAUSE,
    Meaning.TRIGGER,
    Meaning.LESSONS,
    Meaning.PREVENTION,
}
# … and in the head of a write-up, each with its text on the same line.
HEAD_PARAGRAPHS = {
    Meaning.SUMMARY,
    Meaning.IMPACT,
    Meaning.DETECTION,
    Meaning.RESOLUTION,
}


class Shape(StrEnum):
    HEADING = "heading"
    FENCE = "fence"
    TABLE = "table"
    LIST = "list"
    QUOTE = "quote"
    TEXT = "text"


@dataclass(frozen=True)
class Block:
    """Some lines; of a heading also its level, its text, and what follows a label."""

    shape: Shape
    lines: tuple[str, ...]
    level: int = 0
    heading: str = ""
    # After "Root cause:" on the same line; None where a heading stands alone.
    value: str | None = None
    drawn: bool = True

    @property
    def source(self) -> str:
        return "\n".join(self.lines)


def blocks_of(text: str) -> list[Block]:
    """Cut the prepared text of a write-up into its blocks, in order."""
    return list(_Cutter(text.split("\n")).cut())


class _Cutter:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0
        self.open: list[str] = []
        self.headings = _real_headings(lines)
        self.level = 1
        # How many real headings came so far; the first is the title.
        self.passed = 0

    @property
    def is_flat(self) -> bool:
        """Say whether headings are written as bold lines or labels alone."""
        return self.headings <= FEW_HEADINGS

    def cut(self) -> Iterator[Block]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            block = None if not line.strip() else self._block(line)
            if block or not line.strip() or is_rule(line):
                yield from self._text()
            if block:
                yield block
            elif line.strip() and not is_rule(line):
                self.open.append(line)
                self.at += 1
            else:
                self.at += 1
        yield from self._text()

    def _text(self) -> Iterator[Block]:
        if self.open:
            yield Block(Shape.TEXT, tuple(self.open))
            self.open = []

    def _block(self, line: str) -> Block | None:
        """Take the block that begins here; None for a line of text, or a rule."""
        if fence_after(line, "") and not MARKER.match(line):
            return self._fence(line)
        if MARKER.match(line) and (not self.open or not line[0].isdigit()):
            return self._list() if not is_rule(line) else None
        if found := ATX.match(line) or GLUED.match(line):
            self.at += 1
            self.passed += 1
            self.level = len(found[1])
            heading = CLOSING.sub("", found[2])
            return Block(Shape.HEADING, (line,), self.level, clean_heading(heading))
        if underlined := self._underlined(line):
            return underlined
        if is_rule(line):
            return None
        if self._begins_table(line):
            return self._while(Shape.TABLE, lambda each: "|" in each)
        if line.lstrip().startswith(">"):
            return self._while(Shape.QUOTE, lambda each: each.lstrip()[:1] == ">")
        return self._pseudo_heading(line)

    def _fence(self, line: str) -> Block:
        fence, start = fence_after(line, ""), self.at
        self.at += 1
        while fence and self.at < len(self.lines):
            fence = fence_after(self.lines[self.at], fence)
            self.at += 1
        return Block(Shape.FENCE, tuple(self.lines[start : self.at]))

    def _underlined(self, line: str) -> Block | None:
        after = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        found = UNDERLINE.match(after)
        if not found or self.open or is_rule(line) or len(line) > LONGEST_UNDERLINED:
            return None
        text = line.strip()
        dashed = found[1][0] == "-"
        if text[0] in ">|" or MARKER.match(line) or (dashed and text.endswith(".")):
            return None
        if dashed and ("|" in line or (_value_of(line) and not _is_about(line))):
            return None
        self.at += 2
        self.passed += 1
        self.level = 2 if dashed else 1
        heading = clean_heading(text)
        return Block(Shape.HEADING, (line, after), self.level, heading)

    def _begins_table(self, line: str) -> bool:
        if "|" not in line:
            return False
        after = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        if "-" in after and "|" in f"{line}{after}" and DELIMITER.match(after):
            return "|" in after or line.count("|") <= 2
        return line.lstrip()[0] == "|" and after.lstrip()[:1] == "|"

    def _while(self, shape: Shape, fits: Callable[[str], bool]) -> Block:
        start = self.at
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip() or (self.at > start and not fits(line)):
                break
            self.at += 1
        return Block(shape, tuple(self.lines[start : self.at]))

    def _list(self) -> Block:
        """Take all points, what is indented below them, and lines that run on."""
        start, end, fence = self.at, self.at, ""
        blank = False
        while self.at < len(self.lines):
            line = self.lines[self.at]
            inside = fence or not line.strip() or self.at == start
            if not inside and self._ends_list(line, blank):
                break
            fence = fence_after(line, fence)
            blank = not line.strip()
            self.at += 1
            end = end if blank and not fence else self.at
        self.at = end
        return Block(Shape.LIST, tuple(self.lines[start:end]))

    def _ends_list(self, line: str, blank: bool) -> bool:
        if is_rule(line) or ATX.match(line) or GLUED.match(line):
            return True
        if MARKER.match(line):
            return False
        indented = line[0] in " \t"
        if blank and not indented:
            return True
        if indented:
            return False
        if fence_after(line, "") or line[0] in "|>" or BOLD.match(line):
            return True
        return self._pseudo_heading(line, peek=True) is not None

    def _pseudo_heading(self, line: str, *, peek: bool = False) -> Block | None:
        """Read a bold line, a label or capitals as a heading where it is one."""
        found = BOLD.match(line)
        read = self._bold(found) if found else self._label(line)
        if read is None:
            return None
        if not peek:
            self.at += 1
        heading, value = read
        level = self.level + 1 if self.headings else 2
        return Block(Shape.HEADING, (line,), level, heading, value, drawn=False)

    def _bold(self, found: re.Match[str]) -> tuple[str, str | None] | None:
        label, value = found["label"].strip(), found["value"].strip()
        heading = clean_heading(label)
        if value:
            ends = found["colon"] or label.endswith(":") or plain(label) in BRIEFS
            taken = ends and meaning_of(heading) and not is_field(heading, value)
            return (heading, value) if taken else None
        if meaning_of(heading):
            return heading, None
        alone = not self.open and not label.rstrip("*_").endswith((".", "!", ","))
        return (heading, None) if alone and self.is_flat and self.at else None

    def _label(self, line: str) -> tuple[str, str | None] | None:
        if CAPITALS.match(line) and exactly(plain(line)) and not self.open:
            return clean_heading(line), None
        found = LABEL.match(line)
        about = exactly(plain(found["label"])) if found and not self.open else None
        if not found or not about:
            return None
        in_head = self.passed <= 1 and about in HEAD_PARAGRAPHS
        if not (self.is_flat or in_head or about in SAID_PLAINLY):
            return None
        value = line[found.end() :].strip()
        # In the head, as in the template of Google's book, paragraphs have labels.
        is_head = self.is_flat or self.passed <= 1
        if value and (not is_head or is_field(found["label"], value)):
            return None
        return clean_heading(found["label"]), value or None


def is_rule(line: str) -> bool:
    """Say whether a line is one that only divides."""
    marks = line.replace(" ", "").replace("\t", "")
    return len(marks) >= 3 and marks[0] in "-*_=" and not marks.strip(marks[0])


def _value_of(line: str) -> str:
    return line.partition(":")[2].strip(" *_")


def _is_about(line: str) -> bool:
    return meaning_of(line.partition(":")[0]) is not None


def _real_headings(lines: list[str]) -> int:
    """Count what is drawn as a heading, with # or with a line below."""
    fence, count, last, before_last = "", 0, "", ""
    for line in lines:
        before, fence = fence, fence_after(line, fence)
        if not (before or fence):
            below = last and not before_last.strip() and last[0] not in " \t>|-*+"
            count += bool(
                ATX.match(line)
                or GLUED.match(line)
                or (below and not is_rule(last) and UNDERLINE.match(line))
            )
        before_last, last = last, line
    return count
