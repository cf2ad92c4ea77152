"""Links, references and images within a paragraph: what they become for this reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it.token import Token

from postmortems.references import IMAGE, References, Target, is_ours, key_of
from postmortems.rendering.bounds import DEEPEST_WORDS

if TYPE_CHECKING:
    from postmortems.rendering.prose import Picture

# A host as people know it: no name before it that looks like another host.
WEB = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,4}|:[1-5][0-9]{4})?(?:[/?#]|\Z)", re.I
)
MAIL = re.compile(r"mailto:[^\s?]+@", re.I)


@dataclass
class _Opened:
    """A link or emphasis that is not closed yet; what closes it if it is left out."""

    token: Token
    is_kept: bool
    instead: str = ""

    @property
    def is_link(self) -> bool:
        return self.is_kept and self.token.type == "link_open"


class Words:
    """Goes through the paragraphs of one text; `shown` are the images they show."""

    def __init__(self, links: References, images: Mapping[int, Picture]) -> None:
        self.links = links
        self.images = images
        self.shown: dict[str, str] = {}

    def settled(self, tokens: Iterable[Token]) -> list[Token]:
        """Turn the tokens of a paragraph into those that are printed."""
        kept: list[Token] = []
        opened: list[_Opened] = []
        is_linked = False
        for token in tokens:
            if token.nesting == 1:
                opened.append(self._opened(token, is_linked, len(opened)))
                kept += [token] if opened[-1].is_kept else []
                is_linked = is_linked or opened[-1].is_link
            elif token.nesting == -1:
                closed = opened.pop()
                kept += self._closed(closed, token, kept)
                # No link is kept within another.
                is_linked = is_linked and not closed.is_link
            elif token.type == "image":
                kept += self._image(token, is_linked)
            elif token.type == "text" and not is_linked:
                kept += self._with_references(token.content)
            else:
                kept.append(token)
        return kept

    def _opened(self, token: Token, is_linked: bool, depth: int) -> _Opened:
        if token.type != "link_open":
            return _Opened(token, depth < DEEPEST_WORDS)
        if token.meta.get("is_ours"):
            return _Opened(token, not is_linked)
        address = str(token.attrs.get("href", ""))
        target = self._target(address)
        if target is None:
            return _Opened(token, False, self._in_brackets(address))
        token.attrSet("href", target.address)
        if target.title:
            token.attrs.setdefault("title", target.title)
        return _Opened(token, not is_linked)

    def _closed(
        self, opened: _Opened, token: Token, kept: list[Token]
    ) -> Iterable[Token]:
        if opened.is_kept:
            # A link without a word cannot be seen, nor heard.
            is_empty = opened.is_link and kept[-1] is opened.token
            words = [_text(str(opened.token.attrs["href"]))] if is_empty else []
            return [*words, token]
        return [_text(opened.instead)] if opened.instead else []

    def _target(self, address: str) -> Target | None:
        """Say where a link of the writer's leads, or that it is none."""
        target = self.links.target_of(address)
        if target or key_of(address):
            return target
        if is_ours(address):
            if not self.links.lead_inside:
                return None
            site = self.links.site if address.startswith("/") else ""
            return Target(f"{site}{address}", "")
        is_safe = WEB.match(address) or MAIL.match(address)
        return Target(address, "") if is_safe else None

    def _in_brackets(self, address: str) -> str:
        """Print where a link would lead that is none, unless it leads inside."""
        is_hidden = not address or (
            not self.links.lead_inside and (is_ours(address) or key_of(address))
        )
        return "" if is_hidden else f" ({address})"

    def _image(self, token: Token, is_linked: bool) -> list[Token]:
        address = str(token.attrs.get("src", ""))
        words = _spoken(token.children or [])
        named = IMAGE.fullmatch(address)
        key = int(named[1]) if named else 0
        picture = self.images.get(key)
        if picture and f"image:{key}" not in self.shown:
            self.shown[f"image:{key}"] = picture.source
            return [_shown(f"image:{key}", picture, words)]
        if picture or is_linked:
            return [_text(words or address)]
        target = self._target(address)
        if target is None:
            return [_text(f"{words}{self._in_brackets(address)}".strip())]
        return _link(target, words or target.address)

    def _with_references(self, text: str) -> Iterable[Token]:
        done = 0
        for spoken in self.links.spoken_in(text):
            yield _text(text[done : spoken.start])
            yield from _link(spoken.target, text[spoken.start : spoken.end])
            done = spoken.end
        yield _text(text[done:])


def _shown(address: str, picture: Picture, words: str) -> Token:
    token = Token("picture", "img", 0)
    token.attrs = {"src": address, "alt": words or picture.words}
    if picture.width and picture.height:
        token.attrs |= {"width": picture.width, "height": picture.height}
    return token


def _spoken(tokens: Iterable[Token]) -> str:
    """Give the words of an image without their marks."""
    words = []
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            words.append(" ")
        elif token.type == "image":
            words.append(_spoken(token.children or []))
        else:
            words.append(token.content)
    return "".join(words)


def _link(target: Target, words: str) -> list[Token]:
    attributes: dict[str, str | int | float] = {"href": target.address}
    if target.title:
        attributes["title"] = target.title
    start = Token("link_open", "a", 1, attrs=attributes)
    return [start, _text(words), Token("link_close", "a", -1)]


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)
