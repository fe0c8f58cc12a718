from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playground", "0003_edits_of_a_version")]

    operations = [
        migrations.AddIndex(
            model_name="row",
            index=models.Index(
                condition=models.Q(("until__isnull", False)),
                fields=["playground_id", "until"],
                name="row_ended",
            ),
        ),
    ]
