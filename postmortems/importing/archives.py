"""An archive given to the page: few write-ups at once, unpacked only in memory."""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _

from incidents.changes import Refused
from postmortems.importing.files import Found, unpacked, wanted_in
from postmortems.markdown_in.decoding import LONGEST

# All of them are read and shown while somebody waits; the command takes more.
MOST_FILES, MOST_PACKED, MOST_UNPACKED = 20, 1024 * 1024, LONGEST


@dataclass(frozen=True)
class Archive:
    """Its name, itself as a page carries it, and the write-ups in it."""

    name: str
    packed: str
    files: list[Found]


def is_archive(content: bytes, name: str) -> bool:
    """Say whether it is meant as an archive; documents of offices are packed, too."""
    return name.lower().endswith(".zip") and content.startswith(b"PK")


def write_ups_of(content: bytes) -> list[Found]:
    """Unpack its write-ups; raise Refused where that is too much, or nothing."""
    if len(content) > MOST_PACKED:
        raise _refused(_("The archive is larger than 1 MiB."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = wanted_in(archive)
            if len(members) > MOST_FILES:
                sentence = _(
                    "The archive has %(there)d write-ups, not at most %(most)d."
                )
                facts = {"there": len(members), "most": MOST_FILES}
                raise _refused(sentence % facts)
            # What the heads of the members say is a promise; what is read counts.
            files, left = [], MOST_UNPACKED
            for member in members:
                files.append(unpacked(archive, member))
                left -= len(files[-1].content)
                if left < 0:
                    raise _refused(_("The archive holds more than 1 MiB of text."))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        sentence = _("The archive cannot be opened: pack it again.")
        raise Refused.because("zip", sentence, "file") from error
    if not files:
        sentence = _("The archive has no file that ends in .md, .markdown or .txt.")
        raise Refused.because("empty", sentence, "file")
    return files


def carried(content: bytes) -> str:
    """Write an archive so that a page can bring it back."""
    return base64.b64encode(content).decode("ascii")


def brought_back(carried: str) -> bytes:
    """Read it again; what was changed on the way is no archive any more."""
    try:
        return base64.b64decode(carried, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _refused(sentence: str) -> Refused:
    remedy = _("Split it, or let an administrator use import_postmortems.")
    return Refused.because("many", f"{sentence} {remedy}", "file")
