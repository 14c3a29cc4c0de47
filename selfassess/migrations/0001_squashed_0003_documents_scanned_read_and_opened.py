# The tables of a new database at once. One that knows the migrations named in `replaces` goes on from them.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('selfassess', '0001_initial'),
        ('selfassess', '0002_initial'),
        ('selfassess', '0003_documents_scanned_read_and_opened'),
    ]

    initial = True

    dependencies = [
        ('criteria', '0001_squashed_0003_inputs_mark'),
        ('units', '0001_squashed_0003_unit_list_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=100, verbose_name='số ký hiệu')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='ngày ban hành')),
                ('issuer', models.CharField(blank=True, max_length=200, verbose_name='cơ quan ban hành')),
                ('abstract', models.CharField(blank=True, max_length=500, verbose_name='trích yếu')),
                ('file', models.FileField(max_length=200, upload_to='evidence/', verbose_name='tệp')),
                ('original_name', models.CharField(max_length=255, verbose_name='tên tệp')),
                ('content_type', models.CharField(max_length=100, verbose_name='loại tệp')),
                ('size', models.PositiveBigIntegerField(verbose_name='dung lượng')),
                ('digest', models.CharField(db_index=True, max_length=64, verbose_name='mã băm SHA-256')),
                ('pages', models.PositiveIntegerField(blank=True, null=True, verbose_name='số trang')),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='tải lên lúc')),
                ('scan_state', models.CharField(choices=[('not_scanned', 'chưa quét mã độc'), ('scanning', 'đang quét'), ('clean', 'đã quét, an toàn'), ('infected', 'có mã độc, đã chặn'), ('failed', 'chưa quét được')], default='not_scanned', max_length=20, verbose_name='quét mã độc')),
                ('scan_note', models.CharField(blank=True, max_length=200, verbose_name='kết quả quét')),
                ('asked_at', models.DateTimeField(blank=True, null=True, verbose_name='giao quét lúc')),
                ('reading', models.JSONField(blank=True, null=True, verbose_name='kết quả đọc')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='selfassess.document', verbose_name='thay cho')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='units.unit', verbose_name='đơn vị')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người tải lên')),
            ],
            options={
                'verbose_name': 'tài liệu',
                'verbose_name_plural': 'tài liệu',
                'ordering': ['unit', '-uploaded_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DocumentReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='lúc')),
                ('saved', models.BooleanField(default=False, verbose_name='tải về')),
                ('address', models.CharField(blank=True, max_length=64, verbose_name='địa chỉ')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='selfassess.document', verbose_name='tài liệu')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người đọc')),
            ],
            options={
                'verbose_name': 'lượt đọc tài liệu',
                'verbose_name_plural': 'lượt đọc tài liệu',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='SelfAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', 'đang nhập'), ('awaiting_head', 'chờ thủ trưởng duyệt'), ('submitted', 'đã nộp')], default='draft', max_length=20, verbose_name='trạng thái')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='nộp lúc')),
                ('receipt_number', models.CharField(blank=True, max_length=40, verbose_name='số biên nhận')),
                ('receipt_digest', models.CharField(blank=True, max_length=64, verbose_name='mã kiểm tra')),
                ('imported', models.BooleanField(default=False, verbose_name='nhập từ hồ sơ lưu')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('submitted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người nộp')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'bản tự đánh giá',
                'verbose_name_plural': 'bản tự đánh giá',
                'ordering': ['round_group', 'unit'],
            },
        ),
        migrations.CreateModel(
            name='SelfScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('figures', models.JSONField(blank=True, default=dict, verbose_name='số liệu khai')),
                ('points', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='điểm tự đánh giá')),
                ('explanation', models.TextField(blank=True, verbose_name='giải trình cách chấm')),
                ('na_claimed', models.BooleanField(default=False, verbose_name='đề nghị không áp dụng')),
                ('na_reason', models.TextField(blank=True, verbose_name='lý do không áp dụng')),
                ('version', models.PositiveIntegerField(default=0, verbose_name='phiên bản')),
                ('updated_at', models.DateTimeField(null=True, verbose_name='sửa lúc')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='selfassess.selfassessment', verbose_name='bản tự đánh giá')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='self_scores', to='criteria.criterion', verbose_name='tiêu chí')),
                ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người sửa')),
            ],
            options={
                'verbose_name': 'điểm tự đánh giá',
                'verbose_name_plural': 'điểm tự đánh giá',
                'ordering': ['assessment', 'criterion__position'],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.PositiveIntegerField(blank=True, null=True, verbose_name='trang')),
                ('section', models.CharField(blank=True, max_length=100, verbose_name='mục')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='gỡ lúc')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='selfassess.document', verbose_name='tài liệu')),
                ('score', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='selfassess.selfscore', verbose_name='điểm')),
            ],
            options={
                'verbose_name': 'tài liệu kiểm chứng',
                'verbose_name_plural': 'tài liệu kiểm chứng',
                'ordering': ['score', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Transition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(choices=[('draft', 'đang nhập'), ('awaiting_head', 'chờ thủ trưởng duyệt'), ('submitted', 'đã nộp')], max_length=20)),
                ('to_state', models.CharField(choices=[('draft', 'đang nhập'), ('awaiting_head', 'chờ thủ trưởng duyệt'), ('submitted', 'đã nộp')], max_length=20)),
                ('verb', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('reason', models.TextField(blank=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='selfassess.selfassessment')),
            ],
            options={
                'ordering': ['assessment', 'at', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='selfassessment',
            constraint=models.UniqueConstraint(fields=('round_group', 'unit'), name='one_assessment_per_unit_and_round', violation_error_message='Đơn vị đã có bản tự đánh giá trong kỳ này.'),
        ),
        migrations.AddConstraint(
            model_name='selfassessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'submitted'), ('submitted_at__isnull', False), models.Q(('submitted_by__isnull', False), ('imported', True), _connector='OR')), models.Q(models.Q(('state', 'submitted'), _negated=True), ('submitted_at__isnull', True), ('submitted_by__isnull', True)), _connector='OR'), name='submitted_has_time_and_actor', violation_error_message='Bản đã nộp phải có giờ nộp và người nộp; bản chưa nộp thì không.'),
        ),
        migrations.AddConstraint(
            model_name='selfscore',
            constraint=models.UniqueConstraint(fields=('assessment', 'criterion'), name='one_self_score_per_criterion', violation_error_message='Tiêu chí này đã có điểm.'),
        ),
        migrations.AddConstraint(
            model_name='selfscore',
            constraint=models.CheckConstraint(condition=models.Q(('points', None), ('points__gte', 0), _connector='OR'), name='self_points_not_negative', violation_error_message='Điểm không được âm.'),
        ),
        migrations.AddConstraint(
            model_name='selfscore',
            constraint=models.CheckConstraint(condition=models.Q(('na_claimed', False), ('points', None), _connector='OR'), name='na_claim_has_no_points', violation_error_message='Tiêu chí không áp dụng thì không có điểm.'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('score', 'document'), name='document_once_per_score', violation_error_message='Tài liệu này đã gắn với tiêu chí.'),
        ),
        migrations.AddConstraint(
            model_name='transition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verb__in', ['send_back', 'reopen']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='way_back_has_reason', violation_error_message='Trả lại hoặc mở lại phải ghi lý do.'),
        ),
    ]
