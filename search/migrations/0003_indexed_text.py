"""One row a document with the text that it was indexed with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0002_postgres_index")]

    operations = [
        migrations.CreateModel(
            name="IndexedText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.BigIntegerField()),
                ("parts", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["kind", "object_id"], name="search_text_once"),
                ],
            },
        ),
    ]
