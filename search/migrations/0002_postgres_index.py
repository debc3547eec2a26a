"""The columns and the vocabulary that only PostgreSQL's engine uses; other databases are left as they are."""

from django.db import migrations

MAKE = [
    """
    ALTER TABLE search_searchdocument
        ADD COLUMN words tsvector NOT NULL DEFAULT '',
        ADD COLUMN facts text[] NOT NULL DEFAULT '{}',
        ADD COLUMN facets text[] NOT NULL DEFAULT '{}',
        ADD COLUMN rights text[] NOT NULL DEFAULT '{}'
    """,
    "CREATE INDEX search_document_words ON search_searchdocument USING gin (words)",
    "CREATE INDEX search_document_facts ON search_searchdocument USING gin (facts)",
    """
    CREATE TABLE search_vocabulary (
        word text PRIMARY KEY,
        length integer NOT NULL,
        letters integer NOT NULL,
        generation integer NOT NULL
    )
    """,
    "CREATE INDEX search_vocabulary_length ON search_vocabulary (length)",
]
UNDO = [
    "DROP TABLE search_vocabulary",
    """
    ALTER TABLE search_searchdocument
        DROP COLUMN words, DROP COLUMN facts, DROP COLUMN facets, DROP COLUMN rights
    """,
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
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(make, undo)]
