from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_signatures")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
    ]
