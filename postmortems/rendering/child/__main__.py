"""Sets one document: python __main__.py PDF ASSETS MEGABYTES SECONDS < HTML."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import sys
import tempfile
from contextlib import suppress
from html import escape
from pathlib import Path

if not __package__:
    # Started by its path: it finds its neighbours, and nothing of Debrief.
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    __package__ = "child"

from . import DISK_IS_FULL, NO_LIBRARIES, NO_MEMORY, NO_SPACE, REFUSED, TOO_DEEP, walls

KILL_ME_WITH_MY_PARENT = 1  # prctl's PR_SET_PDEATHSIG
# Beyond what it uses, a process reserves addresses: fonts, threads, allocator.
ADDRESS_SPACE = 2 << 30
# Which of our fonts is asked first for a letter that the styles' own fonts have not.
FONTS = """<?xml version="1.0"?>
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <edit name="family" mode="append_last">
      <string>Inter</string>
      <string>Vazirmatn</string>
      <string>Noto Sans Hebrew</string>
      <string>Noto Sans Devanagari</string>
      <string>Noto Sans Thai</string>
      <string>Droid Sans Fallback</string>
      <string>JetBrains Mono</string>
      <string>Noto Emoji</string>
      <string>Noto Sans Symbols 2</string>
    </edit>
  </match>
</fontconfig>
"""


def main() -> int:
    target, home, megabytes, seconds = sys.argv[1:]
    output, assets = Path(target).resolve(), Path(home).resolve()
    limit_myself(int(megabytes) << 20, int(seconds))
    walls.shut_the_doors()
    # What is made here lives until the end anyway; collecting costs a third more.
    gc.disable()
    try:
        use_our_fonts(assets, output.parent)
        return write_pdf(output, assets)
    except MemoryError:
        return NO_MEMORY
    except RecursionError:
        return TOO_DEEP
    except OSError as error:
        if error.errno not in DISK_IS_FULL:
            raise
        return NO_SPACE


def limit_myself(memory: int, seconds: int) -> None:
    """Bound memory and time from inside, should the parent be gone or too slow."""
    space = max(ADDRESS_SPACE, 2 * memory)
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(seconds + 5)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(KILL_ME_WITH_MY_PARENT, signal.SIGKILL)


def use_our_fonts(assets: Path, folder: Path) -> None:
    """Let there be no other fonts: a document looks the same from every server."""
    written = folder / "fonts.conf"
    places = {"folder": assets / "fonts", "cache": folder / "cache"}
    written.write_text(FONTS.format(**{k: escape(str(v)) for k, v in places.items()}))
    os.environ["FONTCONFIG_FILE"] = str(written)
    # Where WeasyPrint puts copies of fonts, which nobody would clear up after a kill.
    tempfile.tempdir = str(folder)


def write_pdf(output: Path, assets: Path) -> int:
    try:
        import weasyprint
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return NO_LIBRARIES
    from . import fetcher, letters, tags

    html = letters.without_controls(sys.stdin.buffer.read().decode())
    html = letters.without_keys(html)
    try:
        walls.watch_myself(assets, output.parent, fetcher.Refused)
        document = weasyprint.HTML(
            string=html,
            base_url=f"{assets.as_uri()}/",
            url_fetcher=fetcher.OnlyOurs(assets, output.parent),
        )
        letters.fit_for_print(document.etree_element, html, assets / "fonts")
        tags.tell_artifacts_apart(document.etree_element)
        document.write_pdf(output, pdf_variant="pdf/ua-1", finisher=tags.finish)
    except fetcher.Refused as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    code = main()
    # There may be no room left to say why.
    with suppress(OSError):
        sys.stderr.flush()
    # The memory of a large document takes its time to be taken apart: skip that.
    os._exit(code)
