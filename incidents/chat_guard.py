"""Which addresses a post to a chat may connect to: public ones, or hosts we know.

The check is made where the operating system is asked to connect, so on the very
address and after every look-up: a name that leads somewhere else the second time
gains nothing.
"""

from __future__ import annotations

import ipaddress
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 addresses that stand for an IPv4 one, which is in their last 32 bits.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class ConnectionRefusedHere(OSError):
    """Debrief itself does not connect to this address."""


@dataclass
class Guard:
    """What one thread may connect to while it posts, and what it was refused."""

    is_known: bool
    refused: str = ""

    def check(self, address: object) -> None:
        """Raise ConnectionRefusedHere unless this is where a post may go."""
        if self.is_known:
            return
        where = str(address[0]) if isinstance(address, tuple) else str(address)
        if not is_public(where):
            self.refused = where
            raise ConnectionRefusedHere(where)


_posting = threading.local()
_installing = threading.Lock()
_is_installed = False


def is_known(host: str) -> bool:
    """Say whether this host is one of those that may be private."""
    return host.lower() in settings.CHAT_PRIVATE_HOSTS


def is_public(where: str) -> bool:
    """Say whether an address belongs to the open internet; a name never does."""
    try:
        address: Address = ipaddress.ip_address(where.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = _meant_by(address)
    return address.is_global and not address.is_multicast


@contextmanager
def guarded(host: str) -> Iterator[Guard]:
    """Let this thread connect to public addresses alone, or to a host we know."""
    _install()
    guard = _posting.guard = Guard(is_known(host))
    try:
        yield guard
    finally:
        _posting.guard = None


def _meant_by(address: ipaddress.IPv6Address) -> Address:
    """Give the IPv4 address that an IPv6 one stands for, if it does."""
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _install() -> None:
    """Watch what this process connects to; hooks stay, so there is only one."""
    global _is_installed
    with _installing:
        if not _is_installed:
            sys.addaudithook(_watch)
            _is_installed = True


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    guard: Guard | None = getattr(_posting, "guard", None)
    if guard is not None:
        guard.check(arguments[1])
