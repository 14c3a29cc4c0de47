# The tables of a new database at once. One that knows the migrations named in `replaces` goes on from them.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('appraisal', '0001_initial'),
        ('appraisal', '0002_initial'),
        ('appraisal', '0003_initial'),
        ('appraisal', '0004_interests_opinions_questions'),
        ('appraisal', '0005_undo'),
        ('appraisal', '0006_acknowledgements'),
    ]

    initial = True

    dependencies = [
        ('criteria', '0001_squashed_0003_inputs_mark'),
        ('selfassess', '0001_squashed_0003_documents_scanned_read_and_opened'),
        ('units', '0001_squashed_0003_unit_list_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='mã')),
                ('text', models.CharField(max_length=250, verbose_name='lý do')),
                ('active', models.BooleanField(default=True, verbose_name='còn dùng')),
            ],
            options={
                'verbose_name': 'lý do điều chỉnh',
                'verbose_name_plural': 'lý do điều chỉnh',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('round1', 'Thẩm định lần 1'), ('explanation', 'Giải trình'), ('round2', 'Thẩm định lần 2'), ('final', 'Hội đồng quyết định'), ('import', 'Nhập từ hồ sơ lưu')], max_length=20, verbose_name='giai đoạn')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='dấu của báo cáo')),
                ('at', models.DateTimeField(verbose_name='lúc')),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người xem')),
                ('log', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.logentry', verbose_name='mục nhật ký')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
            ],
            options={
                'verbose_name': 'ghi nhận báo cáo nhất quán',
                'verbose_name_plural': 'ghi nhận báo cáo nhất quán',
                'ordering': ['round_group', 'at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Appraisal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('round1', 'Thẩm định lần 1'), ('explanation', 'Giải trình'), ('round2', 'Thẩm định lần 2'), ('final', 'Hội đồng quyết định'), ('import', 'Nhập từ hồ sơ lưu')], max_length=20, verbose_name='giai đoạn')),
                ('action', models.CharField(choices=[('recognise', 'công nhận'), ('adjust', 'điều chỉnh'), ('agree', 'đơn vị đồng ý'), ('disagree', 'đơn vị không đồng ý'), ('undo', 'rút lại')], max_length=20, verbose_name='kết quả')),
                ('points', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='điểm thẩm định')),
                ('not_applicable', models.BooleanField(default=False, verbose_name='không áp dụng')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='phiên bản')),
                ('updated_at', models.DateTimeField(verbose_name='lúc')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appraisals', to='criteria.criterion', verbose_name='tiêu chí')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appraisals', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appraisals', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'kết quả thẩm định',
                'verbose_name_plural': 'kết quả thẩm định',
                'ordering': ['round_group', 'unit', 'criterion__position'],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('branch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='criteria.criterion', verbose_name='nhánh tiêu chí')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to=settings.AUTH_USER_MODEL, verbose_name='thành viên')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('units', models.ManyToManyField(blank=True, related_name='assignments', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'phân công',
                'verbose_name_plural': 'phân công',
                'ordering': ['round_group', 'member'],
            },
        ),
        migrations.CreateModel(
            name='BlindCriterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tolerance', models.DecimalField(decimal_places=4, max_digits=9, verbose_name='chênh lệch cho phép')),
                ('marked_at', models.DateTimeField(verbose_name='chọn lúc')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blind', to='criteria.criterion', verbose_name='tiêu chí')),
                ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người chọn')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blind', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
            ],
            options={
                'verbose_name': 'tiêu chí cần hai ý kiến',
                'verbose_name_plural': 'tiêu chí cần hai ý kiến',
                'ordering': ['round_group', 'criterion__position'],
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='lúc')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to=settings.AUTH_USER_MODEL, verbose_name='thành viên')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='criteria.round', verbose_name='kỳ')),
            ],
            options={
                'verbose_name': 'xác nhận không có xung đột khác',
                'verbose_name_plural': 'xác nhận không có xung đột khác',
                'ordering': ['round', 'member'],
            },
        ),
        migrations.CreateModel(
            name='Interest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='lý do')),
                ('declared_at', models.DateTimeField(verbose_name='khai lúc')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='rút lúc')),
                ('withdrawal_reason', models.TextField(blank=True, verbose_name='lý do rút')),
                ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người khai')),
                ('log', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.logentry', verbose_name='mục nhật ký')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to=settings.AUTH_USER_MODEL, verbose_name='thành viên')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to='units.unit', verbose_name='đơn vị')),
                ('withdrawal_log', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.logentry', verbose_name='mục nhật ký khi rút')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người rút')),
            ],
            options={
                'verbose_name': 'xung đột lợi ích',
                'verbose_name_plural': 'xung đột lợi ích',
                'ordering': ['member', 'declared_at'],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField(verbose_name='hỏi lúc')),
                ('due_on', models.DateField(verbose_name='hạn trả lời')),
                ('state', models.CharField(choices=[('open', 'chờ đơn vị trả lời'), ('answered', 'đơn vị đã trả lời'), ('closed', 'đã đóng')], default='open', max_length=20, verbose_name='tình trạng')),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assigned_questions', to=settings.AUTH_USER_MODEL, verbose_name='người trả lời')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='council_questions', to='criteria.criterion', verbose_name='tiêu chí')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người hỏi')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='council_questions', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='council_questions', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'câu hỏi của Hội đồng',
                'verbose_name_plural': 'câu hỏi của Hội đồng',
                'ordering': ['due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField(verbose_name='lần')),
                ('step', models.CharField(choices=[('ask', 'hỏi'), ('answer', 'trả lời'), ('close', 'đóng')], max_length=20, verbose_name='việc')),
                ('text', models.TextField(blank=True, verbose_name='nội dung')),
                ('at', models.DateTimeField(verbose_name='lúc')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người viết')),
                ('documents', models.ManyToManyField(blank=True, related_name='messages', to='selfassess.document', verbose_name='tài liệu')),
                ('log', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.logentry', verbose_name='mục nhật ký')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='appraisal.question', verbose_name='câu hỏi')),
            ],
            options={
                'verbose_name': 'thư của câu hỏi',
                'verbose_name_plural': 'thư của câu hỏi',
                'ordering': ['question', 'sequence'],
            },
        ),
        migrations.CreateModel(
            name='Opinion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('round1', 'Thẩm định lần 1'), ('explanation', 'Giải trình'), ('round2', 'Thẩm định lần 2'), ('final', 'Hội đồng quyết định'), ('import', 'Nhập từ hồ sơ lưu')], max_length=20, verbose_name='giai đoạn')),
                ('standing_version', models.PositiveIntegerField(verbose_name='phiên bản kết quả')),
                ('score_version', models.PositiveIntegerField(verbose_name='phiên bản điểm tự chấm')),
                ('seat', models.PositiveSmallIntegerField(verbose_name='thứ tự')),
                ('tolerance', models.DecimalField(decimal_places=4, max_digits=9, verbose_name='chênh lệch cho phép')),
                ('points', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='điểm')),
                ('not_applicable', models.BooleanField(default=False, verbose_name='không áp dụng')),
                ('comment', models.TextField(blank=True, verbose_name='nội dung')),
                ('at', models.DateTimeField(verbose_name='lúc')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='criteria.criterion', verbose_name='tiêu chí')),
                ('log', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.logentry', verbose_name='mục nhật ký')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to=settings.AUTH_USER_MODEL, verbose_name='thành viên')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='units.unit', verbose_name='đơn vị')),
                ('reason', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='appraisal.reason', verbose_name='lý do')),
            ],
            options={
                'verbose_name': 'ý kiến độc lập',
                'verbose_name_plural': 'ý kiến độc lập',
                'ordering': ['round_group', 'unit', 'criterion', 'standing_version', 'seat'],
            },
        ),
        migrations.CreateModel(
            name='Justification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, verbose_name='dấu của các mức trừ')),
                ('words', models.TextField(verbose_name='vì sao khác nhau là đúng')),
                ('acknowledgement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='justifications', to='appraisal.acknowledgement', verbose_name='ghi nhận')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='criteria.criterion', verbose_name='tiêu chí')),
                ('reason', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='appraisal.reason', verbose_name='lý do')),
            ],
            options={
                'verbose_name': 'giải thích mức trừ khác nhau',
                'verbose_name_plural': 'giải thích mức trừ khác nhau',
                'ordering': ['acknowledgement', 'criterion__position', 'reason'],
            },
        ),
        migrations.CreateModel(
            name='AppraisalEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField(verbose_name='lần')),
                ('stage', models.CharField(choices=[('round1', 'Thẩm định lần 1'), ('explanation', 'Giải trình'), ('round2', 'Thẩm định lần 2'), ('final', 'Hội đồng quyết định'), ('import', 'Nhập từ hồ sơ lưu')], max_length=20, verbose_name='giai đoạn')),
                ('action', models.CharField(choices=[('recognise', 'công nhận'), ('adjust', 'điều chỉnh'), ('agree', 'đơn vị đồng ý'), ('disagree', 'đơn vị không đồng ý'), ('undo', 'rút lại')], max_length=20, verbose_name='việc')),
                ('points', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='điểm')),
                ('not_applicable', models.BooleanField(default=False, verbose_name='không áp dụng')),
                ('comment', models.TextField(blank=True, verbose_name='nội dung')),
                ('at', models.DateTimeField(verbose_name='lúc')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người làm')),
                ('appraisal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='appraisal.appraisal', verbose_name='kết quả thẩm định')),
                ('documents', models.ManyToManyField(blank=True, related_name='appraisal_entries', to='selfassess.document', verbose_name='tài liệu')),
                ('log', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.logentry', verbose_name='mục nhật ký')),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='appraisal.appraisalentry', verbose_name='rút lại bước')),
                ('reason', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='appraisal.reason', verbose_name='lý do')),
            ],
            options={
                'verbose_name': 'bước thẩm định',
                'verbose_name_plural': 'bước thẩm định',
                'ordering': ['appraisal', 'sequence'],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('round1', 'Thẩm định lần 1'), ('explanation', 'Giải trình'), ('round2', 'Thẩm định lần 2'), ('final', 'Hội đồng quyết định'), ('import', 'Nhập từ hồ sơ lưu')], max_length=20, verbose_name='giai đoạn')),
                ('released_at', models.DateTimeField(verbose_name='công bố cho đơn vị lúc')),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người công bố')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
            ],
            options={
                'verbose_name': 'công bố giai đoạn',
                'verbose_name_plural': 'công bố giai đoạn',
                'ordering': ['round_group', 'released_at'],
            },
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.UniqueConstraint(fields=('round_group', 'stage', 'fingerprint'), name='report_acknowledged_once'),
        ),
        migrations.AddConstraint(
            model_name='appraisal',
            constraint=models.UniqueConstraint(fields=('round_group', 'unit', 'criterion'), name='one_standing_per_unit_and_criterion', violation_error_message='Tiêu chí này của đơn vị đã có kết quả thẩm định.'),
        ),
        migrations.AddConstraint(
            model_name='appraisal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'undo'), ('not_applicable', False), ('points', None)), models.Q(models.Q(('action', 'undo'), _negated=True), models.Q(models.Q(('not_applicable', True), ('points', None)), models.Q(('not_applicable', False), ('points__gte', 0), ('points__isnull', False)), _connector='OR')), _connector='OR'), name='standing_has_points_or_na', violation_error_message='Kết quả thẩm định phải có điểm, hoặc là không áp dụng.'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(fields=('round_group', 'member', 'branch'), name='one_assignment_per_branch', violation_error_message='Thành viên đã được phân công nhánh này.'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('branch', None)), fields=('round_group', 'member'), name='one_assignment_of_the_whole_tree', violation_error_message='Thành viên đã được phân công toàn bộ cây tiêu chí.'),
        ),
        migrations.AddConstraint(
            model_name='blindcriterion',
            constraint=models.UniqueConstraint(fields=('round_group', 'criterion'), name='blind_criterion_once'),
        ),
        migrations.AddConstraint(
            model_name='blindcriterion',
            constraint=models.CheckConstraint(condition=models.Q(('tolerance__gte', 0)), name='blind_tolerance_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.UniqueConstraint(fields=('round', 'member'), name='confirmed_once_per_round'),
        ),
        migrations.AddConstraint(
            model_name='interest',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('member', 'unit'), name='one_standing_interest', violation_error_message='Xung đột này đã được khai.'),
        ),
        migrations.AddConstraint(
            model_name='interest',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='interest_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='interest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawal_log', None), ('withdrawal_reason', ''), ('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawal_reason', ''), _negated=True)), _connector='OR'), name='withdrawn_interest_says_why'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('question', 'sequence'), name='message_sequence_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('step', 'close'), _connector='OR'), name='message_has_words'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.UniqueConstraint(fields=('round_group', 'unit', 'criterion', 'stage', 'standing_version', 'score_version', 'seat'), name='one_opinion_per_seat'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.UniqueConstraint(fields=('round_group', 'unit', 'criterion', 'stage', 'standing_version', 'score_version', 'member'), name='one_opinion_per_member'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(('seat__gte', 1), ('seat__lte', 3)), name='opinion_seat_known'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('not_applicable', True), ('points', None)), models.Q(('not_applicable', False), ('points__gte', 0)), _connector='OR'), name='opinion_has_points_or_na'),
        ),
        migrations.AddConstraint(
            model_name='justification',
            constraint=models.UniqueConstraint(fields=('acknowledgement', 'criterion', 'reason'), name='contradiction_justified_once'),
        ),
        migrations.AddConstraint(
            model_name='justification',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='justification_has_words'),
        ),
        migrations.AddConstraint(
            model_name='appraisalentry',
            constraint=models.UniqueConstraint(fields=('appraisal', 'sequence'), name='entry_sequence_once'),
        ),
        migrations.AddConstraint(
            model_name='appraisalentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'adjust'), _negated=True), models.Q(('comment', ''), _negated=True), ('stage', 'import'), _connector='OR'), name='adjustment_has_words', violation_error_message='Điều chỉnh phải có lý do bằng lời.'),
        ),
        migrations.AddConstraint(
            model_name='appraisalentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'adjust'), _negated=True), ('reason__isnull', False), ('stage', 'import'), _connector='OR'), name='adjustment_has_reason', violation_error_message='Điều chỉnh phải chọn lý do trong thư viện.'),
        ),
        migrations.AddConstraint(
            model_name='appraisalentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'disagree'), _negated=True), models.Q(('comment', ''), _negated=True), _connector='OR'), name='disagreement_has_words', violation_error_message='Không đồng ý phải kèm giải trình.'),
        ),
        migrations.AddConstraint(
            model_name='appraisalentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action__in', ['agree', 'disagree']), ('points', None), ('stage', 'explanation'), ('undoes', None)), models.Q(('action__in', ['recognise', 'adjust']), ('undoes', None), models.Q(('stage', 'explanation'), _negated=True)), models.Q(('action', 'undo'), ('not_applicable', False), ('points', None), ('undoes__isnull', False), ('stage__in', ['round1', 'round2', 'final'])), _connector='OR'), name='stage_fits_action', violation_error_message='Việc này không thuộc giai đoạn đó.'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(fields=('round_group', 'stage'), name='stage_released_once', violation_error_message='Giai đoạn này đã công bố cho đơn vị.'),
        ),
    ]
