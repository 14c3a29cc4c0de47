"""Phases become stages: rows of one calendar with a name, a title, a place and what they ask of the council.

In three steps, because PostgreSQL does not alter a table in the transaction that has written to it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("criteria", "0003_inputs_mark")]

    operations = [
        migrations.RemoveConstraint("phase", "phase_once_in_round"),
        migrations.RemoveConstraint("phase", "phase_order"),
        migrations.RemoveConstraint("extension", "one_extension_per_unit"),
        migrations.RenameModel("Phase", "Stage"),
        migrations.RenameField("extension", "phase", "stage"),
        migrations.RenameField("stage", "kind", "name"),
        migrations.AddField("stage", "title", models.CharField("tên", max_length=100, default="")),
        migrations.AddField("stage", "kind", models.CharField("loại", max_length=20, default="")),
        migrations.AddField("stage", "position", models.PositiveSmallIntegerField("thứ tự", default=0)),
        migrations.AddField("stage", "two_opinions", models.BooleanField("cần hai ý kiến độc lập", default=False)),
        migrations.AddField(
            "stage", "report_required", models.BooleanField("xem báo cáo nhất quán trước khi công bố", default=False)
        ),
    ]
