from __future__ import annotations

import re

from django.conf import settings as configured
from django.core.management import call_command

from config.launcher import collect_static

# A class of a table of the document, and a rule for a class on whatever element.
TABLED = re.compile(r'<(?:table|tr|th|td)\b[^>]*?class="([\w -]+)"')
LAID_OUT = re.compile(r"^\s*\.([\w-]+) \{[^}]*\bdisplay:", re.MULTILINE)


def test_tables_of_the_document_stay_tables_beside_the_incident():
    """Pages about an incident show the document with their own styles around it."""
    document = configured.BASE_DIR / "templates" / "postmortems"
    styles = configured.BASE_DIR / "incidents/static/incidents/incident.css"
    texts = [each.read_text() for each in document.rglob("*.html")]

    tables = {n for t in texts for found in TABLED.findall(t) for n in found.split()}
    laid_out = set(LAID_OUT.findall(styles.read_text()))

    assert {"facts", "step"} <= tables
    assert "steps" in laid_out
    assert tables.isdisjoint(laid_out)


def test_every_static_file_finds_what_it_refers_to(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": manifest}}

    call_command("collectstatic", verbosity=0, interactive=False)

    assert (tmp_path / "staticfiles.json").exists()


def test_static_files_are_collected_once(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    collect_static()
    collected = tmp_path / "admin" / "css" / "base.css"
    collected.unlink()

    collect_static()

    assert not collected.exists()


def test_static_files_are_collected_anew_when_they_have_changed(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    collect_static()
    (tmp_path / "admin" / "css" / "base.css").unlink()
    (tmp_path / "collected.txt").write_text("as they were before")

    collect_static()

    assert (tmp_path / "admin" / "css" / "base.css").exists()
