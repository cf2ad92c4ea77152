from __future__ import annotations

import time

import pytest

from postmortems.rendering.prose import prose


def test_markdown_becomes_html_below_the_section_title():
    html = prose("# Big\n\n###### Small\n\n- **one**\n- ~~two~~ `three`")

    assert "<h3>Big</h3>" in html
    assert "<h6>Small</h6>" in html
    assert "<li><strong>one</strong></li>" in html
    assert "<s>two</s> <code>three</code>" in html


def test_tables_keep_how_their_cells_are_aligned():
    html = prose("|a|b|\n|:-|-:|\n|1|2|")

    assert '<td class="left">1</td>' in html
    assert '<td class="right">2</td>' in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<style>@import url(http://127.0.0.1/)</style>",
        '<link rel="attachment" href="file:///etc/passwd">',
    ],
)
def test_html_is_text(hostile):
    assert "&lt;" in prose(hostile)
    assert hostile[:6] not in prose(hostile)


@pytest.mark.parametrize("scheme", ["javascript", "file", "data", "vbscript"])
def test_links_lead_only_to_the_web_and_to_mail(scheme):
    assert "href" not in prose(f"[x]({scheme}:whatever) <{scheme}:whatever>")
    assert 'href="https://debrief.example"' in prose("[x](https://debrief.example)")


def test_an_image_becomes_a_link():
    html = prose('![A "graph"](https://debrief.example/a.png "title")')

    assert "<img" not in html
    assert 'href="https://debrief.example/a.png"' in html
    assert 'A "graph"</a>' in html


@pytest.mark.parametrize("piece", ["[", "![", "[a](", "*a ", "> ", "|a", "`", "<a"])
def test_whatever_is_typed_is_turned_in_no_time(piece):
    began = time.perf_counter()

    prose(piece * (65_536 // len(piece)))

    assert time.perf_counter() - began < 10
