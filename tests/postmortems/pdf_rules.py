"""Rules of PDF/UA-1 that a program can check, by pikepdf: no seal of conformance.

Each rule is a function that gives sentences on what breaks it; `broken_rules` asks all.
What it cannot judge is whether words are right: an alternative text, a title, an order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf

from tests.postmortems.pdf_text import content_of, tree_of

Rule = Callable[[pikepdf.Pdf], Iterator[str]]
FONT_FILES = {"/FontFile", "/FontFile2", "/FontFile3"}
HEADINGS = {f"/H{level}": level for level in range(1, 7)}


def broken_rules(path: Path) -> list[str]:
    """Name what a PDF does against the rules; qpdf reads it from end to end first."""
    if unreadable := list(checked_by_qpdf(path)):
        return unreadable
    with pikepdf.open(path) as pdf:
        return [sentence for rule in RULES for sentence in rule(pdf)]


def checked_by_qpdf(path: Path) -> Iterator[str]:
    """Do what `qpdf --check` does: it is the library behind pikepdf."""
    job = pikepdf.Job(["qpdf", "--check", str(path)])
    try:
        job.run()
    except pikepdf.PdfError as error:
        yield f"qpdf --check cannot read it: {error}"
        return
    if job.exit_code or job.has_warnings:
        yield f"qpdf --check ends with {job.exit_code}"


def says_what_it_is(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "it does not say that it is tagged"
    if not str(root.get("/Lang", "")):
        yield "it names no language"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "readers show the file name instead of the title"
    if "/Outlines" not in root or "/First" not in root.Outlines:
        yield "it has no bookmarks"
    for key in ("/Title", "/Keywords", "/CreationDate"):
        if not str(pdf.docinfo.get(key, "")):
            yield f"{key[1:]} is missing among its properties"
    with pdf.open_metadata() as written:
        if written.get("pdfuaid:part") != "1":
            yield "its metadata do not say PDF/UA-1"
        if not written.get("dc:title"):
            yield "its metadata have no title"


def headings_go_down_step_by_step(pdf: pikepdf.Pdf) -> Iterator[str]:
    before = 0
    for element in tree_of(pdf):
        level = HEADINGS.get(str(element.S))
        if level and level > before + 1:
            yield f"a heading of level {level} follows one of level {before}"
        before = level or before


def tables_have_heads(pdf: pikepdf.Pdf) -> Iterator[str]:
    for table in (each for each in tree_of(pdf) if each.S == "/Table"):
        heads = [cell for cell in below(table) if cell.S == "/TH"]
        if not heads:
            yield "a table has no heads"
        if any("/Scope" not in head.get("/A", {}) for head in heads):
            yield "the head of a table does not say what it heads"
        rows = [each for each in below(table) if each.S == "/TR"]
        if len({columns(row) for row in rows}) > 1:
            yield "the rows of a table differ in length"


def columns(row: pikepdf.Dictionary) -> int:
    return sum(int(cell.get("/A", {}).get("/ColSpan", 1)) for cell in row.K)


def below(element: pikepdf.Dictionary) -> Iterator[pikepdf.Dictionary]:
    """Give what belongs to an element, but not what belongs to a table within it."""
    for kid in element.get("/K", []):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            if kid.S != "/Table":
                yield from below(kid)


def pictures_are_described(pdf: pikepdf.Pdf) -> Iterator[str]:
    for element in tree_of(pdf):
        if element.S == "/Figure" and not str(element.get("/Alt", "")).strip():
            yield "a picture has no words in its place"


def links_are_described(pdf: pikepdf.Pdf) -> Iterator[str]:
    for page in pdf.pages:
        annotations = list(page.get("/Annots", []))
        if annotations and page.get("/Tabs") != "/S":
            yield "the tabulator key does not follow the structure"
        for each in annotations:
            if not str(each.get("/Contents", "")) or "/StructParent" not in each:
                yield "a link is not described, or not in the structure"


def fonts_are_embedded(pdf: pikepdf.Pdf) -> Iterator[str]:
    for font in (each for each in pdf.objects if kind_of(each) == "/Font"):
        if "/DescendantFonts" in font and "/ToUnicode" not in font:
            yield f"{font.BaseFont} does not say which letters it shows"
        described = font.get("/FontDescriptor")
        if "/DescendantFonts" not in font and (
            described is None or FONT_FILES.isdisjoint(described.keys())
        ):
            yield f"{font.get('/BaseFont', 'a font')} is not embedded"


def kind_of(thing: object) -> str:
    return str(thing.get("/Type", "")) if isinstance(thing, pikepdf.Dictionary) else ""


def all_content_is_marked(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Hold each page's marks against the tree: none unmarked, none lost, none twice."""
    kinds = {element.objgen for element in tree_of(pdf)}
    told: Counter[tuple[object, int]] = Counter()
    for element in tree_of(pdf):
        for kid in element.get("/K", []):
            if isinstance(kid, int):
                told[element.Pg.objgen, kid] += 1
    for number, page in enumerate(pdf.pages, start=1):
        content = content_of(page)
        if content.unmarked:
            yield f"page {number} draws without a mark: {content.unmarked[:5]}"
        for mark, marked in content.marked.items():
            if told.pop((page.objgen, mark), 0) != 1:
                yield f"page {number} has content outside the tree: {marked.text!r}"
    if told:
        yield f"the tree names {len(told)} pieces of content that no page has"
    yield from parents_are_right(pdf, kinds)


def parents_are_right(pdf: pikepdf.Pdf, kinds: set[object]) -> Iterator[str]:
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    for parent in numbers[1::2]:
        for each in parent if isinstance(parent, pikepdf.Array) else [parent]:
            if each.objgen not in kinds:
                yield "the parent of some content is not in the tree"
                return


RULES: tuple[Rule, ...] = (
    says_what_it_is,
    headings_go_down_step_by_step,
    tables_have_heads,
    pictures_are_described,
    links_are_described,
    fonts_are_embedded,
    all_content_is_marked,
)
