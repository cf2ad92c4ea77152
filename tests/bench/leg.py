"""One database: fill it, measure, print the table; 1 if a target is missed."""

from __future__ import annotations

import gc
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from unittest.mock import patch

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench.plain_engine import STOCK

if TYPE_CHECKING:
    from tests.bench.data import Filled
    from tests.bench.playbooks import Budget

WARM_UP = 3
ROUNDS = 15
LISTED = 50


@dataclass(frozen=True)
class Comparison:
    """A page of ours, what it is held against, and how much more it may cost."""

    name: str
    ours: Callable[[], int]
    other: Callable[[], int]
    most_times: float
    most_queries: int | None = None


@dataclass(frozen=True)
class Result:
    comparison: Comparison
    ours: float
    other: float
    queries: int

    @property
    def times(self) -> float:
        return self.ours / self.other

    @property
    def is_met(self) -> bool:
        most = self.comparison.most_queries
        few = most is None or self.queries <= most
        return few and self.times <= self.comparison.most_times


class Reader:
    """Somebody who is logged in and opens pages, with everything a page loads."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def open(self, address: str, *, entries: int = 0, rows: int = 0) -> int:
        """Open a page; make sure it is the page, and return its length."""
        response = self.client.get(address)
        html = response.content.decode()
        if response.status_code != 200:
            raise SystemExit(f"{address} answers {response.status_code}.")
        for fragment in fragments(html):
            html += self.client.get(fragment, HTTP_HX_REQUEST="true").content.decode()
        if len(re.findall(r'id="event-\d+"', html)) != entries:
            raise SystemExit(f"{address} does not show {entries} entries.")
        if html.count("<tr") < rows:
            raise SystemExit(f"{address} does not show {rows} rows.")
        return len(html)

    def ask(self, address: str) -> int:
        """Ask whether a page has changed; make sure that it has not."""
        response = self.client.get(address)
        if response.status_code != 204:
            raise SystemExit(f"{address} answers {response.status_code}.")
        return len(response.content)


def fragments(html: str) -> Iterable[str]:
    """Find what a page fetches by itself as soon as it is there."""
    for tag in re.findall(r"<[^>]+hx-get=[^>]+>", html):
        if re.search(r'hx-trigger="[^"]*(load|revealed)', tag):
            found = re.search(r'hx-get="([^"]+)"', tag)
            if found:
                yield unescape(found[1])


def cpu(work: Callable[[], int]) -> float:
    """Count the processor time of this process, in milliseconds."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def compare(comparison: Comparison) -> Result:
    """Take turns, so that whatever else the machine does meets both alike."""
    for _ in range(WARM_UP):
        comparison.ours()
        comparison.other()
    gc.collect()
    gc.freeze()
    pairs = [(cpu(comparison.ours), cpu(comparison.other)) for _ in range(ROUNDS)]
    with CaptureQueriesContext(connection) as queries:
        comparison.ours()
    ours, other = zip(*pairs, strict=True)
    return Result(
        comparison,
        statistics.median(ours),
        statistics.median(other),
        len(queries),
    )


def without_due(work: Callable[[], int]) -> int:
    """Do something while the list asks for no deadlines."""
    with patch("incidents.lines.first_dues", lambda rows, now: {}):
        return work()


def fill_up() -> Filled:
    from tests.bench.data import fill

    began = time.monotonic()
    filled = fill()
    print(f"filled in {time.monotonic() - began:.0f} s")
    return filled


def comparisons(filled: Filled) -> list[Comparison]:
    from tests.bench.data import LONG, SHORT

    client = Client(SERVER_NAME="localhost")
    client.force_login(filled.reader, backend="incidents.backends.GroupBackend")
    reader = Reader(client)
    home = "/admin/incidents/incident/"
    running = f"{home}?running=on"
    short, long = (f"{home}{i.pk}/change/" for i in (filled.short, filled.long))
    bare = f"/bare/{filled.short.pk}/"
    return [
        Comparison(
            "incident list : stock list",
            lambda: reader.open(home, rows=LISTED),
            lambda: reader.open("/stock/incidents/incident/", rows=LISTED),
            1.3,
            10,
        ),
        Comparison(
            "10,000 running, due column : without",
            lambda: reader.open(running, rows=LISTED),
            lambda: without_due(lambda: reader.open(running, rows=LISTED)),
            1.15,
        ),
        Comparison(
            f"incident page, {SHORT} entries : bare view",
            lambda: reader.open(short, entries=SHORT),
            lambda: reader.open(bare, entries=SHORT),
            6,
            25,
        ),
        Comparison(
            f"incident page, {LONG:,} entries : {SHORT} entries",
            lambda: reader.open(long, entries=SHORT),
            lambda: reader.open(short, entries=SHORT),
            1.2,
            25,
        ),
        *(one_kind(reader, long), pulse(reader, filled, bare)),
    ]


def one_kind(reader: Reader, page: str) -> Comparison:
    """Open the long page with its timeline asked for the entries of one kind."""
    from tests.bench.data import LONG, SHORT

    return Comparison(
        f"one kind of {LONG:,} entries : all kinds",
        lambda: reader.open(f"{page}?kind=decision", entries=SHORT),
        lambda: reader.open(page, entries=SHORT),
        1.2,
        25,
    )


def pulse(reader: Reader, filled: Filled, bare: str) -> Comparison:
    """Ask as every open page does, several times a minute."""
    from tests.bench.data import SHORT

    short = filled.short
    asked = f"/admin/incidents/incident/{short.pk}/pulse/?seen={short.revision}"
    return Comparison(
        f"pulse, unchanged : bare view of {SHORT} entries",
        lambda: reader.ask(asked),
        lambda: reader.open(bare, entries=SHORT),
        0.3,
        3,
    )


def show(results: Iterable[Result]) -> None:
    print(
        f"{'':46}{'ours':>8}{'other':>9}{'times':>8}{'most':>6}{'queries':>9}{'most':>6}"
    )
    for result in results:
        wanted = result.comparison
        print(
            f"{wanted.name:46}{result.ours:6.1f}ms{result.other:7.1f}ms"
            f"{result.times:8.2f}{wanted.most_times:6.2f}{result.queries:9}"
            f"{wanted.most_queries or '':>6}"
            f"  {'met' if result.is_met else 'MISSED'}"
        )


def show_budgets(budgets: Iterable[Budget]) -> None:
    for each in budgets:
        verdict = "met" if each.is_met else "MISSED"
        print(
            f"{each.name:46}{each.figure:6.2f} {each.unit}, most {each.most:g}"
            f"  {verdict}"
        )


def main() -> int:
    settings.TEMPLATES = [*settings.TEMPLATES, STOCK]
    settings.ROOT_URLCONF = "tests.bench.plain"
    with tempfile.TemporaryDirectory() as folder:
        settings.STATIC_ROOT = folder
        django.setup()
        from tests.bench.alerts import taking_in
        from tests.bench.playbooks import declaring, loading

        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("migrate", verbosity=0, interactive=False)
        budgets = [loading(), declaring("as the first incident", 25)]
        results = [compare(each) for each in comparisons(fill_up())]
        # As few as for the first one.
        budgets.append(declaring("at 20,000 incidents", int(budgets[-1].figure)))
        budgets.append(taking_in())
    show(results)
    show_budgets(budgets)
    return 0 if all(each.is_met for each in [*results, *budgets]) else 1


if __name__ == "__main__":
    sys.exit(main())
