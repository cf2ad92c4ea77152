"""A scripted mail server: python -m tests.faults.mail_server PORT TRUTH

An address says what happens to its first attempt: what stands before the first dot
is the script, as in `cut-after.17@faults.example`. Orders on standard input change
how everybody is met: {"mode": "greet-421", "pace": 0.05}. Every mail it takes
responsibility for is a line in TRUTH before it says so, and so is every blow.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from contextlib import suppress
from pathlib import Path

from tests.faults import journal

MOST_BYTES = 20_000_000
A_LONG_TIME = 3_600
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
# What an address may ask for, and whether the server has taken the mail by then.
REPLIES = {
    "rcpt-450": b"450 4.2.1 Come back later",
    "rcpt-550": b"550 5.1.1 No such user",
    "rcpt-421": b"421 4.3.2 Closing down",
    "data-451": b"451 4.3.0 Try again",
    "data-554": b"554 5.6.0 Not this one",
    "data-421": b"421 4.3.2 Closing down",
}
MODES = {
    "greet-421": b"421 4.3.2 Too busy",
    "greet-554": b"554 5.3.2 Not you",
    "sender-451": b"451 4.3.0 Not now",
    "sender-550": b"550 5.7.1 You may not send",
}


class HangUp(Exception):
    """The server closes the connection without another word."""


class Server:
    """What all sessions share: the mode, the pace, and who was struck already."""

    def __init__(self, port: int, truth: Path) -> None:
        self.mode, self.pace = "ok", 0.0
        self._port, self._truth = port, truth
        self._struck: set[str] = set()
        self._listener: asyncio.Server | None = None

    async def follow(self) -> None:
        """Listen, and do what standard input says until it ends."""
        orders = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
        )
        await self._listen()
        while line := await orders.readline():
            order = json.loads(line)
            self.mode, self.pace = order["mode"], order["pace"]
            if self.mode == "refuse":
                await self._close()
            else:
                await self._listen()
            sys.stdout.write("done\n")
            sys.stdout.flush()

    async def _listen(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(
                self._meet, "127.0.0.1", self._port, limit=MOST_BYTES
            )

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _meet(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        over = (HangUp, OSError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with suppress(*over):
            await Session(self, reader, writer).talk()
        with suppress(OSError):
            writer.close()

    def strikes(self, address: str, *scripts: str) -> str:
        """Give the script that this address asks for here, at its first attempt."""
        script = address.partition(".")[0]
        if script not in scripts or address in self._struck:
            return ""
        self._struck.add(address)
        self.note("blow", script=script, to=address)
        return script

    def note(self, what: str, **facts: object) -> None:
        journal.write(self._truth, what, **facts)


class Session:
    """One connection."""

    def __init__(
        self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.address, self.recipients = "", set[str]()

    async def talk(self) -> None:
        mode = self.server.mode
        if mode == "refuse":
            raise HangUp
        if mode == "greet-hang":
            await asyncio.sleep(A_LONG_TIME)
        await self.say(MODES.get(mode, b"") if mode[:5] == "greet" else b"220 ready")
        while line := await self.reader.readline():
            verb = line.strip().upper()
            if verb.startswith((b"EHLO", b"HELO")):
                if self.server.mode == "hello-drop":
                    raise HangUp
                await self.say(b"250 hello")
            elif verb.startswith(b"MAIL"):
                self.recipients = set()
                mode = self.server.mode
                await self.say(MODES[mode] if mode[:6] == "sender" else b"250 go on")
            elif verb.startswith(b"RCPT"):
                await self.recipient(line)
            elif verb == b"DATA":
                await self.letter()
            elif verb == b"QUIT":
                await self.say(b"221 bye")
                return
            else:
                await self.say(b"250 as you like")

    async def say(self, words: bytes) -> None:
        if self.server.pace:
            await asyncio.sleep(self.server.pace)
        self.writer.write(words + b"\r\n")
        await self.writer.drain()
        if words.startswith(b"421"):
            raise HangUp

    async def recipient(self, line: bytes) -> None:
        self.address = line.partition(b"<")[2].partition(b">")[0].decode()
        here = ("rcpt-450", "rcpt-550", "rcpt-421", "hang-rcpt", "drop-rcpt", "slow")
        script = self.server.strikes(self.address, *here)
        if script == "hang-rcpt":
            await asyncio.sleep(A_LONG_TIME)
        if script == "drop-rcpt":
            raise HangUp
        if script == "slow":
            await asyncio.sleep(0.6)
        if script not in REPLIES:
            self.recipients.add(self.address)
        await self.say(REPLIES.get(script, b"250 go on"))

    async def letter(self) -> None:
        await self.say(b"354 go on")
        if self.server.strikes(self.address, "drop-in-data"):
            await self.reader.read(64)
            raise HangUp
        content = await self.reader.readuntil(b"\r\n.\r\n")
        refusals = ("data-451", "data-554", "data-421")
        if script := self.server.strikes(self.address, *refusals):
            return await self.say(REPLIES[script])
        if script := self.server.strikes(self.address, "drop-before", "hang-before"):
            await self.vanish(script)
        found = MESSAGE_ID.search(content)
        message_id = found[1].decode() if found else ""
        for address in sorted(self.recipients):
            self.server.note("accepted", to=address, id=message_id)
        after = ("cut-after", "hang-after", "drop-after")
        script = self.server.strikes(self.address, *after)
        if script in ("cut-after", "hang-after"):
            await self.vanish(script)
        await self.say(b"250 taken")
        if script == "drop-after":
            raise HangUp
        return None

    async def vanish(self, script: str) -> None:
        """Say nothing any more, with the connection open or closed."""
        if script.startswith("hang"):
            await asyncio.sleep(A_LONG_TIME)
        raise HangUp


if __name__ == "__main__":
    asyncio.run(Server(int(sys.argv[1]), Path(sys.argv[2])).follow())
