import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('criteria', '0011_corrections'),
        ('surveys', '0008_checked_rows'),
        ('units', '0010_brings_back'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlannedBallots',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ballots', models.PositiveIntegerField(verbose_name='số phiếu kế hoạch')),
            ],
            options={
                'verbose_name': 'số phiếu kế hoạch của đơn vị',
                'verbose_name_plural': 'số phiếu kế hoạch của đơn vị',
                'ordering': ['respondent_group', 'unit'],
            },
        ),
        migrations.AlterModelOptions(
            name='answerscale',
            options={'ordering': ['round', 'code'], 'verbose_name': 'thang trả lời', 'verbose_name_plural': 'thang trả lời'},
        ),
        migrations.AddField(
            model_name='answerscale',
            name='round',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='scales', to='criteria.round', verbose_name='kỳ'),
        ),
        migrations.AddField(
            model_name='question',
            name='scale',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='surveys.answerscale', verbose_name='thang riêng'),
        ),
        migrations.AddField(
            model_name='questionnaire',
            name='duplicates_from',
            field=models.PositiveSmallIntegerField(default=8, verbose_name='xét phiếu giống hệt khi trả lời ít nhất (câu)'),
        ),
        migrations.AddField(
            model_name='questionnaire',
            name='refuse_duplicates',
            field=models.BooleanField(default=False, verbose_name='loại phiếu giống hệt phiếu trước của cùng đơn vị'),
        ),
        migrations.AddField(
            model_name='survey',
            name='least_n',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='số phiếu trả lời tối thiểu để tính điểm'),
        ),
        migrations.AddField(
            model_name='survey',
            name='small_cell',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='không nêu kết quả của ô dưới (phiếu)'),
        ),
        migrations.AddField(
            model_name='surveyrequest',
            name='after',
            field=models.JSONField(blank=True, default=dict, verbose_name='sau khi đổi'),
        ),
        migrations.AddField(
            model_name='surveyrequest',
            name='before',
            field=models.JSONField(blank=True, default=dict, verbose_name='trước khi đổi'),
        ),
        migrations.AlterField(
            model_name='answeroption',
            name='share',
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=5, null=True, verbose_name='phần điểm tối đa (0–1)'),
        ),
        migrations.AlterField(
            model_name='answerscale',
            name='code',
            field=models.SlugField(max_length=40, verbose_name='mã thang'),
        ),
        migrations.AlterField(
            model_name='surveyrequest',
            name='kind',
            field=models.CharField(choices=[('commit', 'nhập tệp vào năm đã công bố'), ('undo', 'hủy lần nhập của năm đã công bố'), ('plan', 'đổi kế hoạch điều tra')], max_length=20, verbose_name='nội dung'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.CheckConstraint(condition=models.Q(('small_cell', None), models.Q(('least_n__isnull', False), ('small_cell__lte', models.F('least_n'))), _connector='OR'), name='small_cells_give_no_points', violation_error_message='Ngưỡng ô nhỏ không được lớn hơn số phiếu tối thiểu để tính điểm: nếu không, điểm cho biết câu trả lời của ô đã che.'),
        ),
        migrations.AddField(
            model_name='plannedballots',
            name='respondent_group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planned', to='surveys.respondentgroup', verbose_name='nhóm đối tượng'),
        ),
        migrations.AddField(
            model_name='plannedballots',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='đơn vị'),
        ),
        migrations.AddConstraint(
            model_name='plannedballots',
            constraint=models.UniqueConstraint(fields=('respondent_group', 'unit'), name='planned_once_per_unit', violation_error_message='Đơn vị này đã có số phiếu kế hoạch trong nhóm.'),
        ),
    ]
