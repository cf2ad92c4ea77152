"""What a document may load: assets of ours and pictures handed in, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from . import PICTURES

# Nothing else is ever needed, and least of all what names further files, as SVG does.
MEDIA_TYPES = {
    ".css": "text/css",
    ".jpg": "image/jpeg",
    ".otf": "font/otf",
    ".png": "image/png",
    ".ttf": "font/ttf",
    ".webp": "image/webp",
}


class Refused(FatalURLFetchingError):  # type: ignore[misc]
    """Something outside was asked for: WeasyPrint must not go on without it."""


class OnlyOurs(URLFetcher):  # type: ignore[misc]
    """Gives assets and pictures, and ends the work at anything else."""

    def __init__(self, assets: Path, folder: Path) -> None:
        super().__init__(allowed_protocols=[])
        self.assets, self.pictures = assets, folder / PICTURES

    def fetch(self, url: str, headers: Any = None) -> Any:
        path = self.file_of(url)
        if path is None or path.suffix not in MEDIA_TYPES:
            raise Refused(f"refused: {url[:200]}")
        about = {"Content-Type": MEDIA_TYPES[path.suffix]}
        return URLFetcherResponse(url, path.read_bytes(), about)

    def file_of(self, url: str) -> Path | None:
        """Find the file an address names, links followed; None if it is not ours."""
        parts = urlsplit(url)
        if parts.scheme == "picture":
            path, home = self.pictures / unquote(parts.path), self.pictures
        elif parts.scheme == "file" and not parts.netloc:
            path, home = Path(url2pathname(parts.path)), self.assets
        else:
            return None
        found = path.resolve()
        return found if home in found.parents else None
