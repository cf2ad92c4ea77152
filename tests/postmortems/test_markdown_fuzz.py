"""Markdown that nobody would write: it runs, fetches and delays nothing."""

from __future__ import annotations

import random
import time

import pytest

from postmortems.references import References, Target
from postmortems.rendering.prose import Picture, prose
from tests.commonmark import HOW, examples
from tests.postmortems.judged_html import faults_of
from tests.whole import BY_HAND, FULL

DOCUMENTS = 500 if BY_HAND else 150  # of each seed
SEEDS = range(10 if FULL else 1)
MOST_SECONDS = 2
LONGEST = 65_536
LINKS = References(
    {
        "INC-20261121-002": Target("/incident/5/", "<b>Cards</b>"),
        "item:12": Target("/item/12/", 'The "fix"'),
    }
)
IMAGES = {12: Picture("/image/12/", "A <graph>", 3, 4)}
SOURCES = {each.source for each in IMAGES.values()}
WORDS = [
    "word",
    "INC-20261121-002",
    "item:12",
    "item:13",
    "http://localhost:8000/admin/incidents/incident/5/",
    "a@b.example",
    *("été", "𝔘𝔫𝔦", "שלום", "事故", "🔥", "\u202e", "\xa0", "\x00", "\ud800", "\t"),
    *("&amp;", "&#0;", "&#x22;", "{{ x }}", "{% x %}"),
]
MARKS = [
    *("*", "**", "***", "_", "__", "~~", "`", "``", "```", "-", "#", "=", "+", "1."),
    *("[", "]", "(", ")", "![", "](", "[^1]", "[^1]:", "[^a]:"),
    *("<", ">", "|", ":", "\\", '"', "!"),
]
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>'>",
    "<base href=//evil.example>",
    "<a href=x style=y>",
    "<!-- <script> -->",
    "<![CDATA[<script>]]>",
    "</p><style>*{}",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](<java\nscript:x>)",
    "<javascript:alert(1)>",
    "[x]: vbscript:x 'y'",
    "[x](data:text/html,x)",
    "[x](//evil.example)",
    "[x](///evil.example)",
    "[x](javascript://localhost:8000/%0aalert(1))",
    "[x](/\\evil.example)",
    "[x](https://a@b:99999/[)",
    '[a](https://x "\\"onclick=x")',
    "[x](image:12)",
    "![x](http://127.0.0.1/x.png)",
    "![x](file:///etc/passwd)",
    '![x](image:12 "onerror=alert(1)")',
    "![x](image:13)",
    "![](image:12)",
    "```js onload=x\n",
]
STARTS = [
    "> ",
    "- ",
    "* ",
    "1. ",
    "    ",
    "# ",
    "###### ",
    "| ",
    "[^1]: ",
    "\t",
    "- [ ] ",
]


class Scribbler:
    """Writes Markdown of nasty shapes, always the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret

    def document(self) -> str:
        shapes = (self.soup, self.lines, self.table, self.run, self.nest, self.notes)
        blocks = [
            self.random.choice(shapes)() for _each in range(self.random.randint(1, 5))
        ]
        return "\n\n".join(blocks)[:LONGEST]

    def soup(self, most: int = 60) -> str:
        kinds = (WORDS, MARKS, MARKS, HOSTILE, [" "], ["\n", "\r\n", "\r"])
        chosen = (self.random.choice(kinds) for _each in range(most))
        return "".join(self.random.choice(kind) for kind in chosen)

    def lines(self) -> str:
        pieces = (STARTS, WORDS, MARKS, HOSTILE, [" "])
        return "\n".join(
            "".join(self.random.choice(STARTS) for _each in range(self.few(4)))
            + "".join(self.random.choice(self.random.choice(pieces)) for _e in range(6))
            for _line in range(self.few(12))
        )

    def table(self) -> str:
        columns, rows = self.few(12), self.few(12)
        rules = ["-", ":-", "-:", ":-:"]
        rule = "|".join(self.random.choice(rules) for _column in range(columns))
        cells = [self.soup(4).replace("\n", " ") for _row in range(rows * columns)]
        head = "|".join(cells[:columns])
        body = ("|" + "|".join(cells[row * 3 :][:columns]) for row in range(rows))
        return "\n".join([f"|{head}|", f"|{rule}|", *body])

    def run(self) -> str:
        piece = self.random.choice([*MARKS, *STARTS, *HOSTILE]) + self.random.choice(
            ["", " ", "a", "\n"]
        )
        # Rarely as long as a section may be: that is what takes time.
        length = LONGEST if self.random.random() < 0.01 else self.few(900)
        return piece * (length // len(piece) + 1)

    def nest(self) -> str:
        depth = self.few(90)
        opens, closes = self.random.choice(
            [("[", "](x)"), ("![", "](image:12)"), ("*a **", "** *"), ("_", "_")]
        )
        start = self.random.choice(STARTS) * depth if self.random.random() < 0.5 else ""
        return f"{start}{opens * depth}{self.soup(5)}{closes * depth}"

    def notes(self) -> str:
        labels = [self.random.choice(["1", "a", "é", "x]"]) for _each in range(6)]
        return "\n".join(
            f"{self.random.choice(['', '> '])}[^{label}]: {self.soup(4)}[^{other}]"
            for label, other in zip(labels, reversed(labels), strict=True)
        )

    def few(self, most: int) -> int:
        return self.random.randint(1, most)


def judge(text):
    """Turn one text and name what is wrong with what comes out."""
    began = time.process_time()
    html = prose(text, links=LINKS, images=IMAGES)
    took = time.process_time() - began
    slow = [f"took {took:.1f} s"] if took >= MOST_SECONDS else []
    return [*slow, *faults_of(html, SOURCES)]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_document_runs_or_fetches_anything_or_takes_long(seed):
    scribbler = Scribbler(seed)

    for number in range(DOCUMENTS):
        text = scribbler.document()
        assert judge(text) == [], f"{number} of seed {seed}: {text[:2_000]!r}"


def test_no_example_of_commonmark_runs_or_fetches_anything():
    texts = examples()
    if not texts:
        pytest.skip(HOW)

    assert len(texts) > 600
    for text in texts:
        assert judge(text) == [], text


def test_the_judge_knows_what_is_wrong():
    html = '<p onclick=x><a href="java\tscript:x">x</a><img src=y><svg><script>'

    assert faults_of(html, {"z"}) == [
        "p onclick",
        "leads to java\tscript:x",
        "fetches y",
        "svg",
        "script",
    ]
