import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """State only: the database keeps the same foreign key. Results are derived, so they go with the
    illustrative criterion that an official annex replaces."""

    dependencies = [
        ("criteria", "0002_initial"),
        ("results", "0002_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="criterionresult",
            name="criterion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="results",
                to="criteria.criterion",
                verbose_name="tiêu chí",
            ),
        ),
    ]
