"""Images that people attach, drawn anew: of the file that came, only the picture stays.

What it is says its content, not its name. Orientation is applied; whatever else a
camera wrote beside the picture is gone. Of an animated image the first frame is kept.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_IMAGES = 10
EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
# Telephones write several pictures into a JPEG, such as how bright it was: MPO.
OF_SEVERAL = {"MPO": "JPEG"}
WRITTEN_WITH: dict[str, dict[str, int]] = {
    "PNG": {"compress_level": 4},
    "JPEG": {"quality": 88},
    "WEBP": {"quality": 90, "method": 2},
}
# What Pillow raises for files that are not what they claim to be.
DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    struct.error,
    zlib.error,
)


class Unusable(Exception):
    """Why an image is not taken, as a sentence with the remedy."""


@dataclass(frozen=True)
class Picture:
    """An image as it will be stored, and what it shows for those who do not see it."""

    content: bytes
    media_type: str
    width: int
    height: int
    words: str = ""

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.media_type]


def drawn_anew(file: IO[bytes], name: str, words: str = "") -> Picture:
    """Read an image and write it again, or raise Unusable."""
    # WeasyPrint lets Pillow take half an image for a whole one, in all of its process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(file, formats=tuple(MEDIA_TYPES)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unusable(_too_many_pixels(name))
            return _written(image, words)
    except Image.DecompressionBombError as error:
        raise Unusable(_too_many_pixels(name)) from error
    except DAMAGED as error:
        sentence = _(
            "“%(name)s” is damaged, or is no PNG, JPEG or WebP: save it as one of "
            "these and choose it again."
        )
        raise Unusable(sentence % {"name": name}) from error


def _written(image: Image.Image, words: str) -> Picture:
    kind = OF_SEVERAL.get(str(image.format), str(image.format))
    upright = ImageOps.exif_transpose(image)
    picture = upright.convert(_mode(upright, kind))
    picture.info.clear()  # comments, places, profiles: some would be written again
    content = BytesIO()
    picture.save(content, kind, **WRITTEN_WITH[kind])
    return Picture(content.getvalue(), MEDIA_TYPES[kind], *picture.size, words=words)


def _mode(image: Image.Image, kind: str) -> str:
    if image.has_transparency_data and kind != "JPEG":
        return "RGBA"
    return "L" if image.mode in {"1", "L", "I;16"} and kind != "WEBP" else "RGB"


def _too_many_pixels(name: str) -> str:
    sentence = _(
        "“%(name)s” has more than %(most)s megapixels: crop it, or scale it down, and "
        "choose it again."
    )
    return sentence % {"name": name, "most": MOST_PIXELS // 1_000_000}
