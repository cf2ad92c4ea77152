from __future__ import annotations

import re
import time

import pytest

from postmortems.rendering.prose import Picture, prose
from postmortems.rendering.typeset import typeset
from tests.postmortems.judged_html import depth_of, parsed, words_of

GRAPH = Picture("data:image/png;base64,AAAA", "Errors per minute", 640, 320)
NOTE = re.compile(r'id="(note-[0-9a-f]{8}-\d)"')

DEEP = [
    "> " * 150 + "word",
    "- " * 150 + "word",
    "1. > " * 90 + "word",
    "[^1]: " * 90 + "word [^1]",
    "\n".join("  " * level + "- word" for level in range(150)),
    "*a **b " * 150 + "word" + "** *" * 150,
]


def test_markdown_becomes_html_below_the_section_title():
    html = prose("# Big\n\n## Small\n\n- **one**\n- ~~two~~ `three`")

    assert "<h3>Big</h3>" in html
    assert "<h4>Small</h4>" in html
    assert "<li><strong>one</strong></li>" in html
    assert "<s>two</s> <code>three</code>" in html


def test_headings_leave_out_no_level():
    html = prose("## A\n##### B\n#\n### C\n# D", heading_base=4)

    assert re.findall(r"<(h\d)>(.)", html) == [
        ("h4", "A"),
        ("h5", "B"),
        ("h5", "C"),
        ("h4", "D"),
    ]
    assert html.count("<h") == 4


def test_tables_keep_how_their_cells_are_aligned():
    html = prose("|a|b|\n|:-|-:|\n|1|2|")

    assert '<th scope="col" class="right">b</th>' in html
    assert '<td class="left">1</td>' in html
    assert '<td class="right">2</td>' in html


@pytest.mark.parametrize(("columns", "rows"), [(41, 1), (30, 1_000)])
def test_a_table_that_no_page_can_show_stays_as_it_was_typed(columns, rows):
    html = prose(f"|{'a|' * columns}\n|{'-|' * columns}\n" + "|x|y\n" * rows)

    assert "<table" not in html
    assert html.count("|x|y") == rows


def test_a_list_of_tasks_has_boxes_with_names():
    html = prose("- [ ] open\n- [x] **done**\n\n1. [X] third\n2. [a] no box\n3. [ ]")

    box = '<span class="box" role="img" aria-label="{}">{}</span>'
    assert f'<li class="task">{box.format("not done", "☐")} open</li>' in html
    assert f"{box.format('done', '☑')} <strong>done</strong></li>" in html
    assert f'<li class="task">{box.format("done", "☑")} third</li>' in html
    assert "<li>[a] no box</li>" in html
    assert html.count('class="box"') == 4
    assert "[ ] here" in prose("What stood [ ] here")


def test_code_stays_as_it_was_typed():
    html = prose("- `[ ] open`\n\n~~~sh onclick=x\na < b\n~~~")

    assert "<li><code>[ ] open</code></li>" in html
    assert "<pre><code>a &lt; b\n</code></pre>" in html


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


@pytest.mark.parametrize("scheme", ["javascript", "file", "data", "vbscript", "ftp"])
def test_links_lead_only_to_the_web_and_to_mail(scheme):
    assert "href" not in prose(f"[x]({scheme}:whatever) <{scheme}:whatever>")
    assert 'href="https://debrief.example"' in prose("[x](https://debrief.example)")
    assert 'href="mailto:a@debrief.example"' in prose("<mailto:a@debrief.example>")


@pytest.mark.parametrize(
    "address",
    [
        "runbook.md",
        "//evil.example/",
        "#top",
        "http:",
        "https://a.example:99999",
        "https://you@evil.example/",
    ],
)
def test_a_link_that_leads_nowhere_says_where_it_would(address):
    html = prose(f"[the **book**]({address})")

    assert html == f"<p>the <strong>book</strong> ({address})</p>\n"


def test_a_link_without_words_shows_its_address():
    assert ">https://debrief.example</a>" in prose("[](https://debrief.example)")


def test_an_image_becomes_a_link():
    html = prose('![A "graph"](https://debrief.example/a.png "title")')

    assert "<img" not in html
    assert 'href="https://debrief.example/a.png"' in html
    assert 'A "graph"</a>' in html


def test_an_image_of_the_timeline_is_shown_once():
    html = prose("![*Its* peak](image:12) ![again](image:012)", images={12: GRAPH})

    assert (
        '<img src="data:image/png;base64,AAAA" alt="Its peak" width="640" height="320">'
        " again" in html
    )


def test_an_image_without_words_says_what_was_said_with_it():
    assert 'alt="Errors per minute"' in prose("![](image:12)", images={12: GRAPH})


def test_an_image_that_is_not_there_is_its_words():
    text = '![its peak](image:13) [x](image:12) <img src="image:12"> `image:12`'

    html = prose(text + "![](image:12)", images={12: GRAPH})

    assert "its peak (image:13) x (image:12) &lt;img" in html
    assert html.count("<img") == 1
    assert html.count("base64") == 1


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", "data:text/html,x", "//evil.example/a.png", ""]
)
def test_no_image_is_fetched_from_elsewhere(source):
    with pytest.raises(ValueError, match="no image"):
        Picture(source)


def test_footnotes_come_last_by_the_order_they_are_spoken_of():
    html = prose(
        "b[^b] a[^a] b[^b]\n\n[^a]: first\n[^b]: second, see[^c]\n[^c]: *last*"
    )

    text, notes = html.split('<section class="notes">')
    assert words_of(text).split() == ["b1", "a2", "b1"]
    said = [each.strip() for each in words_of(notes).split("↩")]
    assert said == ["second, see3", "first", "last", ""]
    assert [each[-1] for each in NOTE.findall(html)] == ["1", "2", "3"]


def test_no_word_of_a_footnote_is_lost():
    text = (
        "> [^a]: [^b]: inner\n\n[^a]: twice\n\n[^c]: see [^d]\n[^d]: see [^c]\n\n[^e]"
    )

    said = words_of(prose(text)).replace("↩", "").split()

    assert sorted(said) == sorted(["[^e]", "inner", "twice", "see", "5", "see", "4"])


def test_notes_of_two_texts_have_names_of_their_own():
    one, other = (prose(f"{word}[^1]\n\n[^1]: x") for word in ("one", "other"))

    assert not set(NOTE.findall(one)) & set(NOTE.findall(other))


def test_what_no_font_draws_is_a_blank():
    assert prose("a\x00b\x1b[1mc\ud800d") == "<p>a b [1mc d</p>\n"


@pytest.mark.parametrize("deep", DEEP)
def test_what_is_nested_too_deeply_keeps_its_words_without_the_boxes(deep):
    html = prose(deep)

    assert depth_of(parsed(html)) <= 30
    assert words_of(html).count("word") == deep.count("word")


def test_what_was_nested_too_deeply_prints(poppler):
    with typeset("".join(map(prose, DEEP))) as pdf:
        printed = poppler("pdftotext", pdf)

    assert printed.count("word") == "".join(DEEP).count("word")


def test_lines_that_are_nested_too_deeply_stay_lines():
    html = prose("\n".join(f"{'>' * 20} line {n}" for n in range(3)))

    assert "<p>line 0<br>\nline 1<br>\nline 2</p>" in html


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "[a](", "*a ", "> ", "|a", "`", "<a", "a\n", "|-|\n", "[^1]: x [^1]\n"],
)
def test_whatever_is_typed_is_turned_in_no_time(piece):
    text = piece * (65_536 // len(piece))
    began = time.process_time()

    prose(text)

    assert time.process_time() - began < 2
