"""Markdown as people write it, to HTML that can neither fetch nor run anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import nh3
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import image, link
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from postmortems.references import References
from postmortems.rendering.bounds import flatten, in_bounds, table_in_bounds
from postmortems.rendering.boxes import draw_boxes
from postmortems.rendering.notes import gather_notes
from postmortems.rendering.words import Words

# A section's own title is an h2, so what people call "#" begins below it.
HEADING_BASE = 3
DEEPEST_HEADING = 6
ALIGNED = {"left", "center", "right"}
TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "li", "ol", "p", "pre", "s", "section", "span", "strong", "sup", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"aria-label", "href", "id", "title"},
    "li": {"id"},
    "ol": {"start"},
    "span": {"aria-label", "role"},
    "th": {"scope"},
}
CLASSES = {
    "li": {"task"},
    "section": {"notes"},
    "span": {"box"},
    "td": ALIGNED,
    "th": ALIGNED,
}
# What a table may begin in the middle of.
INTERRUPTED = ["paragraph", "reference"]
SCHEMES = {"http", "https", "mailto"}
# What no font draws and no database keeps; a blank, so that words stay apart.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
PICTURE_SOURCE = re.compile(
    r"(?:https?://|file:///|/(?!/)|data:image/(?:png|jpeg|webp);base64,)\S+"
    r"|(?:picture:)?[\w-][\w.-]*(?:/[\w.-]+)*"
)


@dataclass(frozen=True)
class Picture:
    """An image of the timeline as a document shows it; `source` is what is fetched."""

    source: str
    words: str = ""
    width: int = 0
    height: int = 0

    def __post_init__(self) -> None:
        if not PICTURE_SOURCE.fullmatch(self.source):
            raise ValueError("no image is at such an address")


def prose(
    text: str,
    *,
    links: References | None = None,
    images: Mapping[int, Picture] | None = None,
    heading_base: int = HEADING_BASE,
) -> SafeString:
    """Turn Markdown into clean HTML.

    `links` says which references lead where. `![what it shows](image:12)` shows the
    image 12 of `images`, once; any other image becomes a link to its address.
    """
    text = UNPRINTABLE.sub(" ", text)
    images = images or {}
    words = Words(links or References(site=settings.SITE_URL), images)
    # Two texts of one document must not have notes of the same name.
    stem = f"{crc32(text.encode()):08x}"
    env = {"words": words, "stem": stem, "heading_base": heading_base}
    html = _markdown().render(text, env)
    return mark_safe(_cleaned(html, words.shown))  # noqa: S308 - it is clean


def _cleaned(html: str, shown: Mapping[str, str]) -> str:
    """Keep what is known to be harmless; put images in where they are shown."""
    if not shown:
        return nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            allowed_classes=CLASSES,
            url_schemes=SCHEMES,
        )

    def sourced(tag: str, attribute: str, value: str) -> str | None:
        return shown.get(value) if (tag, attribute) == ("img", "src") else value

    return nh3.clean(
        html,
        tags=TAGS | {"img"},
        attributes={**ATTRIBUTES, "img": {"alt", "height", "src", "width"}},
        allowed_classes=CLASSES,
        url_schemes=SCHEMES | {"image"},
        attribute_filter=sourced,
    )


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.enable(["table", "strikethrough"])
    markdown.use(footnote_plugin, inline=False, move_to_end=False)
    markdown.block.ruler.at("table", table_in_bounds, {"alt": INTERRUPTED})
    markdown.block.ruler.before("table", "flatten", flatten)
    markdown.inline.ruler.at("link", in_bounds("[", link))
    markdown.inline.ruler.at("image", in_bounds("!", image))
    markdown.core.ruler.push("notes", gather_notes)
    markdown.core.ruler.push("boxes", draw_boxes)
    markdown.core.ruler.push("words", _settle_words)
    markdown.core.ruler.push("headings", _settle_headings)
    markdown.core.ruler.push("cells", _settle_cells)
    return markdown


def _settle_words(state: StateCore) -> None:
    words: Words = state.env["words"]
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = words.settled(token.children)


def _settle_headings(state: StateCore) -> None:
    """Put headings below the section's title, without leaving out a level.

    Whoever begins with "##" means the first level all the same; an empty one goes.
    """
    above: list[int] = []
    kept: list[Token] = []
    for token in state.tokens:
        if token.type == "heading_open":
            level = int(token.tag[1:])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
        if token.type in {"heading_open", "heading_close"}:
            level = state.env["heading_base"] + len(above) - 1
            token.tag = f"h{min(level, DEEPEST_HEADING)}"
        kept.append(token)
        if token.type == "heading_close" and not kept[-2].children:
            del kept[-3:]
    state.tokens = kept


def _settle_cells(state: StateCore) -> None:
    """Say by class how cells are aligned, and that a head is one of its column."""
    for token in state.tokens:
        if token.type == "th_open":
            token.attrSet("scope", "col")
        style = token.attrs.pop("style", None)
        if style:
            token.attrSet("class", str(style).removeprefix("text-align:"))
