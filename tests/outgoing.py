"""Rows of the outbox for tests, as many as they like."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidents.choices import NotificationKind
from incidents.models import Notification
from incidents.outbox import message_id


def queued(subject: str, *, at: datetime, **columns: Any) -> Notification:
    """Write a mail that was queued and due at a time; its subject is its key."""
    columns.setdefault("kind", NotificationKind.DIGEST)
    if "user" not in columns:
        columns.setdefault("address", "somebody@debrief.example")
    else:
        columns.setdefault("address", columns["user"].email)
    return Notification.objects.create(
        key=subject,
        subject=subject,
        text=subject,
        message_id=message_id(subject),
        created_at=at,
        due_at=columns.pop("due_at", at),
        **columns,
    )
