"""Damaged files by a seed: what programs, people and bad luck make of a good one."""

from __future__ import annotations

import codecs
import random
from collections.abc import Callable

GOOD = [
    ["title", "owner", "due", "priority", "details", "link"],
    *(
        [f"Prüfe {n}", "", "2026-12-31", f"P{n % 4}", f"Zeile\n{n}", ""]
        for n in range(1, 9)
    ),
]
Table = list[list[str]]


def text_of(table: Table, separator: str = ",") -> str:
    quoted = (('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)
    return "\r\n".join(separator.join(row) for row in quoted) + "\r\n"


def cell(dice: random.Random, what: str) -> bytes:
    """Put something into a cell of a good file."""
    table = [list(row) for row in GOOD]
    table[dice.randrange(len(table))][dice.randrange(6)] = what
    return text_of(table).encode("utf-8", "surrogatepass")


def formula(dice: random.Random) -> bytes:
    sign = dice.choice("=+-@\t\r")
    return cell(dice, sign + dice.choice(["HYPERLINK(1)", "cmd|' /C calc'!A0", "1"]))


def giant(dice: random.Random) -> bytes:
    return cell(dice, "x" * dice.choice([131_071, 140_000, 1_000_000, 10_000_000]))


def odd(dice: random.Random) -> bytes:
    signs = ["\0", "\x1b", "\u202e", "\ufeff", "\ud800", "\U0001f600" * 300, "\u2028"]
    return cell(dice, dice.choice(signs) * dice.randint(1, 3))


def ragged(dice: random.Random) -> bytes:
    table = [list(row) for row in GOOD]
    row = table[dice.randrange(1, len(table))]
    if dice.random() < 0.5:
        del row[dice.randrange(6) :]
    else:
        row += ["more"] * dice.randint(1, 200)
    return text_of(table).encode()


def headings(dice: random.Random) -> bytes:
    heads = [
        dice.choice(["title", "Summary", "", "due", "Votes", "\0"]) for _ in "abcdef"
    ]
    return text_of([heads, *GOOD[1:]]).encode()


def wide(dice: random.Random) -> bytes:
    columns = dice.choice([101, 5_000, 100_000])
    return (",".join(f"c{n}" for n in range(columns)) + "\nA\n").encode()


def quotes(dice: random.Random) -> bytes:
    text = text_of(GOOD)
    at = dice.randrange(len(text))
    return (text[:at] + '"' * dice.choice([1, 2, 3, 5_000]) + text[at:]).encode()


def ends(dice: random.Random) -> bytes:
    return (
        text_of(GOOD)
        .replace("\r\n", dice.choice(["\r", "\n\r", "\x0b", "\x85"]))
        .encode()
    )


def encoded(dice: random.Random) -> bytes:
    names = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
    mark = dice.choice([b"", codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE])
    return mark + text_of(GOOD).encode(dice.choice([*names, "cp437", "utf-7"]))


def separated(dice: random.Random) -> bytes:
    return text_of(GOOD, dice.choice([";", "\t", "|", ":", "§", ",,", " "])).encode()


def cut(dice: random.Random) -> bytes:
    whole = dice.choice([text_of(GOOD).encode(), text_of(GOOD).encode("utf-16")])
    return whole[: dice.randrange(len(whole))]


def flipped(dice: random.Random) -> bytes:
    whole = bytearray(text_of(GOOD).encode())
    for _time in range(dice.randint(1, 40)):
        whole[dice.randrange(len(whole))] = dice.randrange(256)
    return bytes(whole)


def binary(dice: random.Random) -> bytes:
    starts = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"\0\0"]
    return dice.choice(starts) + dice.randbytes(dice.choice([0, 1, 7, 3_000]))


def nested(dice: random.Random) -> bytes:
    return b'title\n"' + b'"' * dice.randint(1, 5_000) + b"\n"


DAMAGES: list[Callable[[random.Random], bytes]] = [
    *(formula, giant, odd, ragged, headings, wide, quotes, ends, encoded, separated),
    *(cut, flipped, binary, nested),
]


def damaged(seed: int) -> tuple[str, bytes]:
    """Give the kind of damage and the file that a seed stands for."""
    damage = DAMAGES[seed % len(DAMAGES)]
    return damage.__name__, damage(random.Random(seed))  # noqa: S311
