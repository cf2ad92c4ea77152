"""Finds the text behind the name of a preset or of a file, and says why it cannot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from incidents.patterns import slug_of
from incidents.playbooks.load import LONGEST_DOCUMENT
from incidents.playbooks.near import advice
from incidents.playbooks.presets import PRESETS, preset_text

LONGEST_SLUG = 50
SLUG = re.compile(rf"[-a-zA-Z0-9_]{{1,{LONGEST_SLUG}}}")


class NoSuchFile(Exception):
    """A name behind which there is no text; says what to write instead."""


@dataclass(frozen=True)
class PlaybookFile:
    """The text of a playbook, the name it goes by in messages, and its short name."""

    name: str
    slug: str
    text: str


def find_file(name: str) -> PlaybookFile:
    """Read a preset or a file, or raise NoSuchFile."""
    if name in PRESETS:
        return PlaybookFile(f"{name}.yaml", name, preset_text(name))
    path = Path(name)
    return PlaybookFile(str(path), path.stem, read_text(path))


def read_text(path: Path) -> str:
    """Read a file of UTF-8, or raise NoSuchFile."""
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_DOCUMENT * 4 + 1)
        return content.decode("utf-8-sig")
    except FileNotFoundError as error:
        sentence = _("There is neither a preset nor a file “%s”. ") % path
        raise NoSuchFile(sentence + advice(str(path), PRESETS, "")) from error
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            facts = {"path": path, "line": content[: error.start].count(b"\n") + 1}
            sentence = _(
                "%(path)s:%(line)d: This is not UTF-8: save the file as UTF-8."
            )
            raise NoSuchFile(sentence % facts) from error
        facts = {"path": path, "reason": getattr(error, "strerror", error)}
        raise NoSuchFile(_("%(path)s cannot be read: %(reason)s.") % facts) from error


def check_slug(slug: str) -> None:
    """Refuse what no playbook can be called, or raise NoSuchFile."""
    if not SLUG.fullmatch(slug):
        facts = {"slug": slug, "other": slug_of(slug)[:LONGEST_SLUG] or "playbook"}
        sentence = _("“%(slug)s” is no short name: add --slug %(other)s.")
        raise NoSuchFile(sentence % facts)
