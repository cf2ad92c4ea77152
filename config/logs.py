"""The log: what happened and to which rows, and never what people wrote.

Our own lines name an event and, as `extra`, keys of rows: they are printed as they
are. What libraries say may hold titles, names, addresses or a mail server's words, so
of them the sentence is kept and the text put into it is left out; and of an exception
its kind and where it happened, without what it said.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

OURS = ("config", "incidents", "postmortems")
# What these say is about machines: names of tasks, addresses of the broker.
PLAIN = ("celery.beat", "celery.worker.consumer", "celery.worker.strategy", "kombu")
LEFT_OUT = "…"
# Of Celery's own sentences about tasks: which one it was, and how it ended.
OF_TASKS = frozenset({"name", "id", "description"})
# What libraries hang onto a record and may be anything.
STRANGE = frozenset({"request", "data", "server_time", "sql", "params", "alias"})
NOT_EXTRA = frozenset(RESERVED_ATTRS) | STRANGE | {"taskName", "color_message"}
Failure = tuple[type[BaseException], BaseException, TracebackType | None]


def is_one_of(name: str, families: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in families)


def sentence_of(record: logging.LogRecord) -> str:
    """Give the message, without what a library put into it."""
    if is_one_of(record.name, OURS + PLAIN):
        return record.getMessage()
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if not record.args:
        # Nothing was put in by the logger, so anything may have been before.
        return record.name
    kept = OF_TASKS if record.name.startswith("celery.") else frozenset()
    try:
        said = record.msg % _without_text(record.args, kept)
    except (TypeError, ValueError, KeyError):
        return record.name
    return said if any(map(str.isalpha, said)) else record.name


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """Give what else is known: our keys of rows; of libraries, numbers alone."""
    facts = {
        name: value
        for name, value in vars(record).items()
        if name not in NOT_EXTRA and not name.startswith("_")
    }
    if not is_one_of(record.name, OURS):
        facts = {k: v for k, v in facts.items() if isinstance(v, int | float)}
    facts |= _route(getattr(record, "request", None))
    return facts


def failure_of(failure: Failure) -> list[str]:
    """Say which exceptions it was, the last one first, and where each came from."""
    return list(_failures(failure[1]))


class Lines(logging.Formatter):
    """A line for people, as `make run` shows it."""

    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{k}={v}" for k, v in facts_of(record).items())
        line = f"{record.levelname} {record.name}: {sentence_of(record)} {facts}"
        lines = [line.rstrip()]
        if record.exc_info and record.exc_info[1]:
            lines += [f"  {each}" for each in failure_of(record.exc_info)]
        return "\n".join(lines)


class Json(JsonFormatter):
    """An object a line, for programs: LOG_FORMAT=json."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "event": sentence_of(record),
            **facts_of(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = failure_of(record.exc_info)
        return self.jsonify_log_record(line)


def configuration(level: str, format_name: str) -> dict[str, Any]:
    """Give the logging of every process: to standard error, in one form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "config.logs.Lines"},
            "json": {"()": "config.logs.Json"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": format_name}
        },
        "root": {"handlers": ["console"], "level": level},
        # Django's own handlers would print what these leave out.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }


def _without_text(given: Any, kept: frozenset[str]) -> Any:
    if isinstance(given, Mapping):
        return {
            key: value if key in kept else _number_or_nothing(value)
            for key, value in given.items()
        }
    return tuple(_number_or_nothing(value) for value in given)


def _number_or_nothing(value: object) -> Any:
    return value if isinstance(value, int | float) else LEFT_OUT


def _route(request: Any) -> dict[str, str]:
    """Name the page that was asked for: an address may hold a token or a search."""
    match = getattr(request, "resolver_match", None)
    return {"route": match.view_name} if match else {}


def _failures(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        yield kind.removeprefix("builtins.")
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        error = error.__cause__ or error.__context__
