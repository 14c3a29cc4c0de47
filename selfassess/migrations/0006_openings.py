import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def rename_rights(apps, schema_editor):
    """Who was given the right to see these rows keeps it: a right is stored under the model's name."""
    rights = apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias)
    for verb in ("add", "change", "delete", "view"):
        rights.filter(content_type__app_label="selfassess", codename=f"{verb}_documentreading").update(
            codename=f"{verb}_documentopening", name=f"Can {verb} lượt mở tài liệu"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("selfassess", "0005_words"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel("DocumentReading", "DocumentOpening"),
        migrations.RunPython(rename_rights, migrations.RunPython.noop),
        migrations.RenameField("documentopening", "reader", "opened_by"),
        migrations.AlterModelOptions(
            name="documentopening",
            options={
                "ordering": ["-at", "-id"],
                "verbose_name": "lượt mở tài liệu",
                "verbose_name_plural": "lượt mở tài liệu",
            },
        ),
        migrations.AlterField(
            model_name="documentopening",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="openings",
                to="selfassess.document",
                verbose_name="tài liệu",
            ),
        ),
        migrations.AlterField(
            model_name="documentopening",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="người mở",
            ),
        ),
    ]
