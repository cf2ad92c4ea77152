"""Says in plain English what the YAML parser did not understand, and the remedy."""

from __future__ import annotations

import re

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from yaml.reader import ReaderError

ANCHORS = gettext_lazy(
    "Write it out: anchors (&) and aliases (*) are not read. A text that begins with "
    "one of them goes in quotation marks."
)
# What the parser says, whether the line is where the trouble begins (rather than where
# it was noticed), and what people can do about it.
REMEDIES = (
    (
        "mapping values are not allowed",
        False,
        gettext_lazy(
            "This colon cannot be here: put a text that has a colon in it in quotation "
            "marks, or mend the indentation."
        ),
    ),
    (
        "block sequence entries are not allowed",
        False,
        gettext_lazy(
            "A list begins on a line of its own, with “- ” before each entry."
        ),
    ),
    (
        "mapping keys are not allowed",
        False,
        gettext_lazy("A text that begins with “? ” goes in quotation marks."),
    ),
    (
        "did not find expected key",
        False,
        gettext_lazy(
            "A key is expected here. Begin all keys of a part in the same column; what "
            "follows a closing quotation mark or bracket belongs inside it, and a "
            "quotation mark in a text is doubled."
        ),
    ),
    (
        "could not find expected ':'",
        True,
        gettext_lazy(
            "Each line here needs a key, a colon and a space; a text that goes on is "
            "indented further than its key."
        ),
    ),
    (
        "did not find expected '-' indicator",
        False,
        gettext_lazy(
            "The next entry of the list is expected here: begin it with “- ” in the "
            "same column as the others, or indent the line further."
        ),
    ),
    (
        "did not find expected ',' or",
        True,
        gettext_lazy(
            "The bracket or brace that opens here is not closed, or a comma is missing "
            "between its entries."
        ),
    ),
    (
        "found unexpected end of stream",
        True,
        gettext_lazy("The quotation mark that opens here is not closed."),
    ),
    (
        "found unexpected document indicator",
        True,
        gettext_lazy("The quotation mark that opens here is not closed."),
    ),
    (
        "did not find expected node content",
        False,
        gettext_lazy("Something is missing before this bracket, brace or comma."),
    ),
    (
        "found unknown escape character",
        False,
        gettext_lazy(
            "In double quotation marks a backslash is special: write it twice, or use "
            "single quotation marks."
        ),
    ),
    (
        "did not find expected hexdecimal number",
        False,
        gettext_lazy(
            "A character is written “\\u” and four figures from 0 to F; a backslash "
            "itself is written twice."
        ),
    ),
    (
        "but found another document",
        False,
        gettext_lazy("A file is one document: remove this line of three hyphens."),
    ),
    (
        "did not find expected <document start>",
        False,
        gettext_lazy(
            "This belongs to nothing before it: mend the indentation, or remove it."
        ),
    ),
    (
        "did not find expected comment or line break",
        False,
        gettext_lazy("A text that follows “|” or “>” begins on the next line."),
    ),
    (
        "did not find expected alphabetic or numeric",
        False,
        gettext_lazy("A text that begins with & or * goes in quotation marks."),
    ),
    (
        "found undefined tag handle",
        False,
        gettext_lazy("A text that begins with ! goes in quotation marks."),
    ),
)


def sentence_for(error: Exception, text: str) -> tuple[int, str]:
    """Give the line of an error, and what is wrong there."""
    if isinstance(error, yaml.MarkedYAMLError):
        return _marked(error, text)
    if isinstance(error, ReaderError):
        before = text.encode()[: error.position]
        sentence = _("The character U+%04X cannot be in the file: remove it.")
        return before.count(b"\n") + 1, sentence % error.character
    if isinstance(error, UnicodeEncodeError):
        sentence = _("Half of a character stands here: remove it.")
        return text[: error.start].count("\n") + 1, sentence
    return 1, _("This is not YAML: %s.") % " ".join(str(error).split())


def _marked(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    noticed = error.problem_mark or error.context_mark
    problem = str(error.problem)
    if re.search(r"(: |- )[*&]\w", _text_of(noticed, text)):
        return _line(noticed), str(ANCHORS)
    if _is_at_the_end(noticed, text) and "node content" in problem:
        return _line(noticed), _("The file ends within a bracket or a brace: close it.")
    for words, at_its_beginning, remedy in REMEDIES:
        if problem.startswith(words):
            mark = (at_its_beginning and error.context_mark) or noticed
            return _line(mark), str(remedy)
    if "cannot start any token" in problem or "tab character" in problem:
        return _line(noticed), _unreadable_start(noticed, text)
    return _line(noticed), _("This is not YAML: %s.") % problem


def _is_at_the_end(mark: yaml.Mark | None, text: str) -> bool:
    return mark is not None and not "".join(text.split("\n")[mark.line :]).strip()


def _unreadable_start(mark: yaml.Mark | None, text: str) -> str:
    line = _text_of(mark, text)
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return _("Indent with spaces: a tab cannot begin a line.")
    found = line[mark.column : mark.column + 1] if mark else ""
    return _("A text that begins with “%s” goes in quotation marks.") % found


def _text_of(mark: yaml.Mark | None, text: str) -> str:
    lines = text.split("\n")
    return lines[mark.line] if mark and mark.line < len(lines) else ""


def _line(mark: yaml.Mark | None) -> int:
    return mark.line + 1 if mark else 1
