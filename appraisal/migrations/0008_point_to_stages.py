"""Every standing, step, opinion, release and acknowledgement points to the row of its stage."""

from django.db import migrations

MODELS = ("Acknowledgement", "Appraisal", "Opinion", "Release")


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    entries = apps.get_model("appraisal", "AppraisalEntry").objects.using(alias)
    for stage in apps.get_model("criteria", "Stage").objects.using(alias).order_by("pk"):
        for model in MODELS:
            rows = apps.get_model("appraisal", model).objects.using(alias).filter(round_group__round=stage.round_id)
            rows.filter(stage=stage.name).update(stage_row=stage)
        own = entries.filter(appraisal__round_group__round=stage.round_id, stage=stage.name)
        own.update(stage_row=stage, stage_kind=stage.kind)


class Migration(migrations.Migration):
    dependencies = [("appraisal", "0007_stages_are_rows")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
