"""What PostgreSQL's engine scores by, beside its word vectors; and how much of an index there has to be."""

from django.db import migrations, models

MAKE = [
    "ALTER TABLE search_searchdocument ADD COLUMN IF NOT EXISTS tallies bytea NOT NULL DEFAULT ''",
    # Read as they are: unpacking takes longer than reading.
    "ALTER TABLE search_searchdocument ALTER COLUMN tallies SET STORAGE EXTERNAL",
    "CREATE INDEX IF NOT EXISTS search_document_day ON search_searchdocument (day DESC, object_id DESC)",
    "ALTER TABLE search_vocabulary ADD COLUMN IF NOT EXISTS documents integer NOT NULL DEFAULT 0",
]
UNDO = [
    "ALTER TABLE search_vocabulary DROP COLUMN IF EXISTS documents",
    "DROP INDEX IF EXISTS search_document_day",
    "ALTER TABLE search_searchdocument DROP COLUMN IF EXISTS tallies",
]


def make(apps, schema_editor):
    run(schema_editor, MAKE)


def undo(apps, schema_editor):
    run(schema_editor, UNDO)


def run(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0007_digests")]

    operations = [
        migrations.AddField(
            model_name="indexstate",
            name="documents",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="indexstate",
            name="vocabulary",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.RunPython(make, undo),
    ]
