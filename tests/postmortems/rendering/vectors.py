"""Ways in which a document may ask for something from outside, and where it may look.

`MECHANISMS` are what makes software fetch, with `{url}` for the address; `ADDRESSES`
are what an attacker would write there. HOST is a server that counts, CANARY a file that
nobody may read.
"""

from __future__ import annotations

from dataclasses import dataclass

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
STYLE = "<style>{}</style>"

MECHANISMS = {
    "picture": '<img src="{url}">',
    "picture with choices": '<img srcset="{url} 2x" src="{url}">',
    "picture element": '<picture><source srcset="{url}"><img src="{url}"></picture>',
    "button": '<input type="image" src="{url}">',
    "embed": '<embed src="{url}">',
    "embed as svg": '<embed type="image/svg+xml" src="{url}">',
    "object": '<object data="{url}">x</object>',
    "object as svg": '<object type="image/svg+xml" data="{url}">x</object>',
    "frame": '<iframe src="{url}"></iframe>',
    "film": '<video src="{url}" poster="{url}"></video><audio src="{url}"></audio>',
    "script": '<script src="{url}"></script>',
    "style sheet": '<link rel="stylesheet" href="{url}">',
    "icon": '<link rel="icon" href="{url}"><link rel="preload" href="{url}">',
    "attached file": '<link rel="attachment" href="{url}">',
    "attached link": '<a rel="attachment" href="{url}">x</a>',
    "base": '<base href="{url}/"><img src="x.png">',
    "refresh": '<meta http-equiv="refresh" content="0; url={url}">',
    "background attribute": '<table background="{url}"><tr><td background="{url}">x',
    "@import": STYLE.format("@import url({url});"),
    "@import by text": STYLE.format('@import "{url}" print;'),
    "@font-face": STYLE.format("@font-face {{ font-family: x; src: url({url}) }}")
    + '<p style="font-family: x">x',
    "@namespace": STYLE.format("@namespace url({url});"),
    "colour profile": STYLE.format("@color-profile --x {{ src: url({url}) }}"),
    "background": '<p style="background: url({url})">x',
    "background, escaped": r'<p style="background: \75rl({url})">x',
    "image-set": "<p style=\"background: image-set('{url}' 1x)\">x",
    "border": '<p style="border: 9px solid; border-image-source: url({url})">x',
    "mask": '<p style="border: 9px solid; mask-border-source: url({url})">x',
    "bullet": '<ul><li style="list-style-image: url({url})">x</ul>',
    "cursor": '<p style="cursor: url({url}), auto; filter: url({url}#x)">x',
    "content": STYLE.format("p::before {{ content: url({url}) }}") + "<p>x",
    "margin of the page": STYLE.format(
        "@page {{ @top-left {{ content: url({url}) }} }}"
    ),
    "page": STYLE.format("@page {{ background: url({url}) }}"),
    "footnote": STYLE.format("p::footnote-call {{ content: url({url}) }}")
    + '<p style="float: footnote">x',
    "svg image": SVG.format('<image href="{url}" width="9" height="9"/>'),
    "svg image, old": SVG.format(
        '<image xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{url}"'
        ' width="9" height="9"/>'
    ),
    "svg use": SVG.format('<use href="{url}#x"/>'),
    "svg filter": SVG.format(
        '<filter id="f"><feImage href="{url}"/></filter>'
        '<rect width="9" height="9" filter="url(#f)"/>'
    ),
    "svg paint": SVG.format('<rect width="9" height="9" fill="url({url}#x)"/>'),
    "svg marker": SVG.format('<path d="M0 0L9 9" marker-end="url({url}#x)"/>'),
    "svg style": SVG.format("<style>@import url({url});</style>"),
    "svg font": SVG.format(
        "<style>@font-face {{ font-family: y; src: url({url}) }}</style>"
        '<text font-family="y">x</text>'
    ),
    "svg foreign": SVG.format('<foreignObject><img src="{url}"/></foreignObject>'),
    "svg sheet": '<?xml-stylesheet href="{url}"?>' + SVG.format("<rect/>"),
    "svg entity": '<!DOCTYPE svg [<!ENTITY e SYSTEM "{url}">]>'
    + SVG.format("<text>&e;</text>"),
    "other page": STYLE.format("p::after {{ content: target-counter('{url}', page) }}")
    + "<p>x",
    "bookmark": '<p style="bookmark-level: 1; bookmark-label: url({url})">x',
    "kept words": '<p style="string-set: x url({url})">x',
    "shape": '<p style="float: left; shape-outside: url({url})">x',
}

ADDRESSES = {
    "http": "http://HOST/a.png",
    "http, upper case": "HTTP://HOST/a.png",
    "http, with a name": "http://debrief@HOST/a.png",
    "http, spaced": " http://HOST/a.png ",
    "https": "https://HOST/a.png",
    "without scheme": "//HOST/a.png",
    "backslashes": "\\\\HOST\\a.png",
    "redirect to a file": "http://HOST/redirect.png",
    "ftp": "ftp://HOST/a.png",
    "gopher": "gopher://HOST/a",
    "link-local": "http://169.254.169.254/latest/meta-data/",
    "link-local, in IPv6": "http://[fe80::a9fe:a9fe]/latest/",
    "link-local, as a number": "http://2852039166/latest/meta-data/",
    "file": "file://CANARY",
    "file, one slash": "file:CANARY",
    "file, upper case": "FILE://CANARY",
    "file of this host": "file://localhost/CANARY",
    "file of another host": "file://HOST/CANARY",
    "file of a share": "file:////HOST/share/a.png",
    "absolute path": "CANARY",
    "file, with a question": "file://CANARY?x=.png",
    "way up": "../../../../../../../../../..CANARY",
    "way up, encoded": "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/..CANARY",
    "way up through fonts": "fonts/../../__init__.py",
    "our own code": "../typeset.py",
    "the licence among our assets": "fonts/OFL.txt",
    "the password file": "file:///etc/passwd",
    "this process": "file:///proc/self/environ",
    "standard input": "file:///dev/stdin",
    "picture, way up": "picture:../document.html",
    "picture, absolute": "picture:CANARY",
    "picture, encoded": "picture:%2e%2e/fonts.conf",
    "words": "data:text/css,p{color:red}",
    "picture in the address": "data:image/png;base64,iVBORw0KGgo=",
    "svg in the address": "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
    "script": "javascript:alert(1)",
    "archive": "jar:file://CANARY!/a.png",
    "nonsense": "x-whatever:a",
}

BY_ALL_WAYS = {"http", "file", "redirect to a file", "way up", "link-local", "ftp"}


@dataclass(frozen=True)
class Vector:
    name: str
    html: str


def vectors(host: str, canary: str) -> list[Vector]:
    """Combine: each mechanism with the server, each address with a picture."""

    def real(address: str) -> str:
        return address.replace("HOST", host).replace("CANARY", canary)

    by_mechanism = [
        Vector(name, html.format(url=f"http://{host}/{n}.png"))
        for n, (name, html) in enumerate(MECHANISMS.items())
    ]
    by_address = [
        Vector(f"{name}, by {way}", MECHANISMS[way].format(url=real(address)))
        for name, address in ADDRESSES.items()
        for way in ("picture", "style sheet", "attached file")
        if way == "picture" or name in BY_ALL_WAYS
    ]
    return by_mechanism + by_address
