"""What the database checks about a stage."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("criteria", "0005_default_stages"),
        ("units", "0003_unit_list_version"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="extension",
            options={"ordering": ["stage", "unit"], "verbose_name": "gia hạn", "verbose_name_plural": "gia hạn"},
        ),
        migrations.AlterModelOptions(
            name="stage",
            options={
                "ordering": ["round", "position", "pk"],
                "verbose_name": "giai đoạn",
                "verbose_name_plural": "giai đoạn",
            },
        ),
        migrations.AlterField(
            model_name="stage",
            name="kind",
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
                verbose_name="loại",
            ),
        ),
        migrations.AlterField(
            model_name="stage",
            name="name",
            field=models.SlugField(db_index=False, max_length=20, verbose_name="tên trong lệnh và nhật ký"),
        ),
        migrations.AlterField(
            model_name="stage",
            name="position",
            field=models.PositiveSmallIntegerField(verbose_name="thứ tự"),
        ),
        migrations.AlterField(
            model_name="stage",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stages",
                to="criteria.round",
                verbose_name="kỳ",
            ),
        ),
        migrations.AlterField(
            model_name="stage",
            name="title",
            field=models.CharField(max_length=100, verbose_name="tên"),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.UniqueConstraint(
                fields=("stage", "unit"),
                name="one_extension_per_unit",
                violation_error_message="Đơn vị này đã có gia hạn cho giai đoạn; hãy sửa gia hạn đó.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(
                fields=("round", "name"),
                name="stage_once_in_round",
                violation_error_message="Kỳ này đã có giai đoạn tên đó.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ("appraisal", "reply", "meeting")), _negated=True),
                fields=("round", "kind"),
                name="one_stage_of_its_kind",
                violation_error_message="Mỗi kỳ chỉ có một giai đoạn loại này.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opens_at", None), ("closes_at", None), ("closes_at__gt", models.F("opens_at")), _connector="OR"
                ),
                name="stage_closes_after_it_opens",
                violation_error_message="Giờ đóng phải sau giờ mở.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(("two_opinions", False), ("kind", "appraisal"), _connector="OR"),
                name="two_opinions_in_appraisals_only",
                violation_error_message="Chỉ lần thẩm định mới cần hai ý kiến độc lập.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(("report_required", False), ("kind__in", ("appraisal", "meeting")), _connector="OR"),
                name="report_where_the_council_decides",
                violation_error_message="Chỉ thẩm định và Hội đồng quyết định mới có báo cáo nhất quán.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), models.Q(("title", ""), _negated=True)),
                name="stage_has_names",
                violation_error_message="Giai đoạn phải có tên.",
            ),
        ),
    ]
