"""Images of the timeline on their way into a document."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from incidents.images import drawn_anew
from postmortems.drafting import snapshot_of
from postmortems.editions import reduced
from postmortems.rendering.document import build, printed
from postmortems.rendering.pictures import MOST_DOTS, pictures_of


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def attach(lead, at_noon):
    """Write an entry with an image, and give the image's row."""

    def attach(incident, size=(60, 40), kind="PNG", mode="RGB", words="A chart"):
        Image.new(mode, size, 128).save(content := BytesIO(), kind)
        picture = drawn_anew(content, f"a.{kind}", words)
        note = incident.note("It rises.", by=lead, at=at_noon, images=[picture])
        return note.images.get()

    return attach


def test_an_image_is_printed_beside_its_words(written, attach):
    attach(written.incident)

    with printed(snapshot_of(written)) as pdf:
        pages = PdfReader(pdf).pages
        shown = [image for page in pages for image in page.images]
        text = "".join(page.extract_text() for page in pages)

    # Pages share what they may draw, so it is listed with each.
    assert {image.image.size for image in shown} == {(60, 40)}
    assert text.count("A chart") == 1


def test_a_text_shows_images_of_its_own_incident_alone(
    written, other_postmortem, attach
):
    own, other = attach(written.incident), attach(other_postmortem.incident)
    text = f"![ours](image:{own.pk}) ![theirs](image:{other.pk})"
    [part, *_rest] = [p for p in snapshot_of(written).parts if p.kind == "text"]
    snapshot = snapshot_of(written).model_copy(
        update={"parts": (part.model_copy(update={"body": text}),), "timeline": ()}
    )

    html = build(snapshot)

    assert f'src="picture:{own.pk}.png"' in html
    assert f"picture:{other.pk}" not in html
    assert "theirs" in html


def test_an_image_whose_file_is_gone_leaves_its_words(written, attach):
    Path(attach(written.incident).file.path).unlink()

    html = build(snapshot_of(written))

    assert "A chart (image no longer stored)" in html
    assert "<img" not in html


@pytest.mark.parametrize("edition", ["customer", "summary"])
def test_nobody_has_marked_images_for_others(edition, written, attach):
    attach(written.incident)

    assert not pictures_of(reduced(snapshot_of(written), edition)).files


@pytest.mark.parametrize(
    ("size", "kind", "mode", "suffix"),
    [
        ((2000, 1000), "PNG", "RGB", ".jpg"),
        ((2000, 1000), "JPEG", "RGB", ".jpg"),
        ((2000, 1000), "PNG", "RGBA", ".png"),
        ((90, 90), "WEBP", "RGB", ".jpg"),
    ],
)
def test_what_paper_cannot_show_is_left_out_of_the_file(
    size, kind, mode, suffix, written, attach, tmp_path
):
    row = attach(written.incident, size, kind, mode)

    [[name, path]] = pictures_of(snapshot_of(written), tmp_path).files.items()

    assert name == f"{row.pk}{suffix}"
    assert path.parent == tmp_path
    with Image.open(path) as image:
        assert max(image.size) == min(max(size), MOST_DOTS)


def test_a_small_image_is_taken_as_it_is(written, attach, tmp_path):
    row = attach(written.incident)

    assert [*pictures_of(snapshot_of(written), tmp_path).files.values()] == [
        Path(row.file.path)
    ]
