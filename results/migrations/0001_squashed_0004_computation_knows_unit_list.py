# The tables of a new database at once. One that knows the migrations named in `replaces` goes on from them.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('results', '0001_initial'),
        ('results', '0002_initial'),
        ('results', '0003_statement_job'),
        ('results', '0004_computation_knows_unit_list'),
    ]

    initial = True

    dependencies = [
        ('criteria', '0001_squashed_0003_inputs_mark'),
        ('units', '0001_squashed_0003_unit_list_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Computation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('inputs_version', models.PositiveBigIntegerField(verbose_name='phiên bản đầu vào')),
                ('units_version', models.PositiveBigIntegerField(default=0, verbose_name='phiên bản danh sách đơn vị')),
                ('inputs_digest', models.CharField(max_length=64, verbose_name='mã đầu vào')),
                ('code_version', models.CharField(max_length=40, verbose_name='phiên bản chương trình')),
                ('computed_at', models.DateTimeField(verbose_name='tính lúc')),
                ('current', models.BooleanField(default=False, verbose_name='đang dùng')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='computations', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
            ],
            options={
                'verbose_name': 'lần tính',
                'verbose_name_plural': 'lần tính',
                'ordering': ['-computed_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='CriterionResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('not_scored', 'chưa chấm'), ('scored', 'đã có điểm'), ('not_applicable', 'không áp dụng'), ('no_ballots', 'không có phiếu')], max_length=20, verbose_name='tình trạng')),
                ('self_points', models.DecimalField(decimal_places=4, max_digits=9, null=True, verbose_name='điểm tự đánh giá')),
                ('points', models.DecimalField(decimal_places=4, max_digits=9, null=True, verbose_name='điểm')),
                ('computation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criterion_results', to='results.computation')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='criteria.criterion', verbose_name='tiêu chí')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'kết quả tiêu chí',
                'verbose_name_plural': 'kết quả tiêu chí',
                'ordering': ['computation', 'unit', 'criterion__position'],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=60, verbose_name='số quyết định công bố')),
                ('dated', models.DateField(verbose_name='ngày quyết định')),
                ('state', models.CharField(choices=[('proposed', 'chờ người thứ hai duyệt'), ('published', 'đã công bố'), ('withdrawn', 'đã rút đề nghị')], max_length=20, verbose_name='trạng thái')),
                ('bundle', models.TextField(verbose_name='gói dữ liệu')),
                ('digest', models.CharField(max_length=64, verbose_name='mã kiểm tra')),
                ('proposed_at', models.DateTimeField(verbose_name='đề nghị lúc')),
                ('published_at', models.DateTimeField(null=True, verbose_name='công bố lúc')),
                ('errata', models.TextField(blank=True, verbose_name='nội dung đính chính')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người đề nghị')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người duyệt')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='criteria.round', verbose_name='kỳ')),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='results.publication')),
            ],
            options={
                'verbose_name': 'công bố',
                'verbose_name_plural': 'công bố',
                'ordering': ['-published_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('recompute', 'tính lại chỉ số'), ('report', 'dựng báo cáo PDF'), ('statement', 'dựng sao kê điểm')], max_length=20, verbose_name='việc')),
                ('state', models.CharField(choices=[('queued', 'đang chờ'), ('running', 'đang chạy'), ('done', 'xong'), ('failed', 'lỗi')], default='queued', max_length=20, verbose_name='trạng thái')),
                ('progress', models.PositiveSmallIntegerField(default=0, verbose_name='tiến độ (%)')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='số lần chạy')),
                ('message', models.TextField(blank=True, verbose_name='thông báo')),
                ('file', models.FileField(blank=True, max_length=200, upload_to='reports/', verbose_name='tệp kết quả')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='tạo lúc')),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True, verbose_name='nhịp cuối')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='xong lúc')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round_group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='criteria.roundgroup')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='units.unit')),
                ('publication', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='results.publication')),
            ],
            options={
                'verbose_name': 'việc nền',
                'verbose_name_plural': 'việc nền',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='UnitResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('points', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='tổng điểm')),
                ('max_points', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='điểm tối đa')),
                ('index', models.DecimalField(decimal_places=2, max_digits=9, null=True, verbose_name='chỉ số (%)')),
                ('self_points', models.DecimalField(decimal_places=4, max_digits=12, null=True, verbose_name='điểm tự đánh giá')),
                ('appraised_points', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='điểm thẩm định')),
                ('appraised_max', models.DecimalField(decimal_places=4, max_digits=12)),
                ('appraised_index', models.DecimalField(decimal_places=2, max_digits=9, null=True, verbose_name='thẩm định (%)')),
                ('survey_points', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='điểm ĐTXHH')),
                ('survey_max', models.DecimalField(decimal_places=4, max_digits=12)),
                ('survey_index', models.DecimalField(decimal_places=2, max_digits=9, null=True, verbose_name='ĐTXHH (%)')),
                ('bonus', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='điểm thưởng')),
                ('penalty', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='điểm trừ')),
                ('rank', models.PositiveIntegerField(null=True, verbose_name='hạng')),
                ('band', models.CharField(blank=True, max_length=60, verbose_name='xếp loại')),
                ('incomplete', models.JSONField(default=list, verbose_name='tiêu chí còn thiếu điểm')),
                ('computation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='unit_results', to='results.computation')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'kết quả đơn vị',
                'verbose_name_plural': 'kết quả đơn vị',
                'ordering': ['computation', models.OrderBy(models.F('rank'), nulls_last=True), 'unit__code'],
            },
        ),
        migrations.AddConstraint(
            model_name='computation',
            constraint=models.UniqueConstraint(condition=models.Q(('current', True)), fields=('round_group',), name='one_current_computation_per_group'),
        ),
        migrations.AddConstraint(
            model_name='criterionresult',
            constraint=models.UniqueConstraint(fields=('computation', 'unit', 'criterion'), name='one_result_per_cell'),
        ),
        migrations.AddConstraint(
            model_name='criterionresult',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('points__isnull', False), ('state', 'scored')), models.Q(models.Q(('state', 'scored'), _negated=True), ('points', None)), _connector='OR'), name='scored_has_points'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('round', 'number'), name='publication_number_once', violation_error_message='Kỳ này đã có công bố mang số đó.'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='published_has_time', violation_error_message='Bản công bố phải có giờ công bố.'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('published_by', None), ('proposed_by', None), models.Q(('published_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='two_people_publish', violation_error_message='Người duyệt công bố phải khác người đề nghị.'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'recompute'), ('state', 'queued')), fields=('round_group',), name='one_queued_recompute_per_group'),
        ),
        migrations.AddConstraint(
            model_name='unitresult',
            constraint=models.UniqueConstraint(fields=('computation', 'unit'), name='one_result_per_unit'),
        ),
    ]
