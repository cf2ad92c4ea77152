"""Makes text of the bytes of a file, or says why that cannot be done."""

from __future__ import annotations

from django.utils.translation import gettext as _

from incidents.item_import.decoding import MARKS

LONGEST = 1024 * 1024
# What people choose by mistake, by the bytes such files begin with.
NO_TEXT: dict[bytes, str] = {
    b"PK\x03\x04": "zip or docx",
    b"\xd0\xcf\x11\xe0": "doc",
    b"%PDF": "pdf",
    b"\x1f\x8b": "gz",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpg",
}


class Unreadable(Exception):
    """A write-up that cannot be taken; the sentence says what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Give the text, and a sentence where its encoding had to be assumed.

    Raises Unreadable for what is too long, or no text at all.
    """
    for start, kind in NO_TEXT.items():
        if content.startswith(start):
            sentence = _(
                "This is a %s file. Save the write-up as Markdown or plain text, and "
                "choose that."
            )
            raise Unreadable(sentence % kind)
    # UTF-32 takes four bytes for each character; what counts is checked once decoded.
    if len(content) > 4 * LONGEST:
        raise Unreadable(too_long())
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return fitting(content.decode(encoding, "replace")), ()
    try:
        return fitting(content.decode("utf-8")), ()
    except UnicodeDecodeError:
        sentence = _(
            "The file is not in UTF-8; it was read as Windows-1252. Where letters with "
            "accents look wrong, save it as UTF-8 and import it again."
        )
        return fitting(content.decode("cp1252", "replace")), (sentence,)


def fitting(text: str) -> str:
    """Give the text back, or raise Unreadable where it is too long."""
    most = LONGEST
    if len(text) > most or len(text.encode("utf-8", "replace")) > most:
        raise Unreadable(too_long())
    return text


def too_long() -> str:
    return _(
        "The write-up is longer than 1 MiB. Split it into one file for each incident, "
        "and leave logs out of it."
    )
