"""Looks at HTML as a browser reads it: parsed, not searched for words."""

from __future__ import annotations

import re
from collections.abc import Collection
from io import StringIO
from xml.etree.ElementTree import Element

import tinyhtml5

KNOWN = {
    "a", "blockquote", "body", "br", "code", "del", "em", "h3", "h4", "h5", "h6",
    "head", "hr", "html", "img", "li", "ol", "p", "pre", "s", "section", "span",
    "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"aria-label", "href", "id", "rel", "title"},
    "img": {"alt", "height", "src", "width"},
    "li": {"class", "id"},
    "ol": {"start"},
    "section": {"class"},
    "span": {"aria-label", "class", "role"},
    "td": {"class"},
    "th": {"class", "scope"},
}
HARMLESS = re.compile(
    r"(?:https?://|mailto:|/(?![/\\])|#noted?-[0-9a-f]{8}-[0-9]+\Z)", re.I
)


def parsed(html: str) -> Element:
    # A short text might be taken for the name of a file.
    return tinyhtml5.parse(StringIO(html), namespace_html_elements=False)


def words_of(html: str) -> str:
    return "".join(parsed(html).itertext())


def depth_of(tree: Element) -> int:
    """Count the levels, without recursion: it may be very deep."""
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for each in level for child in each]
    return depth


def faults_of(html: str, sources: Collection[str] = ()) -> list[str]:
    """Name what could run, fetch or break out; images may come from `sources`."""
    tree = parsed(html)
    faults = [f"depth {depth_of(tree)}"] if depth_of(tree) > 30 else []
    for element in tree.iter():
        if element.tag not in KNOWN:
            faults.append(str(element.tag).rpartition("}")[2])
            continue
        known = ATTRIBUTES.get(element.tag, set())
        faults += [f"{element.tag} {name}" for name in element.attrib.keys() - known]
        if element.tag == "img" and element.get("src") not in sources:
            faults.append(f"fetches {element.get('src')}")
        if element.tag == "a" and not HARMLESS.match(element.get("href", "https://")):
            faults.append(f"leads to {element.get('href')}")
    return faults
