"""The template engine of the plain pages, which knows Django's templates alone."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

ADMIN = find_spec("django.contrib.admin")
STOCK = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "NAME": "stock",
    "DIRS": [Path(str(ADMIN and ADMIN.origin)).parent / "templates"],
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ],
    },
}
