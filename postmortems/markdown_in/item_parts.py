"""Takes the line of an action item apart: who, by when, how urgent, which ticket."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date

from incidents.choices import ItemStatus
from postmortems.markdown_in.drawn import PICTURE
from postmortems.markdown_in.inline import plain_text, squeezed
from postmortems.markdown_in.item_values import (
    Days,
    horizon_in,
    is_month,
    kind_in,
    priority_in,
    state_in,
    ticket_in,
)
from postmortems.markdown_in.labels import ITEM_COLUMNS
from postmortems.markdown_in.times import leading
from postmortems.markdown_in.values import is_empty
from postmortems.markdown_in.writeup import WrittenItem
from postmortems.meanings import plain

# Dashes with blanks, bars and semicolons divide a line; so do arrows.
DIVIDER = re.compile(r"\s+[-–—•·→|]+\s+|\s*[;|]\s*|\s+->\s+")
ASIDE = re.compile(r"\s*[(\[]([^()\[\]\n]{1,160})[)\]][.\s]*$")
MENTION = re.compile(r"(?<![\w@./])@[A-Za-z][\w.-]{0,60}(?<![.-])")
FIRST_MENTION = re.compile(r"(?P<name>@[A-Za-z][\w.-]{0,60}?)\s*(?::|[–—-]\s)\s*(?=\S)")
LAST_MENTION = re.compile(r"(?<=\s)(?P<name>@[A-Za-z][\w.-]{0,60})[\s.]*$")
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
NAME = re.compile(r"[^\W\d_a-z][\w.'’-]*(?:[ ][^\W\d_a-z][\w.'’-]*){0,3}")
LABEL = re.compile(r"(?P<label>[A-Za-z][A-Za-z ]{0,24}?)\s*(?::|=)\s*(?P<value>.+)$")
FRONT = re.compile(r"[(\[]?(?P<code>[Pp]\d)[)\]]?\s*[:–—-]?\s+")
BY = re.compile(r",?\s+(?:by|due|until)\s+(?P<day>[^,;]{4,40})$", re.IGNORECASE)
INSIDE = (
    "owner|assignee|assigned to|assigned|due date|due|deadline|priority|ticket|status|"
    "eta|dri|who|when|by when|responsible|jira|bug|issue"
)
LABELLED_INSIDE = re.compile(
    rf"(?<=[\s(,;|*_])(?:\*\*|__)?(?P<label>{INSIDE})(?:\*\*|__)?\s*:"
    r"\s*(?:\*\*|__)?",
    re.IGNORECASE,
)
# What GitLab calls a label; and how Confluence writes a task.
TRACKER_LABEL = re.compile(r"\s+~\"?(?P<value>[\w: -]{1,60})\"?\s*$")
MENTION_AND_DAY = re.compile(r"(?<!\w)@[\w.-]{1,60}\s+(?P<day>\d[\w. -]{5,20}?)[\s.]*$")
PICTURES = re.compile(f"^(?:{PICTURE}|[\ufe0f\u200d])+\\s+")
LONGEST_OWNER = 120
CODES = frozenset({"API", "DNS", "CDN", "TLS", "SLO", "SLA", "UI", "CI", "SQL", "P"})


@dataclass
class Parts:
    """What an item says, part by part, while it is read."""

    title: str = ""
    owner: str = ""
    due: date | None = None
    due_words: str = ""
    ticket: str = ""
    ticket_url: str = ""
    priority: int | None = None
    state: str = ""
    kind: str = ""
    horizon: str = ""

    def take(self, name: str, text: str, days: Days) -> bool:
        """Take a value under its name; False where it has its place already."""
        value = squeezed(plain_text(text)).strip(" *_,;")
        if is_empty(value) or name == "number":
            return False
        if name == "due" and not self.due_words:
            self.due, self.due_words = days.read(value), value
        elif name == "owner" and not self.owner:
            self.owner = value[:LONGEST_OWNER]
        elif name == "ticket" and not self.ticket:
            key, address, _words = ticket_in(text)
            bare = self._without_state(value)
            self.ticket, self.ticket_url = key or bare, address
            if is_empty(bare):
                self.ticket = ""
        elif name == "priority" and self.priority is None:
            self.priority = priority_in(value)
            return self.priority is not None
        elif name == "state" and not self.state:
            self.state = state_in(value)
            return bool(self.state)
        elif name == "kind" and not self.kind:
            self.kind = kind_in(value)
            return bool(self.kind)
        elif name == "horizon" and not self.horizon:
            self.horizon = horizon_in(value)
            return bool(self.horizon)
        else:
            return False
        return len(value) <= LONGEST_OWNER

    def _without_state(self, value: str) -> str:
        """Take a state off that stands behind a ticket: "Bug 5554823 TODO"."""
        before, _blank, last = value.rpartition(" ")
        state = state_in(last) if last.isupper() and not self.state else ""
        self.state = self.state or state
        return before if state else value

    def over(self, other: Parts) -> Parts:
        """Keep what is known; take from the other what is not."""
        values = {
            each.name: getattr(self, each.name)
            if getattr(self, each.name) not in {"", None}
            else getattr(other, each.name)
            for each in fields(self)
        }
        return Parts(**values)

    def guess(self, text: str, days: Days, *, names: bool) -> bool:
        """Take a part that has no label, if it can only be one thing."""
        value = squeezed(text.strip(" ,.*_"))
        if not value or len(value) > LONGEST_OWNER:
            return False
        if found := LABEL.match(value):
            name = ITEM_COLUMNS.get(plain(found["label"]), "title")
            return name != "title" and (
                self.take(name, found["value"], days) or is_empty(found["value"])
            )
        if priority_in(value) is not None and not value.isdigit():
            return self.take("priority", value, days)
        if state_in(value):
            return self.take("state", value, days)
        if days.read(value):
            return self.take("due", value, days)
        key, _address, words = ticket_in(value)
        if key and words == value:
            return self.take("ticket", value, days)
        if MENTION.fullmatch(value) or MAIL.fullmatch(value):
            return self.take("owner", value, days)
        named = names and NAME.fullmatch(value) and value not in CODES
        if named and not is_month(value.split()[0]):
            return self.take("owner", value, days)
        return False

    def item(self, raw: str, details: list[str]) -> WrittenItem:
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return WrittenItem(raw=raw, details="\n".join(details), **values)


def read_point(
    text: str, days: Days, ticked: bool | None, *, in_table: bool = False
) -> Parts:
    """Read the text of a point, from its end towards its beginning."""
    first, newline, more = text.partition("\n")
    parts = Parts()
    if ticked is not None:
        parts.state = ItemStatus.DONE if ticked else ItemStatus.OPEN
    struck = first.strip().startswith("~~") and first.strip().endswith("~~")
    drawn = PICTURES.sub("", first)
    line = _front_off(_labels_off(drawn, parts, days), parts)
    before = ""
    while line != before:
        before = line
        line = _asides_off(line, parts, days)
        line = _ticket_off(line, parts)
        line = line if in_table else _ends_off(line, parts, days)
    line = _mention_off(line.strip(), parts)
    if not parts.ticket:
        parts.ticket, parts.ticket_url, _words = ticket_in(line)
    mentions = MENTION.findall(line)
    if not parts.owner and len(set(mentions)) == 1:
        parts.owner = mentions[0]
    if struck and parts.state != ItemStatus.DONE:
        parts.state = ItemStatus.DROPPED
    title = squeezed(plain_text(line)).strip(" -–—:;,|→")
    more = squeezed(plain_text(more)) if newline else ""
    parts.title = " ".join(filter(None, [title or squeezed(plain_text(first)), more]))
    return parts


def _ends_off(line: str, parts: Parts, days: Days) -> str:
    """Take parts off the end that follow dashes, commas, "by" or a mention's @."""
    if found := TRACKER_LABEL.search(line):
        if parts.priority is None:
            parts.priority = priority_in(found["value"].replace("::", " "))
        line = line[: found.start()]
    if (found := MENTION_AND_DAY.search(line)) and not parts.due_words:
        parts.take("due", found["day"], days)
        line = line[: found.start("day")].rstrip()
    line = _commas_off(_tail_off(line, parts, days), parts, days)
    found = BY.search(line)
    if found and not parts.due_words and days.read(found["day"]):
        parts.take("due", found["day"], days)
        line = line[: found.start()]
    last = LAST_MENTION.search(line)
    if last and not parts.owner and line.count("@") == 1:
        parts.owner = last["name"]
        line = line[: last.start()]
    return line.rstrip()


def _split(name: str, value: str) -> tuple[str, str]:
    """Part a value that ends itself from the words that follow it."""
    words = ""
    if name == "due" and (read := leading(value)) and read.is_day:
        return (read.words, read.rest) if read.rest else (value, "")
    if name == "ticket":
        words = ticket_in(value)[2]
    elif name == "priority" and (found := FRONT.match(value)):
        words = found[0]
    if words and value.startswith(words):
        return words.strip(), value[len(words) :].strip()
    return value, ""


def _labels_off(line: str, parts: Parts, days: Days) -> str:
    """Take "Owner: …" and "Due: …" off, wherever on the line they begin."""
    found = list(LABELLED_INSIDE.finditer(f" {line}"))
    if not found:
        return line
    line = f" {line}"
    ends = [each.start() for each in found[1:]] + [len(line)]
    kept = [line[: found[0].start()]]
    for each, end in zip(found, ends, strict=True):
        value = DIVIDER.sub(" | ", line[each.end() : end]).strip(" ,;|()[]*_")
        name = ITEM_COLUMNS.get(plain(each["label"]), "")
        first, bar, more = value.partition(" | ")
        first, rest = _split(name, first)
        more = " ".join(filter(None, [rest, more]))
        if not (parts.take(name, first, days) or is_empty(first)):
            kept.append(line[each.start() : end])
        elif more:
            kept.append(f" - {more}" if bar else f" {more}")
    return "".join(kept).rstrip(" ,;|([-–—*_").strip()


def _front_off(line: str, parts: Parts) -> str:
    """Take a priority off that stands first: "[P1] …", "P1: …"."""
    text = line.strip()
    found = FRONT.match(text.removeprefix("**"))
    if not found or parts.priority is not None:
        return line
    parts.priority = priority_in(found["code"])
    return text.removeprefix("**")[found.end() :]


def _asides_off(line: str, parts: Parts, days: Days) -> str:
    """Take brackets at the end off, where all they hold can be told."""
    while found := ASIDE.search(line):
        # The address of a link is no aside.
        if line[: found.start()].endswith("]"):
            return line
        inside = found[1]
        pieces = [piece for piece in re.split(r"\s*[,;|/]\s+", inside) if piece.strip()]
        # A name alone may be the name of anything.
        trial = Parts().over(parts)
        sure = len(pieces) > 1
        told = [trial.guess(piece, days, names=sure) for piece in pieces]
        empty = all(is_empty(piece) for piece in pieces)
        if not told or not (all(told) or empty):
            return line
        for each in fields(parts):
            setattr(parts, each.name, getattr(trial, each.name))
        line = line[: found.start()]
    return line


def _tail_off(line: str, parts: Parts, days: Days) -> str:
    """Take parts off that follow dashes or bars, the last first."""
    while dividers := list(DIVIDER.finditer(line)):
        last = dividers[-1]
        text = line[last.end() :]
        known = bool(parts.due or parts.ticket or parts.priority is not None)
        if not (text.strip() == "" or parts.guess(text, days, names=known)):
            return line
        line = line[: last.start()]
    return line


def _commas_off(line: str, parts: Parts, days: Days) -> str:
    """Take parts off that follow commas, but no names: titles have commas, too."""
    while ", " in line:
        before, _comma, last = line.rpartition(", ")
        if not before.strip() or not parts.guess(last, days, names=False):
            break
        line = before
    return line


def _mention_off(line: str, parts: Parts) -> str:
    """Take "@ada:" off where it stands first."""
    found = FIRST_MENTION.match(line)
    if not found or parts.owner:
        return line
    parts.owner = found["name"]
    return line[found.end() :]


def _ticket_off(line: str, parts: Parts) -> str:
    """Take a ticket off that stands first or last."""
    key, address, words = ticket_in(line) if not parts.ticket else ("", "", "")
    bare = line.strip(" :–—-[]()|") if not address else line.strip(" :–—-|")
    if not key or bare == words:
        return line
    if bare.startswith(words):
        rest = bare[len(words) :].lstrip(" :–—-)]|")
    elif bare.endswith(words):
        rest = bare[: -len(words)].rstrip(" :–—-([|")
    else:
        return line
    parts.ticket, parts.ticket_url = key, address
    return rest
