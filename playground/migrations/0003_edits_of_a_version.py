from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playground', '0002_bring_data'),
    ]

    operations = [
        migrations.AddField(
            model_name='datasetversion',
            name='edits',
            field=models.PositiveIntegerField(default=0),
        ),
    ]
