"""When and by whom each outcome was found, from the last line of the timeline that says so."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One statement, however many steps there are."""
    step_model = apps.get_model("incidents", "DiagnosisStep")
    entry_model = apps.get_model("incidents", "TimelineEntry")
    lines = entry_model.objects.filter(step=OuterRef("pk"), kind="diagnosis").order_by("-noted_at", "-id")
    step_model.objects.filter(decided_at=None).exclude(outcome="open").update(
        decided_at=Subquery(lines.values("at")[:1]), decided_by=Subquery(lines.values("author")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [("incidents", "0006_diagnosis_board")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
