"""The examples of the CommonMark specification, as the sources of our parser have them.

They are in no package that gets installed. `python -m tests.commonmark` fetches the
sources that uv.lock names, with their hash, and keeps the examples beside the packages.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "markdown-it-py"
EXAMPLES = "tests/test_cmark_spec/commonmark.json"
KEPT = Path(sys.prefix) / "commonmark.json"
HOW = "no examples: run .venv/bin/python -m tests.commonmark"


def examples() -> list[str]:
    """Give the Markdown of all examples; none if nobody has fetched them yet."""
    if not KEPT.exists():
        return []
    return [each["markdown"] for each in json.loads(KEPT.read_bytes())]


def fetch() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    found = next(each for each in lock["package"] if each["name"] == PACKAGE)
    wanted = f"{PACKAGE}=={found['version']} --hash={found['sdist']['hash']}\n"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "wanted.txt").write_text(wanted)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", PACKAGE, "--require-hashes", "--dest", name]
        subprocess.run([*command, "-r", folder / "wanted.txt"], check=True)
        with tarfile.open(next(folder.glob("*.tar.gz"))) as sources:
            inside = next(each for each in sources if each.name.endswith(EXAMPLES))
            KEPT.write_bytes(sources.extractfile(inside).read())


if __name__ == "__main__":
    if not KEPT.exists():
        fetch()
