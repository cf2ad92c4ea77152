"""Print the tests that every one of the named junit reports skipped, and the sums."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(reports: list[Path]) -> int:
    # S314: the reports are what pytest has just written.
    suites = [list(ElementTree.parse(path).iter("testcase")) for path in reports]  # noqa: S314
    never_run = set.intersection(*(found(suite, "skipped") for suite in suites))
    failed = sum(len(found(suite, "failure", "error")) for suite in suites)
    not_passed = failed + sum(len(found(suite, "skipped")) for suite in suites)
    passed = sum(map(len, suites)) - not_passed
    lines = [*sorted(never_run), f"{len(never_run)} tests skipped in every report"]
    sys.stdout.write("\n".join([*lines, f"{passed} passed, {failed} failed", ""]))
    return 1 if never_run or failed else 0


def found(suite: list[ElementTree.Element], *results: str) -> set[str]:
    return {
        f"{case.get('classname')}::{case.get('name')}"
        for case in suite
        if any(case.find(result) is not None for result in results)
    }


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
