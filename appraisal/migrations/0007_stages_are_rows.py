"""Room for the stage as a row beside the stage as a word.

In three steps, because PostgreSQL does not alter a table in the transaction that has written to it.
"""

import django.db.models.deletion
from django.db import migrations, models

MODELS = ("acknowledgement", "appraisal", "appraisalentry", "opinion", "release")


def _row(model):
    to = models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="criteria.stage"
    )
    return migrations.AddField(model, "stage_row", to)


class Migration(migrations.Migration):
    dependencies = [("appraisal", "0006_acknowledgements"), ("criteria", "0006_stages_are_whole")]

    operations = [
        migrations.RemoveConstraint("acknowledgement", "report_acknowledged_once"),
        migrations.RemoveConstraint("appraisalentry", "adjustment_has_words"),
        migrations.RemoveConstraint("appraisalentry", "adjustment_has_reason"),
        migrations.RemoveConstraint("appraisalentry", "stage_fits_action"),
        migrations.RemoveConstraint("opinion", "one_opinion_per_seat"),
        migrations.RemoveConstraint("opinion", "one_opinion_per_member"),
        migrations.RemoveConstraint("release", "stage_released_once"),
        *[_row(model) for model in MODELS],
        migrations.AddField("appraisalentry", "stage_kind", models.CharField(default="", max_length=20)),
    ]
