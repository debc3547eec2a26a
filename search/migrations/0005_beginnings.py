"""Words by how they begin, whatever the database's own order of letters is."""

from django.db import migrations

MAKE = "CREATE INDEX search_vocabulary_begins ON search_vocabulary (word text_pattern_ops)"
UNDO = "DROP INDEX search_vocabulary_begins"


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE)


def undo(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNDO)


class Migration(migrations.Migration):
    dependencies = [("search", "0004_feedback_and_saved_searches")]

    operations = [migrations.RunPython(make, undo)]
