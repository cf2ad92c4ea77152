from __future__ import annotations

from django.db import models


class Counter(models.Model):
    """The last number given out under a prefix; locked while the next one is taken."""

    prefix = models.CharField(max_length=80, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last}"

    @staticmethod
    def next(prefix: str) -> int:
        """Take the next number; it is given back if the transaction is rolled back."""
        Counter.objects.bulk_create([Counter(prefix=prefix)], ignore_conflicts=True)
        counter = Counter.objects.select_for_update().get(prefix=prefix)
        counter.last += 1
        counter.save(update_fields=["last"])
        return counter.last
