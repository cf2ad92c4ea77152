"""Two walls behind the fetcher, should it ever be climbed over.

The kernel lets this process make no sockets and start no programs; an audit hook ends
the work when Python opens a file that is none of ours.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
import sysconfig
from pathlib import Path
from typing import Any

# prctl
FILTER_MY_CALLS, NO_NEW_PRIVILEGES = 22, 38


def shut_the_doors() -> None:
    """Have the kernel refuse sockets and programs; it needs no privileges for that.

    Where it does not know how (another system, a machine not named here) the other
    walls stand alone.
    """
    # architecture, then the numbers of socket, connect, execve and execveat
    machines = {
        "x86_64": (0xC000003E, 41, 42, 59, 322),
        "aarch64": (0xC00000B7, 198, 203, 221, 281),
    }
    machine = machines.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return
    load, jump_if_equal, end = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | errno.EPERM
    architecture, *numbers = machine
    asked = len(numbers)
    steps = [
        (load, 0, 0, 4),
        (jump_if_equal, 0, asked + 2, architecture),
        (load, 0, 0, 0),
        *((jump_if_equal, asked - n, 0, call) for n, call in enumerate(numbers)),
        (end, 0, 0, allow),
        (end, 0, 0, refuse),
    ]
    code = ctypes.create_string_buffer(
        b"".join(struct.pack("=HBBI", *step) for step in steps)
    )
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(FILTER_MY_CALLS, 2, program, 0, 0)


def watch_myself(assets: Path, folder: Path, refused: type[BaseException]) -> None:
    """End the work if Python itself opens anything but code, assets and our folder."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib")}
    # A package may be linked to where an installer keeps it.
    code = tuple(
        f"{each}/" for path in paths for each in (path, os.path.realpath(path))
    )
    ours = (*code, f"{assets}/", f"{folder}/")
    harmless = {"/dev/null", "/dev/urandom"}

    def look(event: str, seen: tuple[Any, ...]) -> None:
        if event == "open":
            path = seen[0]
            if isinstance(path, int) or path is None:
                return
            name = os.path.abspath(os.fsdecode(path))
            real = os.path.realpath(name)
            if real in harmless or real.startswith(ours) or name.startswith(code):
                return
        elif not event.startswith(("socket.", "subprocess.", "os.exec", "os.posix")):
            return
        raise refused(f"refused: {event} {str(seen[:1])[:200]}")

    sys.addaudithook(look)
