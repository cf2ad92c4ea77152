"""A real browser on a live server; what the browser complains of fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import WSGIRequestHandler
from django.http import HttpRequest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.windows import launched, log_in, new_window

PATIENCE = 5_000  # milliseconds
TELL = """addEventListener("securitypolicyviolation", (event) =>
    complain(`${location.pathname}: ${event.violatedDirective} ${event.blockedURI}`))"""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # The library keeps an event loop in this thread, though nothing awaits in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = launched(playwright)
        yield running
        running.close()


@pytest.fixture(scope="package", autouse=True)
def _answers_without_delay() -> Iterator[None]:
    """Let windows keep static files, as those of the product do, and never wait 40 ms.

    Otherwise each page asks for each of its files again, and the end of each answer
    waits until the browser has confirmed the beginning. A window begins with nothing:
    each test still asks once.
    """
    serve = StaticFilesHandler.serve

    def serve_to_keep(handler: StaticFilesHandler, request: HttpRequest) -> object:
        answer = serve(handler, request)
        answer["Cache-Control"] = "max-age=3600"
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve_to_keep)
        patch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
        yield


@pytest.fixture
def open_window(browser, live_server) -> Iterator[Callable[..., Page]]:
    """Open windows, of somebody who is logged in already or of nobody."""
    complaints: list[str] = []
    opened: list[BrowserContext] = []

    def open_window(
        person: User | None = None,
        *,
        width: int = 1440,
        scheme: str = "light",
        **options: bool,
    ) -> Page:
        url = live_server.url
        window = new_window(browser, url, width=width, scheme=scheme, **options)
        opened.append(window)
        listen(window, complaints)
        if person:
            log_in(window, person, url)
        return window.new_page()

    yield open_window
    for window in opened:
        window.close()
    assert complaints == []


def listen(window: BrowserContext, complaints: list[str]) -> None:
    """Collect what the policy blocks, what scripts throw and what is missing."""
    window.set_default_timeout(PATIENCE)
    window.expose_binding("complain", lambda _source, text: complaints.append(text))
    window.add_init_script(TELL)
    window.on("weberror", lambda error: complaints.append(str(error.error)))
    window.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type in {"error", "warning"}
            # Told apart below: a refused form answers 422, which is no complaint.
            and not message.text.startswith(("Failed to load resource", "htmx:"))
            else None
        ),
    )
    window.on(
        "response",
        lambda answer: (
            complaints.append(f"{answer.url} answers {answer.status}")
            if (answer.status >= 400 and answer.status not in {404, 422, 403})
            # How an open page learns that its reader was logged out.
            or (answer.status == 403 and "/pulse/" not in answer.url)
            or (answer.status == 404 and "/static/" in answer.url)
            else None
        ),
    )
