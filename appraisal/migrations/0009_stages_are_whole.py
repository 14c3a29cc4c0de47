"""The word goes; the row takes its name, with everything that the database checks about it."""

import django.db.models.deletion
from django.db import migrations, models

MODELS = ("acknowledgement", "appraisal", "appraisalentry", "opinion", "release")


class Migration(migrations.Migration):
    dependencies = [("appraisal", "0008_point_to_stages")]

    operations = [
        *[migrations.RemoveField(model, "stage") for model in MODELS],
        *[migrations.RenameField(model, "stage_row", "stage") for model in MODELS],
        migrations.AlterField(
            model_name="acknowledgement",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="criteria.stage",
                verbose_name="giai đoạn",
            ),
        ),
        migrations.AlterField(
            model_name="appraisal",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="criteria.stage",
                verbose_name="giai đoạn",
            ),
        ),
        migrations.AlterField(
            model_name="appraisalentry",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="criteria.stage",
                verbose_name="giai đoạn",
            ),
        ),
        migrations.AlterField(
            model_name="appraisalentry",
            name="stage_kind",
            field=models.CharField(
                choices=[
                    ("self_assessment", "tự đánh giá"),
                    ("appraisal", "thẩm định"),
                    ("reply", "giải trình"),
                    ("meeting", "Hội đồng quyết định"),
                    ("publication", "tổng hợp, công bố"),
                    ("survey", "điều tra xã hội học"),
                    ("archive", "nhập từ hồ sơ lưu"),
                ],
                max_length=20,
                verbose_name="loại giai đoạn",
            ),
        ),
        migrations.AlterField(
            model_name="opinion",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="criteria.stage",
                verbose_name="giai đoạn",
            ),
        ),
        migrations.AlterField(
            model_name="release",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="criteria.stage",
                verbose_name="giai đoạn",
            ),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.UniqueConstraint(
                fields=("round_group", "stage", "fingerprint"), name="report_acknowledged_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "adjust"), _negated=True),
                    models.Q(("comment", ""), _negated=True),
                    ("stage_kind", "archive"),
                    _connector="OR",
                ),
                name="adjustment_has_words",
                violation_error_message="Điều chỉnh phải có lý do bằng lời.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "adjust"), _negated=True),
                    ("reason__isnull", False),
                    ("stage_kind", "archive"),
                    _connector="OR",
                ),
                name="adjustment_has_reason",
                violation_error_message="Điều chỉnh phải chọn lý do trong thư viện.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("action__in", ["agree", "disagree"]),
                        ("points", None),
                        ("stage_kind", "reply"),
                        ("undoes", None),
                    ),
                    models.Q(
                        ("action__in", ["recognise", "adjust"]),
                        ("stage_kind__in", ["appraisal", "meeting", "archive"]),
                        ("undoes", None),
                    ),
                    models.Q(
                        ("action", "undo"),
                        ("not_applicable", False),
                        ("points", None),
                        ("undoes__isnull", False),
                        ("stage_kind__in", ["appraisal", "meeting"]),
                    ),
                    _connector="OR",
                ),
                name="stage_fits_action",
                violation_error_message="Việc này không thuộc giai đoạn đó.",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.UniqueConstraint(
                fields=("round_group", "unit", "criterion", "stage", "standing_version", "score_version", "seat"),
                name="one_opinion_per_seat",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.UniqueConstraint(
                fields=("round_group", "unit", "criterion", "stage", "standing_version", "score_version", "member"),
                name="one_opinion_per_member",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                fields=("round_group", "stage"),
                name="stage_released_once",
                violation_error_message="Giai đoạn này đã công bố cho đơn vị.",
            ),
        ),
    ]
