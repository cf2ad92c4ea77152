"""How a browser is started, and how somebody is logged in without typing."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.services import chromium_path

# Widths of a desk and of a telephone, with the height of the window.
WINDOWS = {1440: 900, 390: 844}
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
NO_ERRANDS = ("--disable-background-networking", "--disable-component-update")


def launched(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(
        executable_path=chromium_path(), args=[*QUIET, *NO_ERRANDS, "--disable-sync"]
    )


def new_window(
    browser: Browser, url: str, *, width: int, scheme: str, **options: bool
) -> BrowserContext:
    """Open a window of its own, which shares no cookie with another."""
    return browser.new_context(
        base_url=url,
        viewport={"width": width, "height": WINDOWS.get(width, 844)},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        **options,  # type: ignore[arg-type]
    )


def log_in(context: BrowserContext, person: User, url: str) -> None:
    client = Client()
    client.force_login(person, backend="incidents.backends.GroupBackend")
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": url}])
