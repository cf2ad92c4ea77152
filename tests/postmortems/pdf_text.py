"""Reads a PDF by its tags, as software does that reads it aloud, and byte by byte."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf

SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
PAINTS = {"f", "f*", "F", "S", "s", "B", "B*", "b", "b*", "sh", "Do"}
BFCHAR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


@dataclass
class Marked:
    """What stands on a page between two marks: its text, and how it was marked."""

    text: str = ""
    spelled: str | None = None


@dataclass
class Content:
    """A page's content by number; `unmarked` counts what nothing marks."""

    marked: dict[int, Marked] = field(default_factory=dict)
    unmarked: list[str] = field(default_factory=list)
    artifacts: str = ""


def content_of(page: pikepdf.Page) -> Content:
    """Go through a page's drawing, with the marks that are open at each step."""
    found, fonts = Content(), _fonts(page)
    open_marks: list[int | str] = []
    letters: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in {"BDC", "BMC"}:
            open_marks.append(_open(operands, found))
        elif name == "EMC":
            open_marks.pop()
        elif name == "Tf":
            letters = fonts[str(operands[0])]
        elif name in SHOWS_TEXT | PAINTS:
            shown = _spoken(operands[-1], letters) if name in SHOWS_TEXT else ""
            number = next((m for m in open_marks if isinstance(m, int)), None)
            if number is not None:
                found.marked[number].text += shown
            elif "/Artifact" in open_marks:
                found.artifacts += shown
            else:
                found.unmarked.append(shown or name)
    return found


def tree_of(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Give the elements of the structure in reading order."""
    waiting = [pdf.Root.StructTreeRoot.K]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting.extend(reversed(list(node)))
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            yield node
            waiting.append(node.get("/K", pikepdf.Array()))


def text_of(pdf: pikepdf.Pdf) -> str:
    """Give the text in the order in which it is read aloud."""
    pages = {page.objgen: content_of(page) for page in pdf.pages}
    words = []
    for element in tree_of(pdf):
        for kid in element.get("/K", []):
            if isinstance(kid, int):
                mark = pages[element.Pg.objgen].marked[kid]
                words.append(mark.text if mark.spelled is None else mark.spelled)
    return "\n".join(words)


def everything_in(path: Path) -> bytes:
    """Give all bytes of a file with every stream unpacked, and the text it draws."""
    unpacked = io.BytesIO()
    with pikepdf.open(path) as pdf:
        drawn = "".join(
            mark.text + content.artifacts + "".join(content.unmarked)
            for content in map(content_of, pdf.pages)
            for mark in [Marked(), *content.marked.values()]
        )
        pdf.save(
            unpacked,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return unpacked.getvalue() + drawn.encode()


def _open(operands: list[object], found: Content) -> int | str:
    properties = operands[1] if len(operands) > 1 else {}
    if isinstance(properties, pikepdf.Dictionary) and "/MCID" in properties:
        number = int(properties.MCID)
        spelled = properties.get("/ActualText")
        found.marked[number] = Marked(spelled=None if spelled is None else str(spelled))
        return number
    return str(operands[0])


def _fonts(page: pikepdf.Page) -> dict[str, dict[int, str]]:
    return {
        name: {
            int(code, 16): bytes.fromhex(letters.decode()).decode("utf-16-be")
            for code, letters in BFCHAR.findall(font.ToUnicode.read_bytes())
        }
        for name, font in page.resources.get("/Font", {}).items()
        if "/ToUnicode" in font
    }


def _spoken(shown: object, letters: dict[int, str]) -> str:
    parts = shown if isinstance(shown, pikepdf.Array) else [shown]
    codes = [bytes(each) for each in parts if isinstance(each, pikepdf.String)]
    return "".join(
        letters.get(int.from_bytes(code[n : n + 2], "big"), "\N{REPLACEMENT CHARACTER}")
        for code in codes
        for n in range(0, len(code), 2)
    )
