"""The program that turns HTML on its standard input into a PDF: python child.py …

It runs apart from Debrief, with an empty environment, and knows nothing of it: only
WeasyPrint and the standard library. Arguments: the PDF to write, the folder of assets,
the most megabytes and the most seconds. How it ended is its exit code.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

# Exit codes that `typeset` knows how to explain.
NO_LIBRARIES = 11
NO_MEMORY = 12
TOO_DEEP = 13
REFUSED = 14

KILL_ME_WITH_MY_PARENT = 1  # prctl's PR_SET_PDEATHSIG
# Beyond what it uses, a process reserves addresses: fonts, threads, allocator.
ADDRESS_SPACE = 2 << 30


def main() -> int:
    output, assets, megabytes, seconds = sys.argv[1:]
    limit_myself(int(megabytes) << 20, int(seconds))
    # What is made here lives until the end anyway; collecting costs a third more.
    gc.disable()
    try:
        return write_pdf(Path(output), Path(assets))
    except MemoryError:
        return NO_MEMORY
    except RecursionError:
        return TOO_DEEP


def limit_myself(memory: int, seconds: int) -> None:
    """Bound memory and time from inside, should the parent be gone or too slow."""
    space = max(ADDRESS_SPACE, 2 * memory)
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(seconds + 5)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(KILL_ME_WITH_MY_PARENT, signal.SIGKILL)


def write_pdf(output: Path, assets: Path) -> int:
    try:
        import weasyprint
        from weasyprint.urls import FatalURLFetchingError, URLFetcher
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return NO_LIBRARIES

    class OnlyOurs(URLFetcher):  # type: ignore[misc]
        """Gives what lies among the assets, and ends the work at anything else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            parts = urlsplit(url)
            path = Path(url2pathname(parts.path)).resolve()
            if parts.scheme != "file" or parts.netloc or assets not in path.parents:
                raise FatalURLFetchingError(f"refused: {url[:200]}")
            return super().fetch(url, headers)

    fetcher = OnlyOurs(allowed_protocols=["file"], allow_redirects=False)
    html = sys.stdin.buffer.read().decode()
    document = weasyprint.HTML(
        string=html, base_url=f"{assets.as_uri()}/", url_fetcher=fetcher
    )
    try:
        document.write_pdf(output, pdf_tags=True)
    except FatalURLFetchingError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # The memory of a large document takes its time to be taken apart: skip that.
    os._exit(code)
