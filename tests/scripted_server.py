"""A mail server that answers each verb as it is told, or hangs up at it."""

from __future__ import annotations

import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

HANGS_UP = ""
USUAL = {
    "GREETING": "220 ready",
    "EHLO": "250 hello",
    "MAIL": "250 go on",
    "RCPT": "250 go on",
    "DATA": "354 go on",
    "LETTER": "250 taken",
    "RSET": "250 forgotten",
    "QUIT": "221 bye",
}


class ScriptedServer(socketserver.ThreadingTCPServer):
    """`answers` by verb differ from the usual; a list is used up, one at a time.

    `heard` counts verbs, and `taken` has the letters that it took.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.answers: dict[str, str | list[str]] = {}
        self.heard: Counter[str] = Counter()
        self.taken: list[bytes] = []
        self.closes_after: int | None = None
        self.most_at_once = self._at_once = 0
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def answer(self, verb: str) -> str:
        with self._lock:
            self.heard[verb] += 1
            answer = self.answers.get(verb, USUAL.get(verb, "500 what"))
            if isinstance(answer, list):
                return answer.pop(0) if answer else USUAL[verb]
            return answer

    def enter(self, number: int) -> None:
        with self._lock:
            self._at_once += number
            self.most_at_once = max(self.most_at_once, self._at_once)


class Session(socketserver.StreamRequestHandler):
    server: ScriptedServer

    def handle(self) -> None:
        self.server.enter(1)
        try:
            self.talk()
        finally:
            self.server.enter(-1)

    def talk(self) -> None:
        if not self.say("GREETING"):
            return
        letters = 0
        for line in self.rfile:
            verb = line[:4].decode().upper()
            if not self.say(verb) or verb == "QUIT":
                return
            if verb == "DATA" and self.said.startswith("354"):
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                if not self.say("LETTER"):
                    return
                letters += 1
                if self.said.startswith("2"):
                    self.server.taken.append(letter)
                if letters == self.server.closes_after:
                    return

    def say(self, verb: str) -> bool:
        """Answer; False where the conversation is over."""
        self.said = self.server.answer(verb)
        if self.said == HANGS_UP:
            return False
        self.wfile.write(self.said.encode() + b"\r\n")
        return not self.said.startswith("421")


@pytest.fixture
def scripted(settings: Any) -> Iterator[ScriptedServer]:
    """A mail server to which the outbox of this test delivers over one connection."""
    with ScriptedServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        settings.MAIL_IS_ON = True
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        settings.OUTBOX_CONNECTIONS = 1
        yield server
        server.shutdown()
        thread.join()
