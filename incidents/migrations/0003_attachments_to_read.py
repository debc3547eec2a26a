from django.db import migrations
from django.db.models import Q


def mark(apps, schema_editor):
    """Files of an earlier release: those with text are read, pictures and archives wait for the worker."""
    rows = apps.get_model("incidents", "Attachment").objects.filter(text_state="none")
    rows.exclude(text="").update(text_state="read")
    rows.filter(text="").filter(
        Q(preview_state__in=["pending", "ready"])
        | Q(content_type__in=["application/zip", "application/gzip", "application/x-gzip"])
    ).update(text_state="pending")


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_attachment_words")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
