from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from incidents.images import Picture
from incidents.models import Incident
from postmortems.drafting import snapshot_of
from postmortems.editions import reduced
from postmortems.markdown_out import markdown_of
from postmortems.models import Section
from postmortems.snapshot import Gathering, Line, Part
from postmortems.standalone import standalone
from postmortems.versions import download_url

NAME = "admin:postmortems_postmortem_"


def address(page: str, postmortem, *version: object) -> str:
    name = f"{NAME}{page}_version" if version else f"{NAME}{page}"
    return reverse(name, args=[postmortem.pk, *version])


@pytest.fixture
def out(written, item, manager, at_noon):
    """A published post-mortem with an item."""
    item.move_due_date(at_noon.date(), by=manager, at=at_noon, reason="Agreed")
    written.publish(by=manager, at=at_noon)
    return written


@pytest.fixture
def corrected(out, lead, manager, at_noon):
    """One whose second version says something else."""
    section = out.sections.filter(kind="text").exclude(body="").first()
    out.reopen(by=manager, at=at_noon, reason="A figure was wrong")
    out.write({section.key: (section.body, "The mended text.")}, by=lead, at=at_noon)
    out.publish(by=manager, at=at_noon)
    return out


def test_a_published_version_reads_as_it_was_frozen(client_of, viewer, out):
    title = out.incident.title
    Section.objects.filter(postmortem=out).update(body="Changed behind its back.")
    Incident.objects.filter(pk=out.incident_id).update(title="Another title")

    page = client_of(viewer).get(address("read", out)).text

    assert f"<h1>{title}</h1>" in page
    assert "What to say of summary." in page
    assert "Changed behind its back." not in page
    assert "Version 1 · published 21 Nov 2026, 13:00 CET by Manager" in page


def test_one_reads_in_the_library(client_of, viewer, out):
    page = client_of(viewer).get(address("read", out)).text

    marked = re.findall(r'<a href="([^"]+)" aria-current="true">', page)
    assert marked == [reverse("admin:postmortems_searchentry_changelist")]


def test_the_contents_lead_to_each_section(client_of, viewer, out):
    page = client_of(viewer).get(address("read", out)).text

    contents = re.search(r'<nav class="contents".*?</nav>', page, re.S)[0]
    places = re.findall(r'href="#([^"]+)"', contents)
    assert len(places) > 5
    assert [page.count(f'id="{place}"') for place in places] == [1] * len(places)


def test_the_timeline_is_drawn_and_items_lead_to_their_pages(
    client_of, viewer, out, item
):
    page = client_of(viewer).get(address("read", out)).text

    assert page.count('role="img"') >= 2
    assert f'<a href="{item.get_absolute_url()}">{item.title}</a>' in page
    assert reverse("admin:incidents_incident_csv", args=[out.incident_id]) in page


def test_what_the_pdf_counts_and_heads_the_page_does_too(written, at_noon):
    lines = tuple(Line(id=n, text=f"Line {n}") for n in range(7))
    factors = Part(key="factors", title="Factors", meaning="factors", lines=lines)
    met = Part(key="met", title="Met", kind="block", block="meeting", lines=lines)
    parts = {"parts": (factors, met), "meeting": Gathering(starts_at=at_noon)}
    snapshot = snapshot_of(written).model_copy(update=parts)

    whole = standalone(snapshot, written.incident)
    short = standalone(reduced(snapshot, "summary"), written.incident)

    assert '<p class="about">Decisions</p>' in whole
    assert "and 2 more in the whole post-mortem" in short
    assert "in the whole post-mortem" not in whole


def test_the_files_there_are_can_be_downloaded(client_of, viewer, out, lead):
    report = out.reports.create(
        publication=out.latest(),
        is_draft=False,
        state="done",
        number=1,
        file="reports/1.pdf",
        sha256="0" * 64,
        requested_by=lead,
    )

    page = client_of(viewer).get(address("read", out)).text

    for path in (
        download_url(report, out),
        address("html", out, "internal", 1),
        address("markdown", out, "internal", 1),
    ):
        assert f'<a href="{path}" download>' in page


def test_earlier_versions_stay_to_be_read_with_their_reasons(
    client_of, viewer, corrected
):
    browser = client_of(viewer)

    now = browser.get(address("read", corrected)).text
    before = browser.get(address("read", corrected, "internal", 1)).text

    assert "The mended text." in now
    assert "A figure was wrong" in now
    assert f'href="{address("read", corrected, "internal", 1)}"' in now
    assert "There is a newer version" not in now
    assert "The mended text." not in before
    assert "There is a newer version" in before


def test_what_counts_is_read_while_a_correction_is_written(
    client_of, viewer, out, lead, manager, at_noon
):
    out.reopen(by=manager, at=at_noon, reason="A figure was wrong")
    out.write(
        {"summary": ("What to say of summary.", "Half a thought")}, by=lead, at=at_noon
    )

    page = client_of(viewer).get(address("read", out)).text

    assert "What to say of summary." in page
    assert "Half a thought" not in page
    assert "A correction is being written" in page


def test_a_draft_reads_as_it_is_now(client_of, viewer, written):
    page = client_of(viewer).get(address("read", written)).text

    assert "What to say of summary." in page
    assert ">Draft</span>" in page


def test_the_edition_for_customers_says_no_more_than_it_does_to_them(
    client_of, viewer, out, item, manager, at_noon
):
    section = out.sections.get(key="summary")
    out.switch(section, public=True, by=manager, at=at_noon)
    out.publish_edition("customer", by=manager, at=at_noon)

    page = client_of(viewer).get(address("read", out, "customer", 1)).text

    article = re.search(r"<article.*</article>", page, re.S)[0]
    assert "What to say of summary." in article
    assert item.title not in article
    assert "Manager" not in article
    assert "/admin/" not in article


@pytest.mark.parametrize("page", ["read", "html", "markdown"])
def test_a_version_that_is_not_there_is_not_found(client_of, viewer, out, page):
    browser = client_of(viewer)

    for version in (("internal", 2), ("summary", 1), ("other", 1), ("internal", 0)):
        assert browser.get(address(page, out, *version)).status_code == 404
    assert browser.get(address(page, out, "internal", 10**30)).status_code == 404
    assert browser.post(address(page, out)).status_code == 405


FILES = {"html": ("text/html", "html"), "markdown": ("text/markdown", "md")}


@pytest.mark.parametrize("page", FILES)
def test_versions_are_downloaded_as_files(client_of, viewer, corrected, page):
    media_type, extension = FILES[page]
    reference = corrected.incident.reference

    now = client_of(viewer).get(address(page, corrected))
    before = client_of(viewer).get(address(page, corrected, "internal", 1))

    assert now["Content-Type"] == f"{media_type}; charset=utf-8"
    assert now["X-Content-Type-Options"] == "nosniff"
    for answer, number in ((now, 2), (before, 1)):
        name = f"{reference}-v{number}.{extension}"
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "The mended text." in now.text
    assert "The mended text." not in before.text


def test_markdown_is_the_version_that_was_frozen(client_of, viewer, out):
    answer = client_of(viewer).get(address("markdown", out))

    assert answer.text == markdown_of(out.latest().snapshot)


class Judge(HTMLParser):
    """Lists what a file of HTML would fetch or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.scripted: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        told = dict(attributes)
        if told.get("http-equiv") == "Content-Security-Policy":
            self.policy = told["content"]
        for name, value in attributes:
            if name.startswith("on") or (value or "").startswith("javascript:"):
                self.scripted.append(name)
            if name in {"src", "srcset", "data", "poster", "background", "xlink:href"}:
                self.fetched.append(value)
            if name == "style":
                self.scripted.append(value)


HOSTILE = '<script>alert(1)</script><img src=x onerror="a()"> ![i](https://x.example/i)'


@pytest.fixture
def picture(settings, tmp_path) -> Picture:
    settings.MEDIA_ROOT = tmp_path / "files"
    drawn = BytesIO()
    Image.new("RGB", (30, 20), "red").save(drawn, "PNG")
    return Picture(drawn.getvalue(), "image/png", 30, 20, HOSTILE)


def test_one_file_of_html_fetches_and_runs_nothing(
    client_of, viewer, written, picture, lead, manager, at_noon
):
    incident = written.incident
    incident.note(HOSTILE, images=[picture], by=lead, at=at_noon)
    incident.amend({"title": (incident.title, HOSTILE)}, by=lead, at=at_noon)
    change = {"summary": ("What to say of summary.", HOSTILE)}
    written.write(change, by=lead, at=at_noon)
    written.publish(by=manager, at=at_noon)

    text = client_of(viewer).get(address("html", written)).text

    judge = Judge(text)
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    inside = f"data:image/png;base64,{b64encode(picture.content).decode()}"
    assert judge.fetched == [inside]
    assert judge.scripted == []
    assert not judge.tags & {"script", "link", "iframe", "object", "form", "base"}
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in judge.policy
    assert f"'sha256-{digest}'" in judge.policy
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_an_image_of_the_timeline_is_shown_on_the_page(
    client_of, viewer, written, picture, lead, at_noon
):
    event = written.incident.note("A shot", images=[picture], by=lead, at=at_noon)

    page = client_of(viewer).get(address("read", written)).text

    image = event.images.get()
    source = reverse(
        "admin:incidents_incident_image", args=[event.incident_id, image.pk]
    )
    assert f'<img src="{source}"' in page


def test_reading_asks_as_little_of_a_long_one(
    client_of, viewer, written, item, lead, at_noon
):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address("read", written)).status_code == 200
        return len(queries)

    browser = client_of(viewer)
    asked()
    few = asked()
    for number in range(20):
        written.incident.note(f"Entry {number}", by=lead, at=at_noon)
        written.incident.add_item(title=f"Item {number}", by=lead, at=at_noon)

    assert asked() == few
