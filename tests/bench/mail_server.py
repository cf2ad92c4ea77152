"""A mail server that takes everything: python -m tests.bench.mail_server MILLISECONDS

It says its port on standard output, waits so long before each answer, and does as
little as it can, so that who sends is what is measured.
"""

from __future__ import annotations

import asyncio
import sys

END = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    delay = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.heard = bytearray()
        self.is_letter = False
        self.say(b"220 ready\r\n")

    def say(self, words: bytes) -> None:
        if self.delay:
            loop = asyncio.get_running_loop()
            loop.call_later(self.delay, self.transport.write, words)
        else:
            self.transport.write(words)

    def data_received(self, data: bytes) -> None:
        self.heard += data
        if self.is_letter:
            if self.heard.endswith(END):
                self.heard.clear()
                self.is_letter = False
                self.say(b"250 taken\r\n")
        elif self.heard.endswith(b"\r\n"):
            verb = bytes(self.heard[:4]).upper()
            self.heard.clear()
            self.is_letter = verb == b"DATA"
            self.say(b"354 go on\r\n" if self.is_letter else b"250 yes\r\n")
            if verb == b"QUIT":
                self.transport.close()


async def main(milliseconds: int) -> None:
    Session.delay = milliseconds / 1000
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
