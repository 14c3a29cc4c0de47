# The tables of a new database at once. One that knows the migrations named in `replaces` goes on from them.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('selfassess', '0001_initial'),
        ('selfassess', '0002_initial'),
        ('selfassess', '0003_documents_scanned_read_and_opened'),
        ('selfassess', '0004_read_documents_again'),
        ('selfassess', '0005_words'),
        ('selfassess', '0006_openings'),
        ('selfassess', '0007_words_again'),
        ('selfassess', '0008_round_papers'),
        ('selfassess', '0009_office_parts'),
    ]

    initial = True

    dependencies = [
        ('criteria', '0011_corrections'),
        ('units', '0007_people'),
        ('units', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='SelfAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='units.unit', verbose_name='đơn vị')),
                ('state', models.CharField(choices=[('draft', 'đang nhập'), ('awaiting_head', 'chờ thủ trưởng duyệt'), ('submitted', 'đã nộp')], default='draft', max_length=20, verbose_name='trạng thái')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='nộp lúc')),
                ('submitted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người nộp')),
                ('receipt_number', models.CharField(blank=True, max_length=40, verbose_name='số biên nhận')),
                ('receipt_digest', models.CharField(blank=True, max_length=64, verbose_name='mã kiểm tra')),
                ('imported', models.BooleanField(default=False, verbose_name='nhập từ hồ sơ lưu')),
            ],
            options={
                'verbose_name': 'bản tự đánh giá',
                'verbose_name_plural': 'bản tự đánh giá',
                'ordering': ['round_group', 'unit'],
                'constraints': [models.UniqueConstraint(fields=('round_group', 'unit'), name='one_assessment_per_unit_and_round', violation_error_message='Đơn vị đã có bản tự đánh giá trong kỳ này.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'submitted'), ('submitted_at__isnull', False), models.Q(('submitted_by__isnull', False), ('imported', True), _connector='OR')), models.Q(models.Q(('state', 'submitted'), _negated=True), ('submitted_at__isnull', True), ('submitted_by__isnull', True)), _connector='OR'), name='submitted_has_time_and_actor', violation_error_message='Bản đã nộp phải có giờ nộp và người nộp; bản chưa nộp thì không.')],
            },
        ),
        migrations.CreateModel(
            name='Transition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='selfassess.selfassessment', verbose_name='bản tự đánh giá')),
                ('from_state', models.CharField(choices=[('draft', 'đang nhập'), ('awaiting_head', 'chờ thủ trưởng duyệt'), ('submitted', 'đã nộp')], max_length=20, verbose_name='từ trạng thái')),
                ('to_state', models.CharField(choices=[('draft', 'đang nhập'), ('awaiting_head', 'chờ thủ trưởng duyệt'), ('submitted', 'đã nộp')], max_length=20, verbose_name='sang trạng thái')),
                ('verb', models.CharField(choices=[('open', 'bắt đầu tự đánh giá'), ('hand_over', 'trình thủ trưởng'), ('take_back', 'thu hồi để sửa'), ('send_back', 'trả lại cho công chức'), ('submit', 'nộp bản tự đánh giá'), ('reopen', 'mở lại bản tự đánh giá'), ('import', 'nhập từ hồ sơ lưu')], max_length=20, verbose_name='thao tác')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người thực hiện')),
                ('at', models.DateTimeField(verbose_name='thời điểm')),
                ('reason', models.TextField(blank=True, verbose_name='lý do')),
            ],
            options={
                'verbose_name': 'chuyển trạng thái',
                'verbose_name_plural': 'chuyển trạng thái',
                'ordering': ['assessment', 'at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('verb__in', ['send_back', 'reopen']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='way_back_has_reason', violation_error_message='Trả lại hoặc mở lại phải ghi lý do.')],
            },
        ),
        migrations.CreateModel(
            name='SelfScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='selfassess.selfassessment', verbose_name='bản tự đánh giá')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='self_scores', to='criteria.criterion', verbose_name='tiêu chí')),
                ('figures', models.JSONField(blank=True, default=dict, verbose_name='số liệu khai')),
                ('points', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='điểm tự đánh giá')),
                ('explanation', models.TextField(blank=True, verbose_name='giải trình cách chấm')),
                ('na_claimed', models.BooleanField(default=False, verbose_name='đề nghị không áp dụng')),
                ('na_reason', models.TextField(blank=True, verbose_name='lý do không áp dụng')),
                ('version', models.PositiveIntegerField(default=0, verbose_name='phiên bản')),
                ('updated_at', models.DateTimeField(null=True, verbose_name='sửa lúc')),
                ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người sửa')),
            ],
            options={
                'verbose_name': 'điểm tự đánh giá',
                'verbose_name_plural': 'điểm tự đánh giá',
                'ordering': ['assessment', 'criterion__position'],
                'constraints': [models.UniqueConstraint(fields=('assessment', 'criterion'), name='one_self_score_per_criterion', violation_error_message='Tiêu chí này đã có điểm.'), models.CheckConstraint(condition=models.Q(('points', None), ('points__gte', 0), _connector='OR'), name='self_points_not_negative', violation_error_message='Điểm không được âm.'), models.CheckConstraint(condition=models.Q(('na_claimed', False), ('points', None), _connector='OR'), name='na_claim_has_no_points', violation_error_message='Tiêu chí không áp dụng thì không có điểm.')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='units.unit', verbose_name='đơn vị')),
                ('number', models.CharField(max_length=100, verbose_name='số ký hiệu')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='ngày ban hành')),
                ('issuer', models.CharField(blank=True, max_length=200, verbose_name='cơ quan ban hành')),
                ('abstract', models.CharField(blank=True, max_length=500, verbose_name='trích yếu')),
                ('file', models.FileField(max_length=200, upload_to='evidence/', verbose_name='tệp')),
                ('original_name', models.CharField(max_length=255, verbose_name='tên tệp')),
                ('content_type', models.CharField(max_length=100, verbose_name='loại tệp')),
                ('size', models.PositiveBigIntegerField(verbose_name='dung lượng')),
                ('digest', models.CharField(db_index=True, max_length=64, verbose_name='mã kiểm tra (SHA-256)')),
                ('pages', models.PositiveIntegerField(blank=True, null=True, verbose_name='số trang')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người tải lên')),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='tải lên lúc')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='selfassess.document', verbose_name='thay cho')),
                ('scan_state', models.CharField(choices=[('not_scanned', 'chưa quét mã độc'), ('scanning', 'đang quét'), ('clean', 'đã quét, an toàn'), ('infected', 'có mã độc, đã chặn'), ('failed', 'chưa quét được')], default='not_scanned', max_length=20, verbose_name='quét mã độc')),
                ('scan_note', models.CharField(blank=True, max_length=200, verbose_name='kết quả quét')),
                ('asked_at', models.DateTimeField(blank=True, null=True, verbose_name='giao quét lúc')),
                ('reading', models.JSONField(blank=True, null=True, verbose_name='kết quả đọc')),
            ],
            options={
                'verbose_name': 'tài liệu',
                'verbose_name_plural': 'tài liệu',
                'ordering': ['unit', '-uploaded_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DocumentOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='selfassess.document', verbose_name='tài liệu')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người mở')),
                ('at', models.DateTimeField(verbose_name='thời điểm')),
                ('saved', models.BooleanField(default=False, verbose_name='tải về')),
                ('address', models.CharField(blank=True, max_length=64, verbose_name='địa chỉ')),
            ],
            options={
                'verbose_name': 'lượt mở tài liệu',
                'verbose_name_plural': 'lượt mở tài liệu',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='selfassess.selfscore', verbose_name='điểm')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='selfassess.document', verbose_name='tài liệu')),
                ('page', models.PositiveIntegerField(blank=True, null=True, verbose_name='trang')),
                ('section', models.CharField(blank=True, max_length=100, verbose_name='mục')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='gỡ lúc')),
            ],
            options={
                'verbose_name': 'tài liệu kiểm chứng',
                'verbose_name_plural': 'tài liệu kiểm chứng',
                'ordering': ['score', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('score', 'document'), name='document_once_per_score', violation_error_message='Tài liệu này đã đính kèm tiêu chí.')],
            },
        ),
        migrations.CreateModel(
            name='OfficePart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='office_parts', to='selfassess.selfassessment', verbose_name='bản tự đánh giá')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='office_parts', to='criteria.criterion', verbose_name='lĩnh vực hoặc tiêu chí')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='office_parts', to=settings.AUTH_USER_MODEL, verbose_name='người thực hiện')),
                ('office', models.CharField(blank=True, max_length=150, verbose_name='phòng, bộ phận')),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người giao')),
                ('given_at', models.DateTimeField(verbose_name='giao lúc')),
            ],
            options={
                'verbose_name': 'phần việc trong đơn vị',
                'verbose_name_plural': 'phần việc trong đơn vị',
                'ordering': ['assessment', 'criterion__position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('assessment', 'criterion', 'person'), name='office_part_given_once', violation_error_message='Người này đã được giao phần này.')],
            },
        ),
        migrations.CreateModel(
            name='RoundPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='criteria.round', verbose_name='kỳ')),
                ('kind', models.CharField(choices=[('plan', 'kế hoạch'), ('guidance', 'hướng dẫn'), ('form', 'biểu mẫu'), ('decision', 'quyết định'), ('other', 'văn bản khác')], max_length=20, verbose_name='loại văn bản')),
                ('number', models.CharField(blank=True, max_length=100, verbose_name='số ký hiệu')),
                ('issued_on', models.DateField(null=True, verbose_name='ngày ban hành')),
                ('issuer', models.CharField(blank=True, max_length=200, verbose_name='cơ quan ban hành')),
                ('abstract', models.CharField(max_length=500, verbose_name='trích yếu')),
                ('audience', models.CharField(choices=[('everybody', 'mọi người có vai trò trong kỳ'), ('units', 'các đơn vị được đánh giá'), ('council', 'Hội đồng thẩm định'), ('survey', 'phụ trách điều tra'), ('managers', 'người quản lý Chỉ số')], default='everybody', max_length=20, verbose_name='đối tượng')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unitgroup', verbose_name='khối')),
                ('file', models.FileField(blank=True, max_length=200, upload_to='round-papers/', verbose_name='tệp')),
                ('original_name', models.CharField(blank=True, max_length=255, verbose_name='tên tệp')),
                ('content_type', models.CharField(blank=True, max_length=100, verbose_name='loại tệp')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='dung lượng')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='mã kiểm tra (SHA-256)')),
                ('proposed_from', models.PositiveSmallIntegerField(null=True, verbose_name='đề xuất chép từ kỳ')),
                ('posted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người đăng')),
                ('posted_at', models.DateTimeField(null=True, verbose_name='đăng lúc')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='thu hồi lúc')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người thu hồi')),
                ('withdrawal_reason', models.TextField(blank=True, verbose_name='lý do thu hồi')),
            ],
            options={
                'verbose_name': 'văn bản của kỳ',
                'verbose_name_plural': 'văn bản của kỳ',
                'ordering': ['round', '-posted_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('file', ''), ('posted_at', None)), models.Q(('posted_at__isnull', False), ('posted_by__isnull', False), models.Q(('file', ''), _negated=True), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='posted_paper_has_its_file', violation_error_message='Văn bản đã đăng phải có tệp.'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawal_reason', ''), _negated=True)), _connector='OR'), name='withdrawn_paper_says_why', violation_error_message='Văn bản bị thu hồi phải có người và lý do thu hồi.')],
            },
        ),
        migrations.CreateModel(
            name='RoundPaperOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='selfassess.roundpaper', verbose_name='văn bản')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người mở')),
                ('at', models.DateTimeField(verbose_name='thời điểm')),
            ],
            options={
                'verbose_name': 'lượt mở văn bản của kỳ',
                'verbose_name_plural': 'lượt mở văn bản của kỳ',
                'ordering': ['-at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('paper', 'opened_by'), name='round_paper_opened_first_once', violation_error_message='Lượt mở đầu tiên đã được ghi.')],
            },
        ),
    ]
