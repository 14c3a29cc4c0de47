from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0004_words")]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="mapping",
            field=models.JSONField(blank=True, default=dict, verbose_name="ánh xạ cột và câu trả lời"),
        ),
    ]
