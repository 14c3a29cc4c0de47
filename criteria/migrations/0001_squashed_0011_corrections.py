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
        ('criteria', '0004_stages_are_rows'),
        ('criteria', '0005_default_stages'),
        ('criteria', '0006_stages_are_whole'),
        ('criteria', '0007_words'),
        ('criteria', '0008_words_again'),
        ('criteria', '0009_previous_code_as_written'),
        ('criteria', '0010_proposed_from'),
        ('criteria', '0011_corrections'),
    ]

    initial = True

    dependencies = [
        ('units', '0003_unit_list_version'),
        ('units', '__first__'),
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
            name='CriteriaSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sets', to='criteria.decision', verbose_name='quyết định')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='criteria_sets', to='units.unitgroup', verbose_name='khối')),
                ('na_policy', models.CharField(choices=[('rescale', 'quy đổi về thang điểm của từng phần'), ('shrink', 'trừ khỏi điểm tối đa'), ('full', 'tính đủ điểm')], default='rescale', max_length=20, verbose_name='khi không áp dụng')),
                ('ties', models.CharField(choices=[('competition', '1, 1, 3'), ('dense', '1, 1, 2')], default='competition', max_length=20, verbose_name='sau hạng bằng nhau')),
                ('bands', models.JSONField(blank=True, default=list, verbose_name='mức xếp loại')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='ghi chú nguồn')),
            ],
            options={
                'verbose_name': 'bộ tiêu chí',
                'verbose_name_plural': 'bộ tiêu chí',
                'ordering': ['decision', 'group'],
                'constraints': [models.UniqueConstraint(fields=('decision', 'group'), name='one_set_per_decision_and_group', violation_error_message='Quyết định này đã có bộ tiêu chí cho khối này.')],
            },
        ),
        migrations.CreateModel(
            name='Criterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='criteria.criteriaset', verbose_name='bộ tiêu chí')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='criteria.criterion', verbose_name='thuộc')),
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
                ('previous', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='later', to='criteria.criterion', verbose_name='tiêu chí cùng nội dung kỳ trước')),
                ('previous_code', models.CharField(blank=True, max_length=60, verbose_name='mã kỳ trước chưa tìm thấy')),
            ],
            options={
                'verbose_name': 'tiêu chí',
                'verbose_name_plural': 'tiêu chí',
                'ordering': ['criteria_set', 'position'],
                'constraints': [models.UniqueConstraint(fields=('criteria_set', 'code'), name='criterion_code_once_in_set', violation_error_message='Mã tiêu chí này đã có trong bộ.'), models.CheckConstraint(condition=models.Q(models.Q(('is_leaf', True), models.Q(('source', ''), _negated=True)), models.Q(('is_leaf', False), ('source', '')), _connector='OR'), name='leaf_has_source', violation_error_message='Tiêu chí chấm điểm phải có nguồn điểm; tiêu chí khác thì không.'), models.CheckConstraint(condition=models.Q(('max_points__gte', 0)), name='max_points_not_negative', violation_error_message='Điểm tối đa không được âm.')],
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='criteria.criterion', verbose_name='tiêu chí')),
                ('before', models.JSONField(verbose_name='trước khi đính chính')),
                ('after', models.JSONField(verbose_name='sau khi đính chính')),
                ('reason', models.TextField(verbose_name='lý do')),
                ('state', models.CharField(choices=[('open', 'chờ xác nhận'), ('confirmed', 'đã xác nhận'), ('refused', 'không xác nhận')], default='open', max_length=20, verbose_name='trạng thái')),
                ('proposed_at', models.DateTimeField(verbose_name='đề nghị lúc')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người đề nghị')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='xử lý lúc')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người xử lý')),
                ('decision_reason', models.TextField(blank=True, verbose_name='ý kiến')),
            ],
            options={
                'verbose_name': 'đính chính tiêu chí',
                'verbose_name_plural': 'đính chính tiêu chí',
                'ordering': ['-proposed_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('criterion',), name='one_open_correction', violation_error_message='Tiêu chí này đã có đính chính chờ xác nhận.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='two_people_correct_a_criterion', violation_error_message='Người xác nhận phải khác người đề nghị.'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='decided_correction_says_who', violation_error_message='Đính chính đã xử lý phải có người và thời điểm xử lý.'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='correction_has_reason', violation_error_message='Phải ghi lý do đính chính.')],
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
        migrations.CreateModel(
            name='RoundGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='criteria.round', verbose_name='kỳ')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='round_groups', to='units.unitgroup', verbose_name='khối')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='round_groups', to='criteria.criteriaset', verbose_name='bộ tiêu chí')),
                ('frozen_at', models.DateTimeField(blank=True, null=True, verbose_name='khóa bộ tiêu chí lúc')),
                ('proposed_from', models.PositiveSmallIntegerField(blank=True, editable=False, null=True, verbose_name='đề xuất chép từ kỳ')),
                ('inputs_version', models.PositiveBigIntegerField(default=0, verbose_name='phiên bản đầu vào')),
                ('inputs_mark', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='mã kiểm tra của phiên bản')),
            ],
            options={
                'verbose_name': 'khối trong kỳ',
                'verbose_name_plural': 'khối trong kỳ',
                'ordering': ['-round__year', 'group__position'],
                'constraints': [models.UniqueConstraint(fields=('round', 'group'), name='group_once_in_round', violation_error_message='Khối này đã có trong kỳ.')],
            },
        ),
        migrations.CreateModel(
            name='Stage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='criteria.round', verbose_name='kỳ')),
                ('name', models.SlugField(db_index=False, max_length=20, verbose_name='tên trong lệnh và nhật ký')),
                ('title', models.CharField(max_length=100, verbose_name='tên')),
                ('kind', models.CharField(choices=[('self_assessment', 'tự đánh giá'), ('appraisal', 'thẩm định'), ('reply', 'giải trình'), ('meeting', 'Hội đồng quyết định'), ('publication', 'tổng hợp, công bố'), ('survey', 'điều tra xã hội học'), ('archive', 'nhập từ hồ sơ lưu')], max_length=20, verbose_name='loại')),
                ('position', models.PositiveSmallIntegerField(verbose_name='thứ tự')),
                ('opens_at', models.DateTimeField(blank=True, null=True, verbose_name='mở lúc')),
                ('closes_at', models.DateTimeField(blank=True, null=True, verbose_name='đóng lúc')),
                ('two_opinions', models.BooleanField(default=False, verbose_name='cần hai ý kiến độc lập')),
                ('report_required', models.BooleanField(default=False, verbose_name='xem báo cáo rà soát tính thống nhất trước khi thông báo')),
            ],
            options={
                'verbose_name': 'giai đoạn',
                'verbose_name_plural': 'giai đoạn',
                'ordering': ['round', 'position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('round', 'name'), name='stage_once_in_round', violation_error_message='Kỳ này đã có giai đoạn tên đó.'), models.UniqueConstraint(condition=models.Q(('kind__in', ('appraisal', 'reply', 'meeting')), _negated=True), fields=('round', 'kind'), name='one_stage_of_its_kind', violation_error_message='Mỗi kỳ chỉ có một giai đoạn loại này.'), models.CheckConstraint(condition=models.Q(('opens_at', None), ('closes_at', None), ('closes_at__gt', models.F('opens_at')), _connector='OR'), name='stage_closes_after_it_opens', violation_error_message='Giờ đóng phải sau giờ mở.'), models.CheckConstraint(condition=models.Q(('two_opinions', False), ('kind', 'appraisal'), _connector='OR'), name='two_opinions_in_appraisals_only', violation_error_message='Chỉ lần thẩm định mới cần hai ý kiến độc lập.'), models.CheckConstraint(condition=models.Q(('report_required', False), ('kind__in', ('appraisal', 'meeting')), _connector='OR'), name='report_where_the_council_decides', violation_error_message='Chỉ thẩm định và Hội đồng quyết định mới có báo cáo rà soát tính thống nhất.'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('title', ''), _negated=True)), name='stage_has_names', violation_error_message='Giai đoạn phải có tên.')],
            },
        ),
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extensions', to='criteria.stage', verbose_name='giai đoạn')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='units.unit', verbose_name='đơn vị')),
                ('closes_at', models.DateTimeField(verbose_name='gia hạn đến')),
                ('reason', models.TextField(verbose_name='lý do')),
                ('granted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người cho phép')),
                ('granted_at', models.DateTimeField(auto_now_add=True, verbose_name='thời điểm')),
            ],
            options={
                'verbose_name': 'gia hạn',
                'verbose_name_plural': 'gia hạn',
                'ordering': ['stage', 'unit'],
                'constraints': [models.UniqueConstraint(fields=('stage', 'unit'), name='one_extension_per_unit', violation_error_message='Đơn vị này đã có gia hạn cho giai đoạn; hãy sửa gia hạn đó.'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='extension_has_reason', violation_error_message='Phải ghi lý do gia hạn.')],
            },
        ),
    ]
