import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0010_each_year_its_scales")]

    operations = [
        migrations.AlterField(
            model_name="answerscale",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="scales",
                to="criteria.round",
                verbose_name="kỳ",
            ),
        ),
        migrations.AddConstraint(
            model_name="answerscale",
            constraint=models.UniqueConstraint(
                fields=("round", "code"),
                name="scale_code_once_in_round",
                violation_error_message="Kỳ này đã có thang trả lời mang mã đó.",
            ),
        ),
    ]
