"""Markdown as people write it, to HTML that can neither fetch nor run anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# A section's own title is an h2, so what people call "#" begins below it.
DEEPEST_HEADING = 6
LEVELS_DOWN = 2
ALIGNED = {"left", "center", "right"}
TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr",
    "li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead",
    "tr", "ul",
}  # fmt: skip


def prose(text: str) -> SafeString:
    """Turn Markdown into clean HTML; an image becomes a link to its address."""
    html = nh3.clean(
        _markdown().render(text),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        allowed_classes={"td": ALIGNED, "th": ALIGNED},
        url_schemes={"http", "https", "mailto"},
    )
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.enable(["table", "strikethrough"])
    markdown.core.ruler.push("fit_in", _fit_in)
    markdown.add_render_rule("image", _image_as_link)
    return markdown


def _fit_in(state: StateCore) -> None:
    """Lower the headings, and say by class how cells of a table are aligned."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = min(int(token.tag[1:]) + LEVELS_DOWN, DEEPEST_HEADING)
            token.tag = f"h{level}"
        style = token.attrs.pop("style", None)
        if style:
            token.attrSet("class", str(style).removeprefix("text-align:"))


def _image_as_link(
    renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    options: Any,
    env: Mapping[str, Any],
) -> str:
    image = tokens[index]
    address = nh3.clean_text(str(image.attrs.get("src", "")))
    return f'<a href="{address}">{nh3.clean_text(image.content) or address}</a>'
