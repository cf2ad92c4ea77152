"""Tags for those who hear a document instead of seeing it: PDF/UA.

WeasyPrint leaves four things to do. Running heads, and what is marked as hidden, it
tags as content outside the tree; heads of tables do not say what they head; headings
may skip a level; and the letters of some scripts come out in the order of their shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydyf import Dictionary, String
from weasyprint import draw
from weasyprint.formatting_structure.boxes import MarginBox
from weasyprint.pdf import tags
from weasyprint.pdf.stream import Stream

# Letters whose shapes come in another order or number than they are written.
SHAPED = re.compile(
    r"[\u0900-\u0dff\u0e00-\u0eff\u200d\u20e3\ufe0f"
    r"\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]"
)


def tell_artifacts_apart(root: Any) -> None:
    """Mark margins of pages, and what is not to be read aloud, as artifacts."""
    hidden = {
        each
        for element in root.iter()
        if element.get("aria-hidden") == "true"
        for each in element.iter()
    }
    margins = 0
    draw_context, mark = draw.draw_stacking_context, Stream.marked
    build_tree = tags._build_box_tree

    def drawn(stream: Any, context: Any) -> None:
        nonlocal margins
        margins += isinstance(context.box, MarginBox)
        draw_context(stream, context)
        margins -= isinstance(context.box, MarginBox)

    def marked(stream: Any, box: Any, tag: str) -> Any:
        if margins or box.element in hidden:
            return stream.artifact()
        text = getattr(box, "text", "")
        if text and SHAPED.search(text):
            return spelled(stream, box, tag)
        return mark(stream, box, tag)

    def tree(box: Any, *others: Any) -> Iterator[Any]:
        inner = getattr(box, "_box", box)
        if not isinstance(inner, MarginBox) and inner.element not in hidden:
            yield from build_tree(box, *others)

    draw.draw_stacking_context, Stream.marked = drawn, marked
    tags._build_box_tree = tree


@contextmanager
def spelled(stream: Any, box: Any, tag: str) -> Iterator[None]:
    """Mark text with its letters as written: its shapes do not say which they are."""
    number = len(stream._tags)
    stream._tags[box] = {"tag": tag, "mcid": number}
    properties = Dictionary({"MCID": number, "ActualText": String(box.text)})
    stream.begin_marked_content(tag, properties)
    yield
    stream.end_marked_content()


def finish(_document: Any, pdf: Any) -> None:
    """Say of each table head what it heads, and let no heading skip a level."""
    above: list[int] = []
    for element in pdf.objects:
        kind = element.get("S", "") if hasattr(element, "get") else ""
        if kind == "/TH":
            element["A"]["Scope"] = (
                "/Column" if heads_a_column(element, pdf) else "/Row"
            )
        elif isinstance(kind, str) and re.fullmatch("/H[1-6]", kind):
            level = int(kind[2:])
            above = [*(each for each in above if each < level), level]
            element["S"] = f"/H{len(above)}"


def heads_a_column(head: Any, pdf: Any) -> bool:
    """Tell by its place: in the head of a table, or in a row of nothing but heads."""
    row = by_reference(head["P"], pdf)
    kinds = {by_reference(cell, pdf)["S"] for cell in row["K"]}
    return by_reference(row["P"], pdf)["S"] == "/THead" or kinds == {"/TH"}


def by_reference(reference: bytes, pdf: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]
