"""`make screens`: photograph every screen into screens/, with the demo and without.

`python -m tests.screens 'item|verb'` takes only those whose names match.
Each state has a database of its own, made for the occasion and thrown away.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from config.launcher import free_port
from tests.services import chromium_path

ROOT = Path(__file__).resolve().parent.parent.parent
SHOTS = ROOT / "screens"
STATES = ("full", "empty")


def main(asked: str = "") -> int:
    if not chromium_path():
        sys.exit("Photographs need chromium: apt-get install chromium-headless-shell.")
    if not asked:
        shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(exist_ok=True)
    return next((code for s in STATES if (code := visit(s, asked))), 0)


def visit(state: str, asked: str) -> int:
    """Take the shots of one state, in a process with settings of its own."""
    with tempfile.TemporaryDirectory(prefix="debrief-screens-") as folder:
        port = free_port()
        product = {
            "SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": f"http://localhost:{port}",
            "PORT": str(port),
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/screens.sqlite3",
            "REDIS_URL": "",
            "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
            "DEMO": "1" if state == "full" else "",
            "DEBUG": "",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            # The browser's library keeps an event loop in the one thread there is.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        command = [sys.executable, "-m", "tests.screens.visit", state, str(SHOTS)]
        visited = subprocess.run(
            [*command, asked], cwd=ROOT, env={**os.environ, **product}
        )
        return visited.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
