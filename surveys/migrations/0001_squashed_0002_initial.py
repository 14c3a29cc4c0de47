# The tables of a new database at once. One that knows the migrations named in `replaces` goes on from them.

import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('surveys', '0001_initial'),
        ('surveys', '0002_initial'),
    ]

    initial = True

    dependencies = [
        ('criteria', '0001_squashed_0003_inputs_mark'),
        ('units', '0001_squashed_0003_unit_list_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerScale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='mã thang')),
                ('name', models.CharField(max_length=200, verbose_name='tên thang')),
            ],
            options={
                'verbose_name': 'thang trả lời',
                'verbose_name_plural': 'thang trả lời',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='RespondentGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, verbose_name='mã nhóm')),
                ('name', models.CharField(max_length=300, verbose_name='nhóm đối tượng')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='thứ tự')),
                ('mode', models.CharField(choices=[('online', 'trực tuyến'), ('paper', 'phiếu giấy'), ('mixed', 'trực tuyến, phiếu giấy khi cần'), ('figures', 'tích hợp số liệu đo lường hài lòng'), ('unstated', 'văn bản không nêu')], default='unstated', max_length=20, verbose_name='hình thức')),
                ('planned_ballots', models.PositiveIntegerField(blank=True, null=True, verbose_name='số phiếu kế hoạch mỗi đơn vị')),
                ('weight', models.DecimalField(decimal_places=4, default=Decimal('1'), max_digits=9, verbose_name='trọng số')),
            ],
            options={
                'verbose_name': 'nhóm đối tượng',
                'verbose_name_plural': 'nhóm đối tượng',
                'ordering': ['survey', 'position', 'code'],
            },
        ),
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ballots', 'phiếu điều tra'), ('figures', 'số liệu SIPAS, PAPI')], max_length=20, verbose_name='loại')),
                ('state', models.CharField(choices=[('checked', 'đã kiểm tra, chưa nhập'), ('refused', 'có lỗi, không nhập'), ('committed', 'đã nhập'), ('undone', 'đã hủy nhập')], max_length=20, verbose_name='trạng thái')),
                ('file', models.FileField(blank=True, max_length=200, upload_to='imports/', verbose_name='tệp')),
                ('file_name', models.CharField(max_length=255, verbose_name='tên tệp')),
                ('file_digest', models.CharField(max_length=64, verbose_name='mã băm SHA-256')),
                ('counts', models.JSONField(default=dict, verbose_name='số dòng')),
                ('faults', models.JSONField(default=list, verbose_name='lỗi')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='tải lên lúc')),
                ('committed_at', models.DateTimeField(blank=True, null=True, verbose_name='nhập lúc')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='hủy lúc')),
                ('undo_reason', models.TextField(blank=True, verbose_name='lý do hủy')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người tải')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_batches', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('respondent_group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='surveys.respondentgroup', verbose_name='nhóm đối tượng')),
            ],
            options={
                'verbose_name': 'lần nhập',
                'verbose_name_plural': 'lần nhập',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Questionnaire',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=250, verbose_name='mẫu phiếu')),
                ('max_blank_share', models.DecimalField(decimal_places=4, default=Decimal('0.5'), max_digits=5, verbose_name='tỷ lệ câu bỏ trống tối đa (0–1)')),
                ('refuse_straight_line', models.BooleanField(default=False, verbose_name='loại phiếu trả lời giống nhau mọi câu')),
                ('straight_line_from', models.PositiveSmallIntegerField(default=8, verbose_name='xét khi có ít nhất (câu)')),
                ('scale', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questionnaires', to='surveys.answerscale', verbose_name='thang trả lời')),
                ('respondent_group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='questionnaire', to='surveys.respondentgroup', verbose_name='nhóm đối tượng')),
            ],
            options={
                'verbose_name': 'mẫu phiếu',
                'verbose_name_plural': 'mẫu phiếu',
            },
        ),
        migrations.CreateModel(
            name='Ballot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='mã phiếu')),
                ('answers', models.BinaryField(max_length=1000, verbose_name='câu trả lời')),
                ('invalid_reason', models.CharField(blank=True, max_length=40, verbose_name='lý do không hợp lệ')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='units.unit', verbose_name='đơn vị')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ballots', to='surveys.importbatch', verbose_name='lần nhập')),
                ('respondent_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='surveys.respondentgroup', verbose_name='nhóm')),
            ],
            options={
                'verbose_name': 'phiếu',
                'verbose_name_plural': 'phiếu',
            },
        ),
        migrations.CreateModel(
            name='SatisfactionFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('points', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='điểm')),
                ('percent', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='tỷ lệ %')),
                ('source_document', models.CharField(max_length=300, verbose_name='nguồn số liệu')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='figures', to='surveys.importbatch', verbose_name='lần nhập')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='criteria.criterion', verbose_name='tiêu chí')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'số liệu hài lòng',
                'verbose_name_plural': 'số liệu hài lòng',
            },
        ),
        migrations.CreateModel(
            name='Survey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan_number', models.CharField(blank=True, max_length=60, verbose_name='số kế hoạch điều tra')),
                ('round_group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='survey', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
            ],
            options={
                'verbose_name': 'cuộc điều tra',
                'verbose_name_plural': 'cuộc điều tra',
            },
        ),
        migrations.AddField(
            model_name='respondentgroup',
            name='survey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='respondent_groups', to='surveys.survey', verbose_name='cuộc điều tra'),
        ),
        migrations.CreateModel(
            name='SurveyScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('points', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='điểm ĐTXHH')),
                ('not_applicable', models.BooleanField(default=False, verbose_name='không áp dụng')),
                ('ballots', models.PositiveIntegerField(blank=True, null=True, verbose_name='số phiếu')),
                ('method', models.CharField(choices=[('ballots', 'từ phiếu'), ('figure', 'số liệu hoàn chỉnh'), ('import', 'nhập từ hồ sơ lưu')], max_length=20, verbose_name='cách tính')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survey_scores', to='criteria.criterion', verbose_name='tiêu chí')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survey_scores', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survey_scores', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'điểm ĐTXHH',
                'verbose_name_plural': 'điểm ĐTXHH',
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counts', models.JSONField(default=dict, verbose_name='số phiếu theo mức')),
                ('answered', models.PositiveIntegerField(verbose_name='số phiếu có trả lời')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tallies', to='criteria.criterion', verbose_name='tiêu chí')),
                ('respondent_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='surveys.respondentgroup', verbose_name='nhóm')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tallies', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'tổng hợp phiếu',
                'verbose_name_plural': 'tổng hợp phiếu',
            },
        ),
        migrations.CreateModel(
            name='AnswerOption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.PositiveSmallIntegerField(verbose_name='giá trị')),
                ('label', models.CharField(max_length=200, verbose_name='câu trả lời')),
                ('share', models.DecimalField(decimal_places=4, max_digits=5, verbose_name='phần điểm tối đa (0–1)')),
                ('scale', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='surveys.answerscale', verbose_name='thang')),
            ],
            options={
                'verbose_name': 'mức trả lời',
                'verbose_name_plural': 'mức trả lời',
                'ordering': ['scale', 'value'],
                'constraints': [models.UniqueConstraint(fields=('scale', 'value'), name='answer_value_once'), models.CheckConstraint(condition=models.Q(('value__gte', 1), ('value__lte', 255)), name='answer_value_one_byte', violation_error_message='Giá trị trả lời từ 1 đến 255.'), models.CheckConstraint(condition=models.Q(('share__gte', 0), ('share__lte', 1)), name='answer_share_zero_to_one', violation_error_message='Phần điểm tối đa từ 0 đến 1.')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='vị trí')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='criteria.criterion', verbose_name='tiêu chí')),
                ('questionnaire', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='surveys.questionnaire', verbose_name='mẫu phiếu')),
            ],
            options={
                'verbose_name': 'câu hỏi',
                'verbose_name_plural': 'câu hỏi',
                'ordering': ['questionnaire', 'position'],
                'constraints': [models.UniqueConstraint(fields=('questionnaire', 'position'), name='question_position_once'), models.UniqueConstraint(fields=('questionnaire', 'criterion'), name='question_criterion_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'committed'), _negated=True), ('committed_at__isnull', False), _connector='OR'), name='committed_has_time', violation_error_message='Lần nhập đã ghi phải có giờ ghi.'),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'undone'), _negated=True), models.Q(('undone_at__isnull', False), models.Q(('undo_reason', ''), _negated=True)), _connector='OR'), name='undone_has_time_and_reason', violation_error_message='Hủy nhập phải có lý do.'),
        ),
        migrations.AddConstraint(
            model_name='ballot',
            constraint=models.UniqueConstraint(fields=('respondent_group', 'code'), name='ballot_code_once_in_group', violation_error_message='Mã phiếu này đã có trong nhóm đối tượng.'),
        ),
        migrations.AddConstraint(
            model_name='satisfactionfigure',
            constraint=models.UniqueConstraint(fields=('round_group', 'unit', 'criterion'), name='one_figure_per_cell', violation_error_message='Đã có số liệu cho đơn vị và tiêu chí này.'),
        ),
        migrations.AddConstraint(
            model_name='satisfactionfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('percent', None), ('points__isnull', False)), models.Q(('percent__isnull', False), ('points', None)), _connector='OR'), name='figure_points_or_percent', violation_error_message='Nhập điểm hoặc tỷ lệ %, không nhập cả hai.'),
        ),
        migrations.AddConstraint(
            model_name='respondentgroup',
            constraint=models.UniqueConstraint(fields=('survey', 'code'), name='respondent_code_once', violation_error_message='Mã nhóm đã có trong cuộc điều tra.'),
        ),
        migrations.AddConstraint(
            model_name='respondentgroup',
            constraint=models.CheckConstraint(condition=models.Q(('weight__gt', 0)), name='weight_positive', violation_error_message='Trọng số phải lớn hơn 0.'),
        ),
        migrations.AddConstraint(
            model_name='surveyscore',
            constraint=models.UniqueConstraint(fields=('round_group', 'unit', 'criterion'), name='one_survey_score_per_cell'),
        ),
        migrations.AddConstraint(
            model_name='surveyscore',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('not_applicable', True), ('points', None)), models.Q(('not_applicable', False), ('points__gte', 0)), _connector='OR'), name='survey_score_has_points_or_na', violation_error_message='Điểm ĐTXHH phải có điểm, hoặc là không áp dụng.'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.UniqueConstraint(fields=('respondent_group', 'unit', 'criterion'), name='one_tally_per_cell'),
        ),
    ]
