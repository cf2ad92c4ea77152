"""Trying many things on the same rows, each as if it were the first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def taken_back() -> Iterator[None]:
    """Let nothing stay of what is done in here."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
