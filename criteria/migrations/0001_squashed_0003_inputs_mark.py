# The tables of a new database at once. One that knows the migrations named in `replaces` goes on from them.

import django.core.validators
import django.db.models.deletion
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('criteria', '0001_initial'),
        ('criteria', '0002_initial'),
        ('criteria', '0003_inputs_mark'),
    ]

    initial = True

    dependencies = [
        ('units', '0001_squashed_0003_unit_list_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=60, unique=True, verbose_name='số ký hiệu')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='ngày ban hành')),
                ('title', models.CharField(blank=True, max_length=500, verbose_name='trích yếu')),
                ('issuer', models.CharField(blank=True, max_length=200, verbose_name='cơ quan ban hành')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='nguồn')),
            ],
            options={
                'verbose_name': 'quyết định',
                'verbose_name_plural': 'quyết định',
                'ordering': ['-issued_on', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Phase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('self_assessment', 'Tự đánh giá'), ('round1', 'Thẩm định lần 1'), ('explanation', 'Giải trình'), ('round2', 'Thẩm định lần 2'), ('publication', 'Tổng hợp, công bố'), ('survey', 'Điều tra xã hội học')], max_length=20, verbose_name='giai đoạn')),
                ('opens_at', models.DateTimeField(blank=True, null=True, verbose_name='mở lúc')),
                ('closes_at', models.DateTimeField(blank=True, null=True, verbose_name='đóng lúc')),
            ],
            options={
                'verbose_name': 'giai đoạn',
                'verbose_name_plural': 'giai đoạn',
                'ordering': ['round', 'opens_at'],
            },
        ),
        migrations.CreateModel(
            name='CriteriaSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('na_policy', models.CharField(choices=[('rescale', 'quy đổi về thang điểm của từng phần'), ('shrink', 'trừ khỏi điểm tối đa'), ('full', 'tính đủ điểm')], default='rescale', max_length=20, verbose_name='khi không áp dụng')),
                ('ties', models.CharField(choices=[('competition', '1, 1, 3'), ('dense', '1, 1, 2')], default='competition', max_length=20, verbose_name='sau hạng bằng nhau')),
                ('bands', models.JSONField(blank=True, default=list, verbose_name='mức xếp loại')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='ghi chú nguồn')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='criteria_sets', to='units.unitgroup', verbose_name='khối')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sets', to='criteria.decision', verbose_name='quyết định')),
            ],
            options={
                'verbose_name': 'bộ tiêu chí',
                'verbose_name_plural': 'bộ tiêu chí',
                'ordering': ['decision', 'group'],
            },
        ),
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closes_at', models.DateTimeField(verbose_name='gia hạn đến')),
                ('reason', models.TextField(verbose_name='lý do')),
                ('granted_at', models.DateTimeField(auto_now_add=True, verbose_name='lúc')),
                ('granted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người cho phép')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='units.unit', verbose_name='đơn vị')),
                ('phase', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extensions', to='criteria.phase', verbose_name='giai đoạn')),
            ],
            options={
                'verbose_name': 'gia hạn',
                'verbose_name_plural': 'gia hạn',
                'ordering': ['phase', 'unit'],
            },
        ),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(unique=True, verbose_name='năm chỉ số')),
                ('assessed_from', models.DateField(verbose_name='thời kỳ đánh giá từ')),
                ('assessed_to', models.DateField(verbose_name='đến')),
                ('plan_number', models.CharField(blank=True, max_length=60, verbose_name='số kế hoạch')),
                ('plan_date', models.DateField(blank=True, null=True, verbose_name='ngày kế hoạch')),
                ('illustrative', models.BooleanField(default=False, verbose_name='dữ liệu minh họa')),
            ],
            options={
                'verbose_name': 'kỳ đánh giá',
                'verbose_name_plural': 'kỳ đánh giá',
                'ordering': ['-year'],
                'constraints': [models.CheckConstraint(condition=models.Q(('assessed_to__gte', models.F('assessed_from'))), name='round_period_order', violation_error_message='Ngày kết thúc thời kỳ phải sau ngày bắt đầu.')],
            },
        ),
        migrations.AddField(
            model_name='phase',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phases', to='criteria.round', verbose_name='kỳ'),
        ),
        migrations.CreateModel(
            name='RoundGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('frozen_at', models.DateTimeField(blank=True, null=True, verbose_name='khóa bộ tiêu chí lúc')),
                ('inputs_version', models.PositiveBigIntegerField(default=0, verbose_name='phiên bản đầu vào')),
                ('inputs_mark', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='dấu của phiên bản')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='round_groups', to='criteria.criteriaset', verbose_name='bộ tiêu chí')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='round_groups', to='units.unitgroup', verbose_name='khối')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='criteria.round', verbose_name='kỳ')),
            ],
            options={
                'verbose_name': 'khối trong kỳ',
                'verbose_name_plural': 'khối trong kỳ',
                'ordering': ['-round__year', 'group__position'],
            },
        ),
        migrations.CreateModel(
            name='Criterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, verbose_name='mã')),
                ('printed_code', models.CharField(blank=True, max_length=30, verbose_name='mã in trong văn bản')),
                ('name', models.CharField(max_length=1000, verbose_name='nội dung')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='thứ tự')),
                ('is_leaf', models.BooleanField(default=True, verbose_name='là tiêu chí chấm điểm')),
                ('source', models.CharField(blank=True, choices=[('', 'nhóm'), ('self', 'Tự đánh giá'), ('survey', 'ĐTXHH'), ('sipas', 'SIPAS'), ('papi', 'PAPI')], max_length=10, verbose_name='nguồn điểm')),
                ('kind', models.CharField(choices=[('normal', 'thường'), ('bonus', 'thưởng'), ('penalty', 'trừ')], default='normal', max_length=10, verbose_name='loại')),
                ('max_points', models.DecimalField(decimal_places=4, max_digits=9, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='điểm tối đa')),
                ('printed_max', models.CharField(blank=True, max_length=30, verbose_name='điểm tối đa in trong văn bản')),
                ('rule', models.JSONField(blank=True, default=dict, verbose_name='quy tắc chấm')),
                ('guidance', models.TextField(blank=True, verbose_name='hướng dẫn tài liệu kiểm chứng')),
                ('provenance', models.CharField(choices=[('official', 'chính thức'), ('illustrative', 'minh họa')], default='official', max_length=20, verbose_name='nguồn')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='criteria.criteriaset', verbose_name='bộ tiêu chí')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='criteria.criterion', verbose_name='thuộc')),
                ('previous', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='later', to='criteria.criterion', verbose_name='tiêu chí cùng nội dung kỳ trước')),
            ],
            options={
                'verbose_name': 'tiêu chí',
                'verbose_name_plural': 'tiêu chí',
                'ordering': ['criteria_set', 'position'],
                'constraints': [models.UniqueConstraint(fields=('criteria_set', 'code'), name='criterion_code_once_in_set', violation_error_message='Mã tiêu chí này đã có trong bộ.'), models.CheckConstraint(condition=models.Q(models.Q(('is_leaf', True), models.Q(('source', ''), _negated=True)), models.Q(('is_leaf', False), ('source', '')), _connector='OR'), name='leaf_has_source', violation_error_message='Tiêu chí chấm điểm phải có nguồn điểm; dòng nhóm thì không.'), models.CheckConstraint(condition=models.Q(('max_points__gte', 0)), name='max_points_not_negative', violation_error_message='Điểm tối đa không được âm.')],
            },
        ),
        migrations.AddConstraint(
            model_name='criteriaset',
            constraint=models.UniqueConstraint(fields=('decision', 'group'), name='one_set_per_decision_and_group', violation_error_message='Quyết định này đã có bộ tiêu chí cho khối này.'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(fields=('phase', 'unit'), name='one_extension_per_unit', violation_error_message='Đơn vị này đã có gia hạn cho giai đoạn; hãy sửa gia hạn đó.'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='extension_has_reason', violation_error_message='Phải ghi lý do gia hạn.'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=models.UniqueConstraint(fields=('round', 'kind'), name='phase_once_in_round', violation_error_message='Giai đoạn này đã có trong kỳ.'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=models.CheckConstraint(condition=models.Q(('opens_at', None), ('closes_at', None), ('closes_at__gt', models.F('opens_at')), _connector='OR'), name='phase_order', violation_error_message='Giờ đóng phải sau giờ mở.'),
        ),
        migrations.AddConstraint(
            model_name='roundgroup',
            constraint=models.UniqueConstraint(fields=('round', 'group'), name='group_once_in_round', violation_error_message='Khối này đã có trong kỳ.'),
        ),
    ]
