"""Does the message queue answer? Asked so that a dead one costs a second at most."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from django.conf import settings

PATIENCE = 1.0  # seconds


def broker_answers() -> bool:
    """Say whether a hint would get through, within `PATIENCE` seconds.

    Asking happens in a thread: looking up a name or shaking hands may outlast every
    time-out that a client can be given.
    """
    if not settings.REDIS_URL:
        folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]
        return os.access(Path(str(folder)), os.W_OK)
    answers: list[bool] = []
    asking = threading.Thread(
        target=lambda: answers.append(_ping()), name="broker-probe", daemon=True
    )
    asking.start()
    asking.join(PATIENCE)
    return answers == [True]


def _ping() -> bool:
    # Half a second of imports, which no other process needs.
    from redis import Redis, RedisError
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False
    finally:
        client.close()
