"""A server that answers whatever it is asked, and remembers that it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "canary-7f3a-never-to-be-printed"
ANSWER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    f'<text id="x">{SECRET}</text></svg>'
)


@dataclass
class Counter:
    host: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def counting_server(canary: str) -> Iterator[Counter]:
    """Serve on a free port; /redirect.png leads to the file `canary`."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            counter.asked.append(self.path)
            if self.path.startswith("/redirect"):
                self.send_response(302)
                self.send_header("Location", f"file://{canary}")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml")
            self.end_headers()
            self.wfile.write(ANSWER.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    counter = Counter(f"127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield counter
    finally:
        server.shutdown()
        server.server_close()
