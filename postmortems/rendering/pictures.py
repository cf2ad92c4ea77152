"""The images of a timeline as a document shows them: files for the typesetter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from incidents.images import DAMAGED
from incidents.models import Attachment
from postmortems.choices import Edition
from postmortems.references import images_named_in
from postmortems.rendering.prose import Picture
from postmortems.snapshot import Snapshot

# 300 dots an inch over the width of a text column; and how well a JPEG keeps them.
MOST_DOTS, QUALITY = 1_600, 88


@dataclass(frozen=True)
class Pictures:
    """Images by their keys: where each file is, and how the document names it."""

    files: Mapping[str, Path] = field(default_factory=dict)
    shown: Mapping[int, Picture] = field(default_factory=dict)


def pictures_of(snapshot: Snapshot, folder: Path | None = None) -> Pictures:
    """Find the files of the images that a snapshot shows; a lost one is left out.

    Given a folder, what is larger than paper can show is put there smaller.
    Texts may show an image of their own incident alone. Nobody has marked what images
    show for customers, and a summary has no room for any.
    """
    if snapshot.edition != Edition.INTERNAL:
        return Pictures()
    wanted = {image.id for entry in snapshot.timeline for image in entry.images}
    wanted |= images_named_in(texts_of(snapshot))
    if not wanted:
        return Pictures()
    files, shown = {}, {}
    rows = Attachment.objects.filter(event__incident__reference=snapshot.reference)
    for row in rows.filter(pk__in=wanted):
        if not row.is_stored:
            continue
        path = Path(row.file.path)
        if folder and is_heavy(row):
            path = smaller(path, folder / str(row.pk))
        name = f"{row.pk}{path.suffix}"
        files[name] = path
        shown[row.pk] = Picture(f"picture:{name}", row.words, row.width, row.height)
    return Pictures(files, shown)


def is_heavy(row: Attachment) -> bool:
    """Say whether an image has more dots than print needs, or is slow to unpack."""
    return max(row.width, row.height) > MOST_DOTS or row.media_type == "image/webp"


def smaller(path: Path, stem: Path) -> Path:
    """Write an image as print needs it; one that cannot be read stays as it is."""
    try:
        with Image.open(path) as image:
            # A JPEG is unpacked at once no larger than is needed.
            image.draft("RGB", (MOST_DOTS, MOST_DOTS))
            image.thumbnail((MOST_DOTS, MOST_DOTS))
            if image.has_transparency_data:
                image.convert("RGBA").save(written := stem.with_suffix(".png"))
            else:
                written = stem.with_suffix(".jpg")
                image.convert("RGB").save(written, quality=QUALITY)
    except DAMAGED:
        return path
    return written


def texts_of(snapshot: Snapshot) -> Iterable[str]:
    """Give all that people wrote as Markdown."""
    for part in snapshot.parts:
        yield part.body
        yield from (line.text for line in part.lines)
