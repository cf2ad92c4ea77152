"""Images with an entry: what is taken, how it is stored, and who gets to see it."""

from __future__ import annotations

import random
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image, ImageFile

from incidents.backup import _files as files_of_a_backup
from incidents.changes import Refused
from incidents.images import MOST_BYTES, Picture, Unusable, drawn_anew
from incidents.models import Attachment

ORIENTATION, DESCRIPTION = 0x0112, 0x010E
TURNED = 6


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def browser(client_of, lead):
    return client_of(lead)


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def image(kind: str = "PNG", size=(30, 20), mode: str = "RGB", **how) -> bytes:
    content = BytesIO()
    Image.new(mode, size, 1).save(content, kind, **how)
    return content.getvalue()


def tagged(kind: str) -> bytes:
    """Draw one that lies on its side and says where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[DESCRIPTION] = TURNED, "At our house"
    return image(kind, exif=exif)


def animated(kind: str) -> bytes:
    first, *rest = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    content = BytesIO()
    first.save(content, kind, save_all=True, append_images=rest, lossless=True)
    return content.getvalue()


def write(browser, incident, *contents: bytes, name: str = "shot.png", **posted):
    address = reverse("admin:incidents_incident_do", args=[incident.pk, "note"])
    files = [SimpleUploadedFile(name, content) for content in contents]
    return browser.post(address, {"text": "", **posted, "images": files})


def address_of(shown: Attachment, incident) -> str:
    return reverse("admin:incidents_incident_image", args=[incident.pk, shown.pk])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_image_is_drawn_anew_upright_and_without_what_the_camera_wrote(kind):
    picture = drawn_anew(BytesIO(tagged(kind)), "x")

    again = Image.open(BytesIO(picture.content))
    assert (again.format, again.size) == (kind, (20, 30))
    assert not dict(again.getexif())
    assert b"house" not in picture.content


def test_a_telephones_photograph_of_several_pictures_is_a_jpeg():
    content = BytesIO()
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    first.save(content, "MPO", save_all=True, append_images=[second])

    picture = drawn_anew(content, "x")

    assert picture.media_type == "image/jpeg"
    assert getattr(Image.open(BytesIO(picture.content)), "n_frames", 1) == 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animated_image_the_first_frame_is_kept(kind):
    picture = drawn_anew(BytesIO(animated(kind)), "x")

    again = Image.open(BytesIO(picture.content))
    assert getattr(again, "n_frames", 1) == 1
    assert again.convert("RGB").getpixel((4, 4))[2] < 20


def test_images_come_with_an_entry_and_say_what_they_show(browser, incident, folder):
    write(browser, incident, image(), image("JPEG"), text="Look", words="The queue")

    entry = incident.timeline.get(verb="")
    page = browser.get(incident.get_absolute_url()).text
    assert [each.media_type for each in entry.images.all()] == [
        "image/png",
        "image/jpeg",
    ]
    for shown in entry.images.all():
        assert f'<img src="{address_of(shown, incident)}" alt="The queue"' in page
    assert len(stored(folder)) == 2
    assert sorted(files_of_a_backup()) == sorted(stored(folder))


def test_an_image_may_stand_for_the_text(browser, incident):
    write(browser, incident, image())

    assert incident.timeline.get(verb="").text == "Image"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script>",
        image("GIF"),
        image("TIFF"),
        image()[:40],
        image("JPEG", size=(99, 99))[:-200],
    ],
)
def test_what_is_no_image_is_refused_and_the_text_is_kept(
    browser, incident, folder, content
):
    answer = write(browser, incident, content, text="Look at this")

    assert answer.status_code == 422
    assert "“shot.png” is damaged, or is no PNG, JPEG or WebP" in answer.text
    assert "Look at this</textarea>" in answer.text
    assert not incident.timeline.filter(verb="").exists()
    assert not folder.exists()


def test_half_an_image_is_refused_whatever_a_library_set(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)

    with pytest.raises(Unusable):
        drawn_anew(BytesIO(image("JPEG", size=(99, 99))[:-200]), "half.jpg")


def test_too_large_images_are_refused_with_the_remedy(browser, incident):
    heavy = write(browser, incident, b"x" * (MOST_BYTES + 1)).text
    wide = write(browser, incident, image(mode="1", size=(8_001, 5_000))).text
    many = write(browser, incident, *[image(size=(1, 1))] * 11).text

    assert "at most 10.0\xa0MB are taken: crop it" in heavy
    assert "more than 40 megapixels: crop it" in wide
    assert "At most 10 images go with an entry" in many


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_no_damage_is_more_than_a_refusal():
    dice = random.Random(2611)  # noqa: S311 - what breaks is broken again
    whole = [tagged(kind) for kind in ("PNG", "JPEG", "WEBP")] + [animated("PNG")]

    for _number in range(300):
        content = bytearray(dice.choice(whole))
        for _blow in range(dice.randrange(1, 6)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        with suppress(Unusable):
            drawn_anew(BytesIO(content[: dice.randrange(20, 5_000)]), "x")


def test_an_image_is_served_shut_off_and_asked_for_anew_each_time(browser, incident):
    write(browser, incident, image())
    address = address_of(Attachment.objects.get(), incident)

    answer = browser.get(address)
    again = browser.get(address, headers={"If-None-Match": answer["ETag"]})

    assert Image.open(BytesIO(b"".join(answer))).format == "PNG"
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    policy = answer["Content-Security-Policy"].split("; ")
    assert set(policy) == {"default-src 'none'", "sandbox"}
    assert answer["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")


def test_who_may_not_see_the_incident_sees_no_image(
    browser, client_of, incident, outsider, manager, severity, team, lead, noon
):
    write(browser, incident, image())
    address = address_of(Attachment.objects.get(), incident)
    before = client_of(outsider).get(address)
    incident.restrict(True, by=manager, at=noon, reason="Ours")

    after = client_of(outsider).get(address, headers={"If-None-Match": before["ETag"]})

    assert (before.status_code, after.status_code) == (200, 404)


def test_an_image_belongs_to_its_incident_and_may_be_lost(browser, incident, folder):
    write(browser, incident, image())
    shown = Attachment.objects.get()
    elsewhere = reverse("admin:incidents_incident_image", args=[0, shown.pk])
    for path in stored(folder):
        path.unlink()

    assert browser.get(elsewhere).status_code == 404
    assert browser.get(address_of(shown, incident)).status_code == 404


def test_a_step_that_fails_keeps_no_file(incident, lead, noon, folder):
    good = Picture(image(), "image/png", 30, 20)
    bad = Picture(image(), "image/png", -1, 20)

    with pytest.raises(IntegrityError):
        incident.note("Look", by=lead, at=noon, images=[good, bad])

    assert stored(folder) == []
    assert not incident.timeline.filter(verb="").exists()


def test_a_full_disk_is_a_refusal(incident, lead, noon, folder):
    folder.write_text("No folder, so nothing can be stored in it.")

    with pytest.raises(Refused, match="cannot be stored on the server"):
        incident.note(
            "Look", by=lead, at=noon, images=[drawn_anew(BytesIO(image()), "")]
        )

    assert not incident.timeline.filter(verb="").exists()


def test_many_images_cost_no_more_queries_than_one(browser, incident, lead, noon):
    picture = drawn_anew(BytesIO(image()), "")
    address = reverse("admin:incidents_incident_timeline", args=[incident.pk])

    def asked(images: int) -> int:
        incident.note("Look", by=lead, at=noon, images=[picture] * images)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address, headers={"HX-Request": "true"})
        return len(queries)

    assert asked(0) == asked(1) == asked(9)
