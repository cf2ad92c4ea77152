"""Footnotes: gathered at the end of their text, numbered as they are first spoken of.

Also a note that nothing refers to is printed: no word of a text gets lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

BACK = "\N{LEFTWARDS ARROW WITH HOOK}"


@dataclass
class Note:
    label: str
    tokens: list[Token] = field(default_factory=list)
    number: int = 0
    is_spoken_of: bool = False


def gather_notes(state: StateCore) -> None:
    """Move what notes say out of the text, into a list behind it."""
    notes: list[Note] = []
    state.tokens = _taken_out(state.tokens, notes)
    if not notes:
        return
    numbered = _Numbering(notes, str(state.env["stem"]))
    numbered.visit(state.tokens)
    state.tokens += [Token("notes_open", "section", 1, attrs={"class": "notes"})]
    state.tokens += [_block(Token("notes_list_open", "ol", 1))]
    for note in numbered.all():
        state.tokens += numbered.printed(note)
    state.tokens += [_block(Token("notes_list_close", "ol", -1))]
    state.tokens += [_block(Token("notes_close", "section", -1))]


def _taken_out(tokens: Iterable[Token], notes: list[Note]) -> list[Token]:
    """Split the tokens: what notes say goes to their rows, the rest is given back."""
    rest: list[Token] = []
    inside: list[Note] = []
    for token in tokens:
        if token.type == "footnote_reference_open":
            inside.append(Note(token.meta["label"]))
            notes.append(inside[-1])
        elif token.type == "footnote_reference_close":
            inside.pop()
        else:
            (inside[-1].tokens if inside else rest).append(token)
    return rest


class _Numbering:
    """Gives notes their numbers while the tokens that speak of them are visited."""

    def __init__(self, notes: list[Note], stem: str) -> None:
        self.notes = notes
        self.stem = stem
        # Of two notes with one label the first is meant.
        self.by_label = {note.label: note for note in reversed(notes)}
        self.order: list[Note] = []

    def all(self) -> Iterator[Note]:
        """Give the notes by their numbers; what is printed meanwhile may give more."""
        unspoken = iter(self.notes)
        printed = 0
        while True:
            while printed < len(self.order):
                yield self.order[printed]
                printed += 1
            note = next((each for each in unspoken if not each.number), None)
            if note is None:
                return
            self._number(note)

    def visit(self, tokens: Iterable[Token]) -> None:
        """Turn what speaks of notes into links to them."""
        for token in tokens:
            if token.type == "inline" and token.children:
                token.children = [
                    each for child in token.children for each in self._linked(child)
                ]

    def printed(self, note: Note) -> list[Token]:
        self.visit(note.tokens)
        back = self._back(note) if note.is_spoken_of else []
        tokens = note.tokens
        if tokens and tokens[-1].type == "paragraph_close":
            inline = tokens[-2]
            inline.children = [*(inline.children or []), *back]
        elif back:
            tokens = [*tokens, *_paragraph(back)]
        name = f"note-{self.stem}-{note.number}"
        first = _block(Token("note_open", "li", 1, attrs={"id": name}))
        return [first, *tokens, _block(Token("note_close", "li", -1))]

    def _number(self, note: Note) -> None:
        self.order.append(note)
        note.number = len(self.order)

    def _linked(self, token: Token) -> list[Token]:
        if token.type != "footnote_ref":
            return [token]
        note = self.by_label[token.meta["label"]]
        if not note.number:
            self._number(note)
        name = "" if note.is_spoken_of else f"noted-{self.stem}-{note.number}"
        note.is_spoken_of = True
        link = _link(f"#note-{self.stem}-{note.number}", str(note.number))
        if name:
            link[0].attrSet("id", name)
        return [Token("sup_open", "sup", 1), *link, Token("sup_close", "sup", -1)]

    def _back(self, note: Note) -> list[Token]:
        link = _link(f"#noted-{self.stem}-{note.number}", BACK)
        link[0].attrSet("aria-label", _("Back to the text"))
        return [Token("text", "", 0, content=" "), *link]


def _link(address: str, words: str) -> list[Token]:
    start = Token("link_open", "a", 1, attrs={"href": address})
    # Not the writer's: nobody asks where it leads.
    start.meta["is_ours"] = True
    return [start, Token("text", "", 0, content=words), Token("link_close", "a", -1)]


def _paragraph(children: list[Token]) -> list[Token]:
    inline = Token("inline", "", 0, children=children)
    start, end = Token("paragraph_open", "p", 1), Token("paragraph_close", "p", -1)
    return [_block(start), inline, _block(end)]


def _block(token: Token) -> Token:
    token.block = True
    return token
