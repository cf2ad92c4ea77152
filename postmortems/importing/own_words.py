"""Reads the words of our own documents back into what the columns have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Choices
from django.utils.translation import gettext as _

from incidents.choices import (
    PENDING,
    CauseCategory,
    DataLoss,
    DetectionSource,
    ItemStatus,
)
from postmortems.figures import MAY_BE_UNKNOWN
from postmortems.snapshot import Item, Snapshot

LONGEST_WHY = 500
NUMBER = re.compile(r"\d{1,3}(?:[,.\s]\d{3}){1,4}|\d{1,15}")
SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*%.*")
MONEY = re.compile(r"(\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(\.\d{1,2})? ([A-Z]{3})")

# Facts in people's words.
TEXTS = {
    "features": "features_affected",
    "data_loss_details": "data_loss_details",
    "reputation": "reputation",
}


def code_in(words: str, choices: type[Choices]) -> Any:
    """Give the code that a word is, or is the label of; None for any other."""
    if words in choices.values:
        return words
    labels = {str(label).casefold(): code for code, label in choices.choices}
    return labels.get(words.casefold())


def is_pending(item: Item) -> bool:
    return (code_in(item.status_code, ItemStatus) or ItemStatus.OPEN) in PENDING


@dataclass
class Facts:
    """Columns of the incident that the facts of a document say; `unread` stays text.

    `unknown` has the reasons why something cannot be known.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Facts:
        facts = cls()
        for fact in snapshot.facts:
            words = fact.value.strip()
            if column := TEXTS.get(fact.key):
                facts.columns[column] = words
                continue
            read = _READERS.get(fact.key)
            if read is None or words in {"", _("not recorded")}:
                continue
            if not facts._is_unknown(fact.key, words):
                found = dict(read(words))
                facts.unread += [] if found else [(fact.label, words)]
                facts.columns |= found
        return facts

    def _is_unknown(self, key: str, words: str) -> bool:
        """Take the reason why it is not known, where it says one."""
        before, _sign, after = _("not known: %s").partition("%s")
        said = words.startswith(before) and words.endswith(after)
        why = words[len(before) : len(words) - len(after)]
        if key not in MAY_BE_UNKNOWN or not said or len(why) > LONGEST_WHY:
            return False
        self.unknown[MAY_BE_UNKNOWN[key]] = why
        return True


Columns = Iterator[tuple[str, Any]]


def _users(words: str) -> Columns:
    if (share := SHARE.fullmatch(words)) and Decimal(share[1]) <= 100:
        yield "users_percent", Decimal(share[1])
    elif NUMBER.fullmatch(words):
        yield "users_affected", _number(words)


def _transactions(words: str) -> Columns:
    if NUMBER.fullmatch(words):
        yield "transactions_affected", _number(words)


def _revenue(words: str) -> Columns:
    if found := MONEY.fullmatch(words):
        amount = f"{found[1].replace(',', '')}{found[2] or ''}"
        yield "revenue_lost", Decimal(amount)
        yield "revenue_currency", found[3]


def _data_loss(words: str) -> Columns:
    if code := code_in(words, DataLoss):
        yield "data_loss", code


def _source(words: str) -> Columns:
    if code := code_in(words, DetectionSource):
        yield "detection_source", code


def _cause(words: str) -> Columns:
    if code := code_in(words, CauseCategory):
        yield "cause_category", code


def _number(words: str) -> int:
    return int(re.sub(r"\D", "", words))


_READERS = {
    "users": _users,
    "transactions": _transactions,
    "revenue": _revenue,
    "data_loss": _data_loss,
    "detection_source": _source,
    "cause_category": _cause,
}
