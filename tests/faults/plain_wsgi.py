"""The product for a web server of the tests, which has collected no static files."""

from __future__ import annotations

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
django.setup(set_prefix=False)

from config.wsgi import application  # noqa: E402

__all__ = ["application"]
