"""What `gunicorn config.wsgi` reads by itself, here and in production."""

from __future__ import annotations

import os
from pathlib import Path

import environ

from config.logs import configuration

# Django is loaded after this: PORT in the file .env would come too late.
environ.Env.read_env(Path(__file__).with_name(".env"))

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
worker_class = "gthread"
# Loaded once, before any worker: a missing setting ends the start with its sentence
# instead of one worker after the other dying of it.
preload_app = True
# Sooner than the five seconds after which honcho kills.
graceful_timeout = 3
# Its log has the form of the others, and as little of what people send.
logconfig_dict = configuration("WARNING", os.environ.get("LOG_FORMAT") or "line")
logconfig_dict["loggers"]["gunicorn.error"] = {
    "level": "WARNING",
    "handlers": [],
    "propagate": True,
}
