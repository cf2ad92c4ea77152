"""The Celery application: beat sweeps every minute, hints arrive in between."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Whoever says filesystem:// gets the one that writes its messages whole.
TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"

app = Celery("debrief")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Leave the log as the settings have it: being connected is enough."""


@app.on_after_configure.connect
def make_broker_folders(sender: Celery, **_: object) -> None:
    """Make the folders of the file broker, which expects to find them."""
    if not settings.REDIS_URL:
        for name in ("data_folder_in", "processed_folder", "control_folder"):
            folder = Path(sender.conf.broker_transport_options[name])
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
