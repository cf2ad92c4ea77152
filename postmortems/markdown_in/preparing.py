"""Makes plain Markdown of what people and programs save: line ends, marks, HTML."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from postmortems.markdown_in.drawn import pointed

LINE_END = re.compile(r"\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")
# Neither text nor XML may hold them; the private ones stand in below.
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\ue000-\ue003]")
FENCE = re.compile(r"[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*(?P<mark>`{3,}+|~{3,}+)")
WRAPPER = re.compile(r"[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?:markdown|md)[ \t]*", re.I)
BREAK, PIPE, CELL_START, CELL_END = "\ue000", "\ue001", "\ue002", "\ue003"
CELL = re.compile(
    f"{CELL_START}(?P<said>[^{CELL_START}{CELL_END}{PIPE}\n]*+){CELL_END}"
)
# An attribute needs a value, so that "a <b and c> d" stays what it is.
TAG = re.compile(
    r"(?P<code>(?<!`)`++[^`\n]++`++)"
    r"|<(?P<close>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*+)"
    r"(?P<attributes>(?:\s++[a-zA-Z_:][\w:.-]*+\s*+=\s*+"
    r"(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++)"
    r"|\s++(?:checked|disabled|open|hidden|nowrap|reversed|controls)(?=[\s/>]))*)"
    r"\s*+/?>"
)
ATTRIBUTE = re.compile(
    r"\b(href|src|alt|class)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))",
    re.IGNORECASE,
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


INLINE = _names(
    "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark "
    "q s samp small span strike strong sub sup time tt u var wbr nobr input"
)
APART = _names(
    "address article aside blockquote body caption center details dd div dl dt "
    "figcaption figure footer form head header hr html main nav ol p pre section "
    "summary table tbody tfoot thead ul title style script colgroup col iframe video "
    "audio source picture object embed button fieldset legend svg path g"
)
HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}


@lru_cache(maxsize=2)
def prepare(text: str) -> str:
    """Give Markdown without HTML, with one kind of line end; all words stay."""
    text = LINE_END.sub("\n", text.removeprefix("\ufeff"))
    return _with_points(_as_markdown(_unwrapped(NO_TEXT.sub("\ufffd", text))))


def _with_points(text: str) -> str:
    """Make points of lines with pictures, but not inside code."""
    if text.isascii():
        return text
    parts: list[str] = []
    open_lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        before, fence = fence, fence_after(line, fence)
        if before or fence:
            parts += [*pointed(open_lines), line]
            open_lines = []
        else:
            open_lines.append(line)
    return "\n".join([*parts, *pointed(open_lines)])


def _as_markdown(text: str) -> str:
    if "<" not in text:
        return text
    parts: list[str] = []
    open_lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        before, fence = fence, fence_after(line, fence)
        if before or fence:
            parts += [_without_html("\n".join(open_lines))] if open_lines else []
            open_lines = []
            parts.append(line)
        else:
            open_lines.append(line)
    parts += [_without_html("\n".join(open_lines))] if open_lines else []
    return "\n".join(parts)


def fence_after(line: str, fence: str) -> str:
    """Say which fence of code is open after this line, if one was before it."""
    found = FENCE.match(line)
    if fence:
        mark = line.strip(" \t>")
        closes = mark.startswith(fence) and not mark.strip(fence[0])
        return "" if closes else fence
    if not found or (found["mark"][0] == "`" and "`" in line[found.end() :]):
        return ""
    return found["mark"]


def _unwrapped(text: str) -> str:
    """Take a whole write-up out of the fence that it was copied with."""
    stripped = text.strip()
    first, _newline, rest = stripped.partition("\n")
    found = WRAPPER.fullmatch(first)
    body, _newline, last = rest.rpartition("\n")
    if not found or last.strip() != found["mark"]:
        return text
    # A fence of the same kind inside would have ended it already.
    fence = ""
    for line in body.split("\n"):
        if not fence and line.strip() == found["mark"]:
            return text
        fence = fence_after(line, fence)
    return text if fence else body


def _without_html(text: str) -> str:
    if "<" not in text:
        return text
    text = _tables_on_one_line(_comments_as_quotes(text))
    links: list[str] = []
    text = CELL.sub(_in_one_line, TAG.sub(lambda found: _instead(found, links), text))
    text = text.replace(CELL_START, "").replace(CELL_END, "")
    text += "".join(f"]({link})" for link in reversed(links) if link)
    if BREAK not in text and PIPE not in text:
        return text
    return "\n".join(_broken_up(line) for line in text.split("\n"))


def _broken_up(line: str) -> str:
    """Break a line where tags did, but never a row of a table in Markdown."""
    is_row = "|" in line and BREAK * 2 not in line and PIPE not in line
    if is_row or line.lstrip().startswith("|"):
        return line.replace(BREAK, " ").replace(PIPE, " ")
    return line.replace(BREAK, "\n").replace(PIPE, " | ")


def _instead(found: re.Match[str], links: list[str]) -> str:
    """Give the Markdown that says what a tag said."""
    if found["code"]:
        return found["code"]
    tag, closes = found["tag"].lower(), bool(found["close"])
    if tag in HEADINGS:
        return BREAK * 2 if closes else f"{BREAK * 2}{HEADINGS[tag]} "
    if tag == "a":
        return _link(found, closes, links)
    if tag == "img":
        named = _attributes(found["attributes"])
        return f"![{named.get('alt', '')}]({named.get('src', '')})"
    if tag in {"td", "th"}:
        return f"{CELL_END}{PIPE}" if closes else CELL_START
    if tag == "br":
        return BREAK
    if tag == "tr":
        return "" if closes else f"{BREAK}{PIPE}"
    if tag == "li":
        ticked = "checked" in _attributes(found["attributes"]).get("class", "").split()
        return "" if closes else f"{BREAK}- {'[x] ' if ticked else ''}"
    if tag in APART:
        return BREAK * 2
    return "" if tag in INLINE else found[0]


def _in_one_line(cell: re.Match[str]) -> str:
    """Let what stands in a cell stay in its row, paragraphs and lists included."""
    text = re.sub(f"{BREAK}+(- )?", lambda broken: f" {broken[1] or ''}", cell["said"])
    return text.replace("|", "\\|")


def _link(found: re.Match[str], closes: bool, links: list[str]) -> str:
    if not closes:
        links.append(_attributes(found["attributes"]).get("href", ""))
        return "[" if links[-1] else ""
    address = links.pop() if links else ""
    return f"]({address})" if address else ""


def _attributes(text: str) -> dict[str, str]:
    return {
        each[1].lower(): html.unescape(each[2] or each[3] or each[4] or "")
        for each in ATTRIBUTE.finditer(text)
    }


def _comments_as_quotes(text: str) -> str:
    """Keep what comments say: guidance on its own lines becomes a quotation."""
    parts: list[str] = []
    done = 0
    while (start := text.find("<!--", done)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        before, said = text[done:start], text[start + 4 : end].strip("-")
        line = before[before.rfind("\n") + 1 :]
        after = text[end + 3 : end + 4]
        alone = not line.strip() and after in {"", "\n"}
        parts += [before, _quoted(said) if alone else f" {said.strip()} "]
        done = end + 3
    return "".join([*parts, text[done:]])


def _quoted(text: str) -> str:
    lines = (line.strip() for line in text.strip().split("\n"))
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    return f"\n{quoted}\n"


def _tables_on_one_line(text: str) -> str:
    """Let the rows of an HTML table, and nothing else, decide its lines."""
    low = text.lower()
    if "<table" not in low or len(low) != len(text):
        return text
    parts: list[str] = []
    done = 0
    while (start := low.find("<table", done)) >= 0:
        end = low.find("</table>", start)
        if end < 0:
            break
        parts += [text[done:start], text[start:end].replace("\n", " ")]
        done = end
    return "".join([*parts, text[done:]])
