# The tables of a new database at once. One that knows the migrations named in `replaces` goes on from them.

import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('surveys', '0001_initial'),
        ('surveys', '0002_initial'),
        ('surveys', '0003_import_hidden_rows'),
        ('surveys', '0004_words'),
        ('surveys', '0005_import_mapping'),
        ('surveys', '0006_requests'),
        ('surveys', '0007_mapping_profiles'),
        ('surveys', '0008_checked_rows'),
        ('surveys', '0009_plan_as_data'),
        ('surveys', '0010_each_year_its_scales'),
        ('surveys', '0011_scales_of_a_year'),
        ('surveys', '0012_written_ballots'),
        ('surveys', '0013_ballots_in_the_app'),
    ]

    initial = True

    dependencies = [
        ('criteria', '0011_corrections'),
        ('units', '0010_brings_back'),
        ('units', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Survey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round_group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='survey', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('plan_number', models.CharField(blank=True, max_length=60, verbose_name='số kế hoạch điều tra')),
                ('least_n', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='số phiếu trả lời tối thiểu để tính điểm')),
                ('small_cell', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='không nêu kết quả của ô dưới (phiếu)')),
            ],
            options={
                'verbose_name': 'cuộc điều tra',
                'verbose_name_plural': 'cuộc điều tra',
                'constraints': [models.CheckConstraint(condition=models.Q(('small_cell', None), models.Q(('least_n__isnull', False), ('small_cell__lte', models.F('least_n'))), _connector='OR'), name='small_cells_give_no_points', violation_error_message='Ngưỡng ô nhỏ không được lớn hơn số phiếu tối thiểu để tính điểm: nếu không, điểm cho biết câu trả lời của ô đã che.')],
            },
        ),
        migrations.CreateModel(
            name='RespondentGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('survey', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='respondent_groups', to='surveys.survey', verbose_name='cuộc điều tra')),
                ('code', models.SlugField(max_length=40, verbose_name='mã nhóm')),
                ('name', models.CharField(max_length=300, verbose_name='nhóm đối tượng')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='thứ tự')),
                ('mode', models.CharField(choices=[('online', 'trực tuyến'), ('paper', 'phiếu giấy'), ('mixed', 'trực tuyến, phiếu giấy khi cần'), ('figures', 'tích hợp số liệu SIPAS, PAPI'), ('unstated', 'văn bản không nêu')], default='unstated', max_length=20, verbose_name='hình thức')),
                ('planned_ballots', models.PositiveIntegerField(blank=True, null=True, verbose_name='số phiếu kế hoạch mỗi đơn vị')),
                ('weight', models.DecimalField(decimal_places=4, default=Decimal('1'), max_digits=9, verbose_name='trọng số')),
            ],
            options={
                'verbose_name': 'nhóm đối tượng',
                'verbose_name_plural': 'nhóm đối tượng',
                'ordering': ['survey', 'position', 'code'],
                'constraints': [models.UniqueConstraint(fields=('survey', 'code'), name='respondent_code_once', violation_error_message='Mã nhóm đã có trong cuộc điều tra.'), models.CheckConstraint(condition=models.Q(('weight__gt', 0)), name='weight_positive', violation_error_message='Trọng số phải lớn hơn 0.')],
            },
        ),
        migrations.CreateModel(
            name='PlannedBallots',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('respondent_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planned', to='surveys.respondentgroup', verbose_name='nhóm đối tượng')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='đơn vị')),
                ('ballots', models.PositiveIntegerField(verbose_name='số phiếu kế hoạch')),
            ],
            options={
                'verbose_name': 'số phiếu kế hoạch của đơn vị',
                'verbose_name_plural': 'số phiếu kế hoạch của đơn vị',
                'ordering': ['respondent_group', 'unit'],
                'constraints': [models.UniqueConstraint(fields=('respondent_group', 'unit'), name='planned_once_per_unit', violation_error_message='Đơn vị này đã có số phiếu kế hoạch trong nhóm.')],
            },
        ),
        migrations.CreateModel(
            name='AnswerScale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scales', to='criteria.round', verbose_name='kỳ')),
                ('code', models.SlugField(max_length=40, verbose_name='mã thang')),
                ('name', models.CharField(max_length=200, verbose_name='tên thang')),
            ],
            options={
                'verbose_name': 'thang trả lời',
                'verbose_name_plural': 'thang trả lời',
                'ordering': ['round', 'code'],
                'constraints': [models.UniqueConstraint(fields=('round', 'code'), name='scale_code_once_in_round', violation_error_message='Kỳ này đã có thang trả lời mang mã đó.')],
            },
        ),
        migrations.CreateModel(
            name='AnswerOption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scale', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='surveys.answerscale', verbose_name='thang')),
                ('value', models.PositiveSmallIntegerField(verbose_name='giá trị')),
                ('label', models.CharField(max_length=200, verbose_name='câu trả lời')),
                ('share', models.DecimalField(blank=True, decimal_places=4, max_digits=5, null=True, verbose_name='phần điểm tối đa (0–1)')),
            ],
            options={
                'verbose_name': 'mức trả lời',
                'verbose_name_plural': 'mức trả lời',
                'ordering': ['scale', 'value'],
                'constraints': [models.UniqueConstraint(fields=('scale', 'value'), name='answer_value_once'), models.CheckConstraint(condition=models.Q(('value__gte', 1), ('value__lte', 255)), name='answer_value_one_byte', violation_error_message='Giá trị trả lời từ 1 đến 255.'), models.CheckConstraint(condition=models.Q(('share__gte', 0), ('share__lte', 1)), name='answer_share_zero_to_one', violation_error_message='Phần điểm tối đa từ 0 đến 1.')],
            },
        ),
        migrations.CreateModel(
            name='Questionnaire',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('respondent_group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='questionnaire', to='surveys.respondentgroup', verbose_name='nhóm đối tượng')),
                ('title', models.CharField(max_length=250, verbose_name='mẫu phiếu')),
                ('scale', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questionnaires', to='surveys.answerscale', verbose_name='thang trả lời')),
                ('max_blank_share', models.DecimalField(decimal_places=4, default=Decimal('0.5'), max_digits=5, verbose_name='tỷ lệ câu bỏ trống tối đa (0–1)')),
                ('refuse_straight_line', models.BooleanField(default=False, verbose_name='loại phiếu trả lời giống nhau mọi câu')),
                ('straight_line_from', models.PositiveSmallIntegerField(default=8, verbose_name='xét khi có ít nhất (câu)')),
                ('refuse_duplicates', models.BooleanField(default=False, verbose_name='loại phiếu giống hệt phiếu trước của cùng đơn vị')),
                ('duplicates_from', models.PositiveSmallIntegerField(default=8, verbose_name='xét phiếu giống hệt khi trả lời ít nhất (câu)')),
            ],
            options={
                'verbose_name': 'mẫu phiếu',
                'verbose_name_plural': 'mẫu phiếu',
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('questionnaire', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='surveys.questionnaire', verbose_name='mẫu phiếu')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='criteria.criterion', verbose_name='tiêu chí')),
                ('position', models.PositiveSmallIntegerField(verbose_name='vị trí')),
                ('scale', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='surveys.answerscale', verbose_name='thang riêng')),
            ],
            options={
                'verbose_name': 'câu hỏi',
                'verbose_name_plural': 'câu hỏi',
                'ordering': ['questionnaire', 'position'],
                'constraints': [models.UniqueConstraint(fields=('questionnaire', 'position'), name='question_position_once'), models.UniqueConstraint(fields=('questionnaire', 'criterion'), name='question_criterion_once')],
            },
        ),
        migrations.CreateModel(
            name='MappingProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mapping_profiles', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('sender', models.CharField(max_length=120, verbose_name='nơi gửi tệp')),
                ('version', models.PositiveIntegerField(verbose_name='phiên bản')),
                ('shape', models.CharField(max_length=64, verbose_name='dấu của dòng tiêu đề (SHA-256)')),
                ('mapping', models.JSONField(default=dict, verbose_name='ánh xạ cột và câu trả lời')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='lưu lúc')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người lưu')),
            ],
            options={
                'verbose_name': 'cách đọc tệp phiếu',
                'verbose_name_plural': 'cách đọc tệp phiếu',
                'ordering': ['round_group', 'sender', 'version'],
                'constraints': [models.UniqueConstraint(fields=('round_group', 'sender', 'version'), name='mapping_version_once', violation_error_message='Phiên bản này của cách đọc đã có.')],
            },
        ),
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_batches', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('respondent_group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='surveys.respondentgroup', verbose_name='nhóm đối tượng')),
                ('kind', models.CharField(choices=[('ballots', 'phiếu điều tra'), ('figures', 'số liệu SIPAS, PAPI'), ('online', 'phiếu trực tuyến')], max_length=20, verbose_name='loại')),
                ('state', models.CharField(choices=[('unread', 'chờ khai cách đọc'), ('checked', 'đã kiểm tra, chưa nhập'), ('refused', 'có lỗi, không nhập'), ('queued', 'đang chờ nhập'), ('running', 'đang nhập'), ('committed', 'đã nhập'), ('undone', 'đã hủy nhập')], max_length=20, verbose_name='trạng thái')),
                ('file', models.FileField(blank=True, max_length=200, upload_to='imports/', verbose_name='tệp')),
                ('file_name', models.CharField(max_length=255, verbose_name='tên tệp')),
                ('file_digest', models.CharField(max_length=64, verbose_name='mã kiểm tra (SHA-256)')),
                ('take_hidden', models.BooleanField(default=False, verbose_name='tính cả dòng, cột đang ẩn')),
                ('mapping', models.JSONField(blank=True, default=dict, verbose_name='ánh xạ cột và câu trả lời')),
                ('profile', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='surveys.mappingprofile', verbose_name='cách đọc đã lưu')),
                ('good_only', models.BooleanField(default=False, verbose_name='chỉ nhập các phiếu không có lỗi')),
                ('rest', models.FileField(blank=True, max_length=200, upload_to='imports/', verbose_name='phiếu trả lại')),
                ('checked_rows', models.FileField(blank=True, max_length=200, upload_to='imports/', verbose_name='dòng đã kiểm tra')),
                ('rows_digest', models.CharField(blank=True, max_length=64, verbose_name='mã kiểm tra các dòng (SHA-256)')),
                ('queued_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người yêu cầu nhập')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='số lần chạy')),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True, verbose_name='nhịp cuối')),
                ('written', models.PositiveIntegerField(default=0, verbose_name='số phiếu đã ghi')),
                ('message', models.TextField(blank=True, verbose_name='thông báo')),
                ('counts', models.JSONField(default=dict, verbose_name='số dòng')),
                ('faults', models.JSONField(default=list, verbose_name='lỗi')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='tải lên lúc')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người tải')),
                ('committed_at', models.DateTimeField(blank=True, null=True, verbose_name='nhập lúc')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='hủy lúc')),
                ('undo_reason', models.TextField(blank=True, verbose_name='lý do hủy')),
            ],
            options={
                'verbose_name': 'lần nhập',
                'verbose_name_plural': 'lần nhập',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'committed'), _negated=True), ('committed_at__isnull', False), _connector='OR'), name='committed_has_time', violation_error_message='Lần nhập đã ghi phải có giờ ghi.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'undone'), _negated=True), models.Q(('undone_at__isnull', False), models.Q(('undo_reason', ''), _negated=True)), _connector='OR'), name='undone_has_time_and_reason', violation_error_message='Hủy nhập phải có lý do.')],
            },
        ),
        migrations.CreateModel(
            name='SurveyRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survey_requests', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('kind', models.CharField(choices=[('commit', 'nhập tệp vào năm đã công bố'), ('undo', 'hủy lần nhập của năm đã công bố'), ('plan', 'đổi kế hoạch điều tra')], max_length=20, verbose_name='nội dung')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='surveys.importbatch', verbose_name='lần nhập')),
                ('before', models.JSONField(blank=True, default=dict, verbose_name='trước khi đổi')),
                ('after', models.JSONField(blank=True, default=dict, verbose_name='sau khi đổi')),
                ('reason', models.TextField(verbose_name='lý do')),
                ('state', models.CharField(choices=[('open', 'chờ người thứ hai'), ('confirmed', 'đã xác nhận'), ('refused', 'không xác nhận')], default='open', max_length=20, verbose_name='trạng thái')),
                ('proposed_at', models.DateTimeField(verbose_name='đề nghị lúc')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người đề nghị')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='xử lý lúc')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người xử lý')),
                ('decision_reason', models.TextField(blank=True, verbose_name='ý kiến')),
            ],
            options={
                'verbose_name': 'đề nghị về điều tra',
                'verbose_name_plural': 'đề nghị về điều tra',
                'ordering': ['-proposed_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('batch',), name='one_open_request_of_a_batch', violation_error_message='Lần nhập này đã có đề nghị chờ người thứ hai.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='two_people_confirm_a_request', violation_error_message='Người xác nhận phải khác người đề nghị.'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='decided_request_says_who', violation_error_message='Đề nghị đã xử lý phải có người và thời điểm xử lý.'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='request_has_reason', violation_error_message='Phải ghi lý do đề nghị.')],
            },
        ),
        migrations.CreateModel(
            name='Ballot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ballots', to='surveys.importbatch', verbose_name='lần nhập')),
                ('respondent_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='surveys.respondentgroup', verbose_name='nhóm')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='units.unit', verbose_name='đơn vị')),
                ('code', models.CharField(max_length=60, verbose_name='mã phiếu')),
                ('answers', models.BinaryField(max_length=1000, verbose_name='câu trả lời')),
                ('invalid_reason', models.CharField(blank=True, max_length=40, verbose_name='lý do không hợp lệ')),
            ],
            options={
                'verbose_name': 'phiếu',
                'verbose_name_plural': 'phiếu',
                'constraints': [models.UniqueConstraint(fields=('respondent_group', 'code'), name='ballot_code_once_in_group', violation_error_message='Mã phiếu này đã có trong nhóm đối tượng.')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('respondent_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='surveys.respondentgroup', verbose_name='nhóm')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tallies', to='units.unit', verbose_name='đơn vị')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tallies', to='criteria.criterion', verbose_name='tiêu chí')),
                ('counts', models.JSONField(default=dict, verbose_name='số phiếu theo mức')),
                ('answered', models.PositiveIntegerField(verbose_name='số phiếu có trả lời')),
            ],
            options={
                'verbose_name': 'tổng hợp phiếu',
                'verbose_name_plural': 'tổng hợp phiếu',
                'constraints': [models.UniqueConstraint(fields=('respondent_group', 'unit', 'criterion'), name='one_tally_per_cell')],
            },
        ),
        migrations.CreateModel(
            name='SatisfactionFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='figures', to='surveys.importbatch', verbose_name='lần nhập')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='units.unit', verbose_name='đơn vị')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='criteria.criterion', verbose_name='tiêu chí')),
                ('points', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='điểm')),
                ('percent', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='tỷ lệ %')),
                ('source_document', models.CharField(max_length=300, verbose_name='nguồn số liệu')),
            ],
            options={
                'verbose_name': 'số liệu SIPAS, PAPI',
                'verbose_name_plural': 'số liệu SIPAS, PAPI',
                'constraints': [models.UniqueConstraint(fields=('round_group', 'unit', 'criterion'), name='one_figure_per_cell', violation_error_message='Đã có số liệu cho đơn vị và tiêu chí này.'), models.CheckConstraint(condition=models.Q(models.Q(('percent', None), ('points__isnull', False)), models.Q(('percent__isnull', False), ('points', None)), _connector='OR'), name='figure_points_or_percent', violation_error_message='Nhập điểm hoặc tỷ lệ %, không nhập cả hai.')],
            },
        ),
        migrations.CreateModel(
            name='SurveyScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survey_scores', to='criteria.roundgroup', verbose_name='khối trong kỳ')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survey_scores', to='units.unit', verbose_name='đơn vị')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survey_scores', to='criteria.criterion', verbose_name='tiêu chí')),
                ('points', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='điểm ĐTXHH')),
                ('not_applicable', models.BooleanField(default=False, verbose_name='không áp dụng')),
                ('ballots', models.PositiveIntegerField(blank=True, null=True, verbose_name='số phiếu')),
                ('method', models.CharField(choices=[('ballots', 'từ phiếu'), ('figure', 'số liệu SIPAS, PAPI'), ('import', 'nhập từ hồ sơ lưu')], max_length=20, verbose_name='cách tính')),
            ],
            options={
                'verbose_name': 'điểm ĐTXHH',
                'verbose_name_plural': 'điểm ĐTXHH',
                'constraints': [models.UniqueConstraint(fields=('round_group', 'unit', 'criterion'), name='one_survey_score_per_cell'), models.CheckConstraint(condition=models.Q(models.Q(('not_applicable', True), ('points', None)), models.Q(('not_applicable', False), ('points__gte', 0)), _connector='OR'), name='survey_score_has_points_or_na', violation_error_message='Điểm ĐTXHH phải có điểm, hoặc là không áp dụng.')],
            },
        ),
        migrations.CreateModel(
            name='BallotLink',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='mã kiểm tra liên kết (SHA-256)')),
                ('respondent_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='surveys.respondentgroup', verbose_name='nhóm đối tượng')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='đơn vị')),
                ('draft', models.BinaryField(blank=True, default=b'', verbose_name='câu trả lời đang dở')),
                ('spent', models.BooleanField(default=False, verbose_name='đã dùng')),
            ],
            options={
                'verbose_name': 'liên kết trả lời',
                'verbose_name_plural': 'liên kết trả lời',
                'constraints': [models.CheckConstraint(condition=models.Q(('spent', False), ('draft', b''), _connector='OR'), name='spent_link_keeps_no_draft', violation_error_message='Liên kết đã dùng không giữ câu trả lời.')],
            },
        ),
        migrations.CreateModel(
            name='SealedBallot',
            fields=[
                ('key', models.CharField(max_length=32, primary_key=True, serialize=False, verbose_name='khóa ngẫu nhiên')),
                ('respondent_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sealed_ballots', to='surveys.respondentgroup', verbose_name='nhóm đối tượng')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='đơn vị')),
                ('sealed', models.BinaryField(verbose_name='phiếu niêm phong')),
            ],
            options={
                'verbose_name': 'phiếu trong hòm',
                'verbose_name_plural': 'phiếu trong hòm',
            },
        ),
    ]
