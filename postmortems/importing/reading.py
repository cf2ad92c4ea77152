"""Makes a source of a file or of pasted text: which of the two forms it is in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from incidents.changes import Refused
from postmortems.markdown_back import is_ours, snapshot_in
from postmortems.markdown_format import NotOurs
from postmortems.markdown_in import Unreadable, WriteUp, decode, recognise
from postmortems.markdown_in.decoding import fitting
from postmortems.snapshot import Snapshot

LONGEST_NAME = 200
FENCE = "---"
LONGEST_FRONT = 131_072
OUR_KEY = re.compile(r"^debrief:", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A text with its name; `notes` says what had to be assumed to read it."""

    name: str
    text: str
    notes: tuple[str, ...] = ()
    _recognised: dict[tuple[str, date | None], WriteUp] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def digest(self) -> str:
        """Fingerprint the text, whatever a browser or an editor did to line ends."""
        return hashlib.sha256(self.text.strip().encode("utf-8", "replace")).hexdigest()

    @cached_property
    def is_ours(self) -> bool:
        """Look for our key before the record is read, which takes its time."""
        front = self.text[: self.text.find("\n---", len(FENCE))]
        may_be = len(front) <= LONGEST_FRONT and OUR_KEY.search(front)
        return bool(may_be) and is_ours(self.text)

    @cached_property
    def snapshot(self) -> Snapshot:
        """Read a document of ours; raises Refused where it was damaged."""
        try:
            return snapshot_in(self.text)
        except NotOurs as wrong:
            sentence = _(
                "It is a document of Debrief, but was changed so that it cannot be "
                "read: %(why)s Download it again, or take away the lines between --- "
                "at its top to import it as any other text."
            )
            why = {"why": f"{str(wrong).splitlines()[0].rstrip('.')}."}
            raise Refused.because("damaged", sentence % why, "text") from wrong

    def writeup(self, zone: str, day: date | None = None) -> WriteUp:
        """Recognise it as somebody else's; `day` counts whatever it says."""
        if (zone, day) not in self._recognised:
            try:
                read = recognise(self.text, name=self.name, zone=zone, day=day)
            except Unreadable as error:
                raise Refused.because("unreadable", error.sentence, "text") from error
            self._recognised[zone, day] = read
        return self._recognised[zone, day]


def source_of(content: bytes, name: str) -> Source:
    """Read a file; raises Refused for what is too long, no text, or empty."""
    try:
        text, notes = decode(content)
    except Unreadable as error:
        raise Refused.because("unreadable", error.sentence, "file") from error
    return _source(text, name, notes, "file")


def source_of_text(text: str, name: str = "") -> Source:
    """Take what was pasted; raises Refused for what is too long, or empty."""
    text = text.replace("\r\n", "\n")  # as browsers send it, which counts twice
    try:
        fitting(text)
    except Unreadable as error:
        raise Refused.because("unreadable", error.sentence, "text") from error
    return _source(text, name or _("pasted text"), (), "text")


def _source(text: str, name: str, notes: tuple[str, ...], field: str) -> Source:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    # Halves of a character, as a broken editor leaves them, fit into no database.
    text = text.encode("utf-8", "replace").decode("utf-8").removeprefix("\ufeff")
    if not any(letter.isalnum() for letter in text):
        sentence = _("There is no word in it: choose another file, or paste its text.")
        raise Refused.because("empty", sentence, field)
    return Source(" ".join(name.replace("\0", "").split())[:LONGEST_NAME], text, notes)
