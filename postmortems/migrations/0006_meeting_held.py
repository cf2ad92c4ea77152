from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0005_search")]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="held_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="held"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                name="meeting_held_or_cancelled",
                condition=Q(("held_at", None), ("cancelled_at", None), _connector="OR"),
                violation_error_message="What was cancelled was not held.",
            ),
        ),
    ]
