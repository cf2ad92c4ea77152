"""Paths into somebody else's JSON: `a.b[0].c`, `alerts[*]`, `labels["x/y"]`.

Several may be tried in turn, `annotations.summary or labels.alertname`; `$.` begins at
the whole body instead of at one alert.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

LONGEST = 300
OR = re.compile(r"\s+or\s+")
STEP = re.compile(
    r"""(?P<dot>\.)?(?P<name>[\w$@:/-]+)
    |\[(?P<index>[0-9]{1,4})\]
    |\["(?P<quoted>[^"\]]+)"\]
    |(?P<every>\[\*\])""",
    re.VERBOSE,
)
EVERY: Final = object()
NOTHING: tuple[Any, ...] = (None, "", [], {})


class BadPath(Exception):
    """A path that cannot be read, with the sentence that says why."""


@dataclass(frozen=True)
class Path:
    is_from_root: bool
    steps: tuple[Any, ...]

    def all_in(self, body: Any, alert: Any) -> list[Any]:
        """List what stands there; a `[*]` makes it several."""
        found = [body if self.is_from_root else alert]
        for step in self.steps:
            if step is EVERY:
                found = [e for each in found if isinstance(each, list) for e in each]
            else:
                found = [e for each in found if (e := _go(each, step)) is not None]
        return found


def read_paths(text: str) -> tuple[Path, ...]:
    """Read a path and those to try after it, or raise BadPath."""
    text = text.strip()
    if len(text) > LONGEST:
        raise BadPath(_("A path has at most %d characters.") % LONGEST)
    return tuple(_path(each) for each in OR.split(text)) if text else ()


def first_in(paths: tuple[Path, ...], body: Any, alert: Any) -> Any:
    """Give the first value that says anything, or None."""
    values = (each for path in paths for each in path.all_in(body, alert))
    return next((each for each in values if each not in NOTHING), None)


def _path(text: str) -> Path:
    is_from_root = text == "$" or text.startswith(("$.", "$["))
    rest = text[1:] if is_from_root else text
    steps: list[Any] = []
    at = 0
    while at < len(rest):
        step = STEP.match(rest, at)
        # Names after the first are set off by a dot; nothing else is.
        is_apart = step and (
            step["name"] is None or bool(step["dot"]) == bool(at or is_from_root)
        )
        if step is None or not is_apart:
            sentence = _(
                "“%(path)s” cannot be read from “%(rest)s” on: write %(like)s."
            )
            told = {"path": text[:60], "rest": rest[at:][:20], "like": "a.b[0].c"}
            raise BadPath(sentence % told)
        steps.append(_step(step))
        at = step.end()
    return Path(is_from_root, tuple(steps))


def _step(found: re.Match[str]) -> Any:
    if found["every"]:
        return EVERY
    if found["index"]:
        return int(found["index"])
    return found["quoted"] or found["name"]


def _go(value: Any, step: Any) -> Any:
    if isinstance(step, int):
        is_there = isinstance(value, list) and step < len(value)
        return value[step] if is_there else None
    return value.get(step) if isinstance(value, dict) else None
