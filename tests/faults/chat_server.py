"""A scripted chat: python -m tests.faults.chat_server PORT TRUTH

A path says what happens to its first post: `/cut-after.17` has the connection cut
once the post is taken. What is taken is a line in TRUTH before the answer, and so is
every blow: the same truth as that of the mail server.
"""

from __future__ import annotations

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.faults import journal

STATUSES = {"say-410": 410, "say-429": 429, "say-500": 500}
# Before the post is taken, and after it.
BEFORE = ("cut-before", "hang-before")
AFTER = ("cut-after", "hang-after")
LONGER_THAN_ANYBODY_WAITS = 5.0


class ChatServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, truth: Path) -> None:
        super().__init__(("127.0.0.1", port), Post)
        self.struck: set[str] = set()
        self.truth = truth

    def note(self, what: str, **facts: object) -> None:
        journal.write(self.truth, what, **facts)


class Post(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        script = self._script()
        if script in STATUSES:
            return self._answer(STATUSES[script])
        if script in BEFORE:
            return self._vanish(script)
        self.server.note("accepted", to=self.path, id="")
        if script in AFTER:
            return self._vanish(script)
        return self._answer(200)

    def _script(self) -> str:
        """Give what this path asks for at its first post, and note the blow."""
        script = self.path.strip("/").partition(".")[0]
        if script == "ok" or self.path in self.server.struck:
            return ""
        self.server.struck.add(self.path)
        name = f"chat: {script}"
        self.server.note("blow", script=script, to=self.path, name=name)
        return script

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _vanish(self, script: str) -> None:
        if script.startswith("hang"):
            time.sleep(LONGER_THAN_ANYBODY_WAITS)
        self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: what counts is in the truth."""


if __name__ == "__main__":
    ChatServer(int(sys.argv[1]), Path(sys.argv[2])).serve_forever()
