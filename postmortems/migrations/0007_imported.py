from __future__ import annotations

from django.db import migrations, models

DIGEST_HELP = "The fingerprint of the file it came from: nothing comes twice."
LEFT_HELP = "What only held the file together, such as headings of columns."


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0006_meeting_held")]

    operations = [
        *(
            migrations.AddField(
                model_name=model,
                name="source_name",
                field=models.CharField(
                    blank=True,
                    editable=False,
                    max_length=200,
                    verbose_name="imported from",
                ),
            )
            for model in ("postmortem", "historicalpostmortem")
        ),
        *(
            migrations.AddField(
                model_name=model,
                name="source_left",
                field=models.TextField(blank=True, editable=False, help_text=LEFT_HELP),
            )
            for model in ("postmortem", "historicalpostmortem")
        ),
        migrations.AddField(
            model_name="postmortem",
            name="source_digest",
            field=models.CharField(
                blank=True,
                editable=False,
                error_messages={"unique": "It was imported already."},
                help_text=DIGEST_HELP,
                max_length=64,
                null=True,
                unique=True,
            ),
        ),
        migrations.AddField(
            model_name="historicalpostmortem",
            name="source_digest",
            field=models.CharField(
                blank=True,
                db_index=True,
                editable=False,
                error_messages={"unique": "It was imported already."},
                help_text=DIGEST_HELP,
                max_length=64,
                null=True,
            ),
        ),
    ]
