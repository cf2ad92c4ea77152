import django.db.models.deletion
from django.db import migrations, models

# What SQLite finds entries by is a table of its own that triggers keep. A later
# migration that changes `postmortems_searchentry` makes it anew, without them: it has
# to run `make_index` again.
SQLITE = (
    """
    CREATE VIRTUAL TABLE postmortems_words USING fts5(
        heads, words, content='postmortems_searchentry',
        content_rowid='postmortem_id', tokenize='porter unicode61'
    )
    """,
    """
    CREATE TRIGGER postmortems_words_added AFTER INSERT ON postmortems_searchentry
    BEGIN
        INSERT INTO postmortems_words (rowid, heads, words)
        VALUES (new.postmortem_id, new.heads, new.words);
    END
    """,
    """
    CREATE TRIGGER postmortems_words_gone AFTER DELETE ON postmortems_searchentry
    BEGIN
        INSERT INTO postmortems_words (postmortems_words, rowid, heads, words)
        VALUES ('delete', old.postmortem_id, old.heads, old.words);
    END
    """,
    """
    CREATE TRIGGER postmortems_words_changed AFTER UPDATE ON postmortems_searchentry
    BEGIN
        INSERT INTO postmortems_words (postmortems_words, rowid, heads, words)
        VALUES ('delete', old.postmortem_id, old.heads, old.words);
        INSERT INTO postmortems_words (rowid, heads, words)
        VALUES (new.postmortem_id, new.heads, new.words);
    END
    """,
    "INSERT INTO postmortems_words (postmortems_words) VALUES ('rebuild')",
)
POSTGRESQL = (
    """
    ALTER TABLE postmortems_searchentry ADD COLUMN vector tsvector
    GENERATED ALWAYS AS (
        setweight(to_tsvector('english', heads), 'A')
        || setweight(to_tsvector('english', words), 'B')
    ) STORED
    """,
    """
    CREATE INDEX postmortems_searchentry_vector
    ON postmortems_searchentry USING gin (vector)
    """,
)
SQLITE_BACK = (
    "DROP TRIGGER postmortems_words_added",
    "DROP TRIGGER postmortems_words_gone",
    "DROP TRIGGER postmortems_words_changed",
    "DROP TABLE postmortems_words",
)
POSTGRESQL_BACK = ("ALTER TABLE postmortems_searchentry DROP COLUMN vector",)


def make_index(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE_BACK if is_sqlite else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0004_remove_prompt")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "postmortem",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="postmortems.postmortem",
                        verbose_name="post-mortem",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("lead", models.TextField(blank=True, verbose_name="what happened")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                ("heads", models.TextField(blank=True)),
                ("words", models.TextField(blank=True)),
                (
                    "publication",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="postmortems.publication",
                        verbose_name="published version",
                    ),
                ),
            ],
            options={
                "verbose_name": "published post-mortem",
                "verbose_name_plural": "published post-mortems",
                "ordering": ["-publication__published_at", "-pk"],
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
