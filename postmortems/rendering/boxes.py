"""Boxes of a list of tasks: `- [x] done` is drawn as people tick paper off."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

TASK = re.compile(r"\[([ xX])\](?:[ \t]+|\Z)")
OPEN, DONE = "☐", "☑"


def draw_boxes(state: StateCore) -> None:
    """Put a box with its name where an entry of a list begins with a mark for one."""
    for item, paragraph, words in zip(
        state.tokens, state.tokens[1:], state.tokens[2:], strict=False
    ):
        if (item.type, paragraph.type) != ("list_item_open", "paragraph_open"):
            continue
        first = words.children[0] if words.children else None
        mark = TASK.match(first.content) if first and first.type == "text" else None
        if first and mark and words.children:
            item.attrJoin("class", "task")
            first.content = first.content[mark.end() :]
            words.children[:0] = _box(mark[1] != " ")


def _box(is_done: bool) -> list[Token]:
    name = _("done") if is_done else _("not done")
    attributes: dict[str, str | int | float] = {
        "class": "box",
        "role": "img",
        "aria-label": name,
    }
    return [
        Token("box_open", "span", 1, attrs=attributes),
        Token("text", "", 0, content=DONE if is_done else OPEN),
        Token("box_close", "span", -1),
        Token("text", "", 0, content=" "),
    ]
