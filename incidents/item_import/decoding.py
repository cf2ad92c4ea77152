"""Makes text of bytes, whatever program saved them, and says what it assumed."""

from __future__ import annotations

import codecs

from django.utils.translation import gettext as _

# What people choose by mistake, by the bytes such files begin with.
NO_TEXT: dict[bytes, str] = {
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0": "xls",
    b"%PDF": "pdf",
    b"\x1f\x8b": "gz",
}
MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LOOKED_AT = 4_096


class BrokenFile(Exception):
    """A file that cannot be read at all, with a sentence, and the row if it has one."""

    def __init__(self, sentence: str, *, row: int = 0, column: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.row, self.column = sentence, row, column


def decode(content: bytes) -> tuple[str, str]:
    """Give the text, and a sentence where its encoding had to be guessed.

    Raises BrokenFile for what is no text.
    """
    for start, kind in NO_TEXT.items():
        if content.startswith(start):
            sentence = _("This is a .%s file. Save the table as CSV, and choose that.")
            raise BrokenFile(sentence % kind)
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding), ""
    if wide := _wide(content):
        sentence = _("The file does not say its encoding; it was read as UTF-16.")
        return _decoded(content, wide), sentence
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        sentence = _(
            "The file is not in UTF-8; it was read as Windows-1252. Where letters with "
            "accents look wrong below, save it as CSV UTF-8 and upload it again."
        )
        return _decoded(content, "cp1252"), sentence


def _wide(content: bytes) -> str:
    """Recognise UTF-16 without its mark: of Latin text every other byte is zero."""
    head = content[:LOOKED_AT]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) < 4 or max(even, odd) < len(head) // 3 or min(even, odd):
        return ""
    return "utf-16-be" if even else "utf-16-le"


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        # What stands before the fault could be read: it tells the line.
        before = content[: error.start].decode(encoding, "ignore")
        line = len(f"{before}.".splitlines())
        sentence = _(
            "Line %(line)s has bytes that are no text in %(encoding)s. Save the file "
            "as CSV UTF-8 and upload it again."
        )
        facts = {"line": line, "encoding": encoding.removesuffix("-sig").upper()}
        raise BrokenFile(sentence % facts) from None
