"""A mail server of our own, which takes mail, refuses it, or never answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.contrib.auth.models import User

from incidents.choices import NotificationKind
from incidents.models import Notification
from incidents.outbox import queue

TAKEN = "250 OK"


class Inbox(Controller):
    """Listens on a free port of the loopback address; `letters` is what it took.

    `answers` holds what it says to an address instead of OK. While it `stalls`, it
    reads a letter to its end and then says nothing.
    """

    def __init__(self) -> None:
        super().__init__(self, hostname="127.0.0.1", port=0)
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.answer_to_sender = TAKEN
        self.answer_to_data = TAKEN
        self.stalls = False
        self.unanswered: list[EmailMessage] = []
        self.has_stalled = threading.Event()
        self.sessions: set[Any] = set()

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.answer_to_sender == TAKEN:
            envelope.mail_from = address
        return self.answer_to_sender

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.answers.get(address, TAKEN)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.sessions.add(session.peer)
        if self.stalls:
            self.unanswered.append(letter)
            self.has_stalled.set()
            await asyncio.sleep(3600)
        if self.answer_to_data == TAKEN:
            self.letters.append(letter)
        return self.answer_to_data


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    """A mail server, to which the outbox of this test delivers."""
    server = Inbox()
    server.start()
    settings.MAIL_IS_ON = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.stop()


@pytest.fixture
def send(noon: datetime, responder: User) -> Callable[..., Notification]:
    """Queue a message to the responder; what is not named is plain."""

    def queued(key: str = "digest:1:2026-11-21", **changed: Any) -> Notification:
        given: dict[str, Any] = {
            "kind": NotificationKind.DIGEST,
            "subject": "1 action item overdue",
            "text": "Test the restore",
            "user": responder,
            "now": noon,
        }
        return queue(key=key, **(given | changed))

    return queued
