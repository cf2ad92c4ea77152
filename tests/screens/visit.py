"""One state of the product: fill its database, start it, photograph its screens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import django
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import Browser, Page, sync_playwright

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SCHEMES = ("light", "dark")
SLOWEST_START = 30


def main(state: str, folder: str, asked: str) -> int:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)

    from tests.browser.windows import launched
    from tests.screens.catalogue import CATALOGUE
    from tests.screens.world import EmptyWorld, FullWorld

    screens = [each for each in CATALOGUE[state] if re.search(asked, each.name)]
    world = FullWorld() if state == "full" else EmptyWorld()
    with product(), sync_playwright() as playwright:
        browser = launched(playwright)
        for screen in screens:
            for width in screen.widths:
                for scheme in SCHEMES:
                    path = Path(folder, f"{screen.name}-{state}-{scheme}-{width}.png")
                    with opened(browser, screen.visitor(world), width, scheme) as page:
                        answer = page.goto(screen.address(world))
                        if answer is None or answer.status >= 500:
                            raise SystemExit(f"{path.name}: {answer}")
                        screen.act(page)
                        stretch(page, width)
                        page.screenshot(path=path)
                    print(path.name, flush=True)
    return 0


def stretch(page: Page, width: int) -> None:
    """Make the window as long as the page, so that what sticks to its end is there."""
    # What was done on the page may have asked for another, of which nothing is there.
    page.wait_for_function("document.documentElement && document.body")
    page.wait_for_load_state()
    length = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": length})


@contextmanager
def product() -> Iterator[None]:
    """Keep the web process going; it listens on PORT."""
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--workers", "1"]
    with subprocess.Popen(command) as web:
        try:
            wait_for(settings.SITE_URL + "/healthz/")
            yield
        finally:
            web.terminate()


def wait_for(address: str) -> None:
    give_up_at = monotonic() + SLOWEST_START
    while True:
        try:
            with urlopen(address):  # noqa: S310
                return
        except URLError as error:
            if monotonic() > give_up_at:
                raise SystemExit(f"{address} does not answer: {error}") from error
            sleep(0.1)


@contextmanager
def opened(
    browser: Browser, person: User | None, width: int, scheme: str
) -> Iterator[Page]:
    """Open a window in which this person, or nobody, is logged in."""
    from tests.browser.windows import log_in, new_window

    context = new_window(browser, settings.SITE_URL, width=width, scheme=scheme)
    if person:
        log_in(context, person, settings.SITE_URL)
    try:
        yield context.new_page()
    finally:
        context.close()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main(*sys.argv[1:4]))
