"""What a page is judged by: the width of the window, and axe."""

from __future__ import annotations

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.whole import one_in

GRAVE = {"serious", "critical"}
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
# What it has nothing to say against is long, and nobody reads it.
RUN = "options => axe.run({...options, resultTypes: ['violations']})"
SCHEMES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}

Finding = tuple[str, str, str]


def findings(page: Page, places: dict[str, str]) -> list[Finding]:
    """Visit places, some of them by default, and give what is grave: see `grave`."""
    found = []
    for name, path in one_in(3, places.items()):
        page.goto(path)
        found += [(name, *finding) for finding in grave(page)]
    return found


def grave(page: Page) -> list[Finding]:
    """Give axe's grave findings on a page: the scheme, the rule, and where it breaks.

    In the light it is held to every rule. The dark changes its colours alone, so
    there it is held to the one rule about these.
    """
    page.evaluate(Axe().axe_script)
    found = []
    for scheme, options in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        found += [
            (scheme, each["id"], node["html"])
            for each in page.evaluate(RUN, options)["violations"]
            if each["impact"] in GRAVE
            for node in each["nodes"]
        ]
    return found
