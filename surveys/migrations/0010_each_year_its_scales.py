"""Each year gets the scales of its own, with the answers and shares that stand."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def give_each_year_its_own(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    models: Any = [apps.get_model("surveys", name) for name in ("AnswerScale", "AnswerOption", "Questionnaire")]
    scales, options, sheets = (model.objects for model in models)
    years: Any = apps.get_model("criteria", "Round")
    rounds = list(years.objects.order_by("year"))
    for shared in scales.filter(round=None).order_by("pk"):
        answers = list(options.filter(scale=shared).order_by("value").values("value", "label", "share"))
        for round_ in rounds:
            own = scales.create(round=round_, code=shared.code, name=shared.name)
            options.bulk_create([options.model(scale=own, **answer) for answer in answers])
            asked = sheets.filter(scale=shared, respondent_group__survey__round_group__round=round_)
            asked.update(scale=own)
        options.filter(scale=shared).delete()
        shared.delete()


class Migration(migrations.Migration):
    dependencies = [("surveys", "0009_plan_as_data")]

    operations = [migrations.RunPython(give_each_year_its_own, migrations.RunPython.noop)]
