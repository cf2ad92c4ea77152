from __future__ import annotations

from django.db import connection, models


class Counter(models.Model):
    """The last number given out under a prefix; locked while the next one is taken."""

    prefix = models.CharField(max_length=80, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last}"

    @staticmethod
    def next(prefix: str) -> int:
        """Take the next number; it is given back if the transaction is rolled back."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO incidents_counter (prefix, last) VALUES (%s, 1) "
                "ON CONFLICT (prefix) DO UPDATE SET last = incidents_counter.last + 1 "
                "RETURNING last",
                [prefix],
            )
            return int(cursor.fetchone()[0])
