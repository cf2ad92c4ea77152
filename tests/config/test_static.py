from __future__ import annotations

from django.core.management import call_command

from config.launcher import collect_static


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
