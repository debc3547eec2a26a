import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def call_new_kinds_notes(apps, schema_editor):
    """Going back: the older check knows neither verdicts nor merges."""
    entries = apps.get_model("incidents", "TimelineEntry").objects
    entries.filter(kind__in=["verdict", "merge"]).update(kind="note")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_sessions_and_manager"),
        ("incidents", "0007_decided_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deploy", "Deploy"),
                            ("config", "Config"),
                            ("flag", "Flag"),
                            ("migration", "Migration"),
                            ("infra", "Infrastructure"),
                        ],
                        default="deploy",
                        max_length=9,
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("version", models.CharField(blank=True, default="", max_length=120)),
                ("author", models.CharField(blank=True, default="", max_length=200)),
                ("url", models.URLField(blank=True, default="", max_length=500)),
                ("external_id", models.CharField(blank=True, max_length=200, null=True)),
                ("noted_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ChangeVerdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("suspect", "Suspect"), ("cleared", "Cleared"), ("culprit", "Culprit")], max_length=7
                    ),
                ),
                ("why", models.CharField(blank=True, default="", max_length=1000)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="HandoverNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rendered", models.JSONField(default=dict, editable=False)),
                ("body", models.TextField(blank=True, default="")),
                ("updated_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IncidentLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("duplicate", "Duplicate of"),
                            ("same_cause", "Same cause as"),
                            ("related", "Related to"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["kind", "id"],
            },
        ),
        migrations.CreateModel(
            name="RoleHolding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=40)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["since", "id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="timelineentry",
            name="entry_kind_known",
        ),
        migrations.RunPython(migrations.RunPython.noop, call_new_kinds_notes),
        migrations.AddField(
            model_name="incident",
            name="acknowledged_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="incidents.incident",
            ),
        ),
        migrations.AlterField(
            model_name="timelineentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("note", "Note"),
                    ("status", "Status change"),
                    ("severity", "Severity change"),
                    ("role", "Role change"),
                    ("alert", "Alert"),
                    ("change", "Change"),
                    ("message", "Message"),
                    ("diagnosis", "Diagnosis"),
                    ("fix", "Fix"),
                    ("verification", "Verification"),
                    ("decision", "Decision"),
                    ("verdict", "Verdict on a change"),
                    ("merge", "Merge"),
                ],
                default="note",
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True)),
                fields=["-listed_at", "-id"],
                name="incident_unmerged",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                name="incident_not_merged_into_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="timelineentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "note",
                            "status",
                            "severity",
                            "role",
                            "alert",
                            "change",
                            "message",
                            "diagnosis",
                            "fix",
                            "verification",
                            "decision",
                            "verdict",
                            "merge",
                        ],
                    )
                ),
                name="entry_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="incident",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="noted_changes",
                to="incidents.incident",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="noted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changes",
                to="incidents.service",
            ),
        ),
        migrations.AddField(
            model_name="changeverdict",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="changeverdict",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="verdicts", to="incidents.change"
            ),
        ),
        migrations.AddField(
            model_name="changeverdict",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="change_verdicts", to="incidents.incident"
            ),
        ),
        migrations.AddField(
            model_name="handovernote",
            name="incident",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="handover_note", to="incidents.incident"
            ),
        ),
        migrations.AddField(
            model_name="handovernote",
            name="updated_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="incidentlink",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="incidentlink",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="links_out", to="incidents.incident"
            ),
        ),
        migrations.AddField(
            model_name="incidentlink",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="links_in", to="incidents.incident"
            ),
        ),
        migrations.AddField(
            model_name="roleholding",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="roles", to="incidents.incident"
            ),
        ),
        migrations.AddField(
            model_name="roleholding",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="held_roles", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["at", "id"], name="change_in_order"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["deploy", "config", "flag", "migration", "infra"])),
                name="change_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="change_has_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id__isnull", False)),
                fields=("external_id",),
                name="change_external_id_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["suspect", "cleared", "culprit"])), name="change_verdict_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="changeverdict",
            constraint=models.UniqueConstraint(fields=("incident", "change"), name="change_verdict_once"),
        ),
        migrations.AddConstraint(
            model_name="incidentlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["duplicate", "same_cause", "related"])),
                name="incident_link_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", models.F("target")), _negated=True), name="incident_link_not_to_itself"
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentlink",
            constraint=models.UniqueConstraint(fields=("source", "target", "kind"), name="incident_link_once"),
        ),
        migrations.AddConstraint(
            model_name="incidentlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "duplicate")), fields=("source",), name="incident_duplicate_of_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="roleholding",
            constraint=models.CheckConstraint(condition=models.Q(("role", ""), _negated=True), name="role_has_name"),
        ),
        migrations.AddConstraint(
            model_name="roleholding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)), fields=("incident", "role"), name="role_held_by_one"
            ),
        ),
    ]
