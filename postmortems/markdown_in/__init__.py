"""Recognises write-ups in Markdown, in whatever form teams keep them."""

from __future__ import annotations

from postmortems.markdown_in.decoding import LONGEST, Unreadable, decode
from postmortems.markdown_in.recognising import recognise
from postmortems.markdown_in.words import (
    lost_words,
    outside,
    words_of,
    words_of_writeup,
)
from postmortems.markdown_in.writeup import (
    WriteUp,
    WrittenField,
    WrittenItem,
    WrittenMoment,
    WrittenSection,
)

__all__ = [
    "LONGEST",
    "Unreadable",
    "WriteUp",
    "WrittenField",
    "WrittenItem",
    "WrittenMoment",
    "WrittenSection",
    "decode",
    "lost_words",
    "outside",
    "recognise",
    "words_of",
    "words_of_writeup",
]
