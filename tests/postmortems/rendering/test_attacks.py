"""What comes in with the text fetches nothing: not one request, not one foreign byte.

The walls are tried one by one, too: each holds without the others, and without all of
them the very same documents do fetch.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from html import escape
from pathlib import Path

import pytest

from postmortems.rendering import typeset as typesetting
from postmortems.rendering.child.fetcher import OnlyOurs, Refused
from postmortems.rendering.prose import prose
from postmortems.rendering.typeset import ASSETS, Limits, TypesettingFailed, typeset
from tests.postmortems.pdf_text import everything_in
from tests.postmortems.rendering.counting_server import SECRET, counting_server
from tests.postmortems.rendering.vectors import ADDRESSES, MECHANISMS, vectors
from tests.whole import a_tenth

HEAD = '<!doctype html><html lang="en"><title>x</title>'
LIMITS = Limits(seconds=60, megabytes=1_024)
NAMES = [each.name for each in vectors("127.0.0.1:1", "/canary")]
# What WeasyPrint never loads, whoever lets it: harmless with any version of today.
INERT = {
    *("picture element", "button", "frame", "film", "script", "icon", "refresh"),
    *("background attribute", "@namespace", "cursor", "svg paint", "svg marker"),
    *(
        "svg foreign",
        "svg sheet",
        "svg use",
        "svg style",
        "svg entity",
        "other page",
        "bookmark",
    ),
    *("kept words", "shape", "footnote", "svg filter", "image-set"),
}


@pytest.fixture
def canary(tmp_path):
    file = tmp_path / "canary"
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg"><text>{SECRET}</text></svg>'
    )
    return file


@pytest.fixture
def server(canary):
    with counting_server(str(canary)) as counter:
        yield counter


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Put a copy of the child in its place, from which some lines are gone."""

    def without(*lines: str) -> None:
        copy = tmp_path / "program" / "child"
        shutil.copytree(Path(typesetting.PROGRAM).parent, copy)
        text = (copy / "__main__.py").read_text()
        for line in lines:
            assert line in text
            text = text.replace(line, "")
        (copy / "__main__.py").write_text(text)
        monkeypatch.setattr(typesetting, "PROGRAM", copy / "__main__.py")

    return without


KERNEL = "    walls.shut_the_doors()\n"
HOOK = "        walls.watch_myself(assets, output.parent, fetcher.Refused)\n"
FETCHER = "            url_fetcher=fetcher.OnlyOurs(assets, output.parent),\n"


def outcome(html, pictures=None):
    """Say how it ended: the sentence of a refusal, or all that is in the PDF."""
    try:
        with typeset(HEAD + html, LIMITS, pictures=pictures) as pdf:
            return everything_in(pdf)
    except TypesettingFailed as failed:
        return b"" if "outside its own folder" in str(failed) else str(failed).encode()


def vector(name, server, canary):
    return next(v.html for v in vectors(server.host, str(canary)) if v.name == name)


@pytest.mark.parametrize("name", a_tenth(25, NAMES))
def test_nothing_is_fetched(name, server, canary):
    made = outcome(vector(name, server, canary))

    assert server.asked == []
    assert made == b"" or made.startswith(b"%PDF-")
    assert SECRET.encode() not in made
    assert b"root:" not in made


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_the_fetcher_gives_no_address_but_ours(address, tmp_path, canary):
    (tmp_path / "fonts.conf").write_text(SECRET)
    (tmp_path / "document.html").write_text(SECRET)
    fetcher = OnlyOurs(ASSETS.resolve(), tmp_path)
    real = address.replace("HOST", "127.0.0.1:1").replace("CANARY", str(canary))
    base = f"{ASSETS.resolve().as_uri()}/"

    for url in (real, base + real):
        with pytest.raises((Refused, FileNotFoundError)):
            fetcher.fetch(url)


def test_links_and_folders_among_our_assets_lead_nowhere_else(tmp_path, canary):
    assets, folder = tmp_path / "assets", tmp_path / "work"
    (folder / "pictures").mkdir(parents=True)
    assets.mkdir()
    (assets / "real.png").write_bytes(b"ours")
    (assets / "link.png").symlink_to(canary)
    (folder / "pictures" / "link.png").symlink_to(canary)
    (folder / "pictures" / "real.png").write_bytes(b"handed in")
    fetcher = OnlyOurs(assets, folder)

    assert fetcher.fetch(f"{assets.as_uri()}/real.png").read() == b"ours"
    assert fetcher.fetch("picture:real.png").read() == b"handed in"
    for url in (f"{assets.as_uri()}/link.png", "picture:link.png", "picture:"):
        with pytest.raises(Refused):
            fetcher.fetch(url)


@pytest.mark.parametrize(
    "name",
    [
        "http, by picture",
        "redirect to a file, by style sheet",
        "file, by attached file",
    ],
)
def test_the_fetcher_alone_lets_nothing_in(name, server, canary, program):
    program(KERNEL, HOOK)

    made = outcome(vector(name, server, canary))

    assert server.asked == []
    assert made == b""


@pytest.mark.parametrize("target", ["http", "file"])
def test_the_audit_hook_alone_lets_nothing_in(target, server, canary, program):
    program(KERNEL, FETCHER)

    assert outcome(vector(f"{target}, by picture", server, canary)) == b""
    assert server.asked == []


def test_the_kernel_alone_lets_no_request_out(server, canary, program):
    program(HOOK, FETCHER)

    made = outcome(vector("http, by picture", server, canary))

    assert server.asked == []
    assert made.startswith(b"%PDF-")


def test_the_kernel_lets_no_program_start():
    code = (
        "import subprocess, sys; sys.path.append(sys.argv[1])\n"
        "from child.walls import shut_the_doors\n"
        "shut_the_doors(); subprocess.run(['true'])"
    )
    rendering = Path(typesetting.PROGRAM).parents[1]

    done = subprocess.run(
        [sys.executable, "-I", "-c", code, rendering], capture_output=True, text=True
    )

    assert "PermissionError" in done.stderr


def test_without_its_guards_the_child_fetches(server, canary, program):
    program(KERNEL, HOOK, FETCHER)
    every = vectors(server.host, str(canary))[: len(MECHANISMS)]
    html = "".join(
        each.html for each in every if each.name not in {"base", "svg entity"}
    )
    attached = vector("file, by attached file", server, canary)

    made = outcome(html + attached)

    asked = {path.partition(".")[0][1:] for path in server.asked}
    reached = {name for n, name in enumerate(MECHANISMS) if str(n) in asked}
    assert reached >= set(MECHANISMS) - INERT - {"base"}
    assert len(reached) >= 24
    assert SECRET.encode() in made


def test_hostile_markdown_is_printed_and_fetches_nothing(server, canary):
    hosts = {"HOST": server.host, "CANARY": str(canary)}
    addresses = list(ADDRESSES.values())
    for name, value in hosts.items():
        addresses = [each.replace(name, value) for each in addresses]
    images = [f"![a]({each}) ![b](<{each}>)" for each in addresses]
    links = [f"[a]({each}) <{each}> [c]\n\n[c]: {each} 'x'" for each in addresses]
    html = [each.html for each in vectors(server.host, str(canary))]
    text = "\n\n".join([*images, *links, *html])

    made = outcome(f'<link rel="stylesheet" href="document.css"><body>{prose(text)}')

    assert made.startswith(b"%PDF-")
    assert server.asked == []
    assert SECRET.encode() not in made


def test_hostile_titles_and_properties_stay_text(server, canary):
    every = vectors(server.host, str(canary))
    hostile = escape(" ".join(each.html for each in every))
    tags = "".join(
        f'<meta name="{name}" content="{hostile}">'
        for name in ("author", "keywords", "description", "generator")
    )

    made = outcome(f"<title>{hostile}</title>{tags}<h1>{hostile}</h1>")

    assert made.startswith(b"%PDF-")
    assert server.asked == []
    assert SECRET.encode() not in made
