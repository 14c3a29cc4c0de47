# Units stand in the order of the Vietnamese alphabet, alike on every database.

from django.db import migrations

import units.models
from cchc_index.lib.text import sort_text


def fill(apps, schema_editor):
    Unit = apps.get_model("units", "Unit")
    rows = list(Unit.objects.order_by("pk").only("pk", "name"))
    for row in rows:
        row.name_key = sort_text(row.name)
    Unit.objects.bulk_update(rows, ["name_key"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("units", "0003_unit_list_version")]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="name_key",
            field=units.models.NameKeyField(default="", editable=False, verbose_name="khóa sắp xếp theo tên"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            name="unit",
            options={"ordering": ["group", "name_key", "code"], "verbose_name": "đơn vị", "verbose_name_plural": "đơn vị"},
        ),
    ]
