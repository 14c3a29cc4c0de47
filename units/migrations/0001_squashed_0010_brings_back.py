# The tables of a new database at once. One that knows the migrations named in `replaces` goes on from them.

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import units.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('units', '0001_initial'),
        ('units', '0002_mail'),
        ('units', '0003_unit_list_version'),
        ('units', '0004_units_in_the_order_of_names'),
        ('units', '0005_words'),
        ('units', '0006_words_again'),
        ('units', '0007_people'),
        ('units', '0008_wrong_guess'),
        ('units', '0009_setup_code'),
        ('units', '0010_brings_back'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='UnitGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='mã khối')),
                ('name', models.CharField(max_length=200, verbose_name='tên khối')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='thứ tự')),
                ('units_version', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='phiên bản danh sách đơn vị')),
            ],
            options={
                'verbose_name': 'khối',
                'verbose_name_plural': 'khối',
                'ordering': ['position', 'code'],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='units.unitgroup', verbose_name='khối')),
                ('code', models.CharField(max_length=30, verbose_name='mã đơn vị')),
                ('name', models.CharField(max_length=250, verbose_name='tên đơn vị')),
                ('name_key', units.models.NameKeyField(default='', editable=False, verbose_name='khóa sắp xếp theo tên')),
                ('subtype', models.CharField(blank=True, max_length=40, verbose_name='loại')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='hiệu lực từ')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='hiệu lực đến')),
                ('source', models.CharField(blank=True, max_length=250, verbose_name='nguồn tên gọi')),
                ('doubt', models.CharField(blank=True, max_length=250, verbose_name='nội dung cần xác minh')),
            ],
            options={
                'verbose_name': 'đơn vị',
                'verbose_name_plural': 'đơn vị',
                'ordering': ['group', 'name_key', 'code'],
                'constraints': [models.UniqueConstraint(fields=('group', 'code'), name='unit_code_once_in_group', violation_error_message='Mã đơn vị này đã có trong khối.'), models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='unit_valid_order', violation_error_message='Ngày hết hiệu lực phải sau ngày bắt đầu.')],
            },
        ),
        migrations.CreateModel(
            name='Succession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('predecessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='units.unit', verbose_name='đơn vị cũ')),
                ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='origins', to='units.unit', verbose_name='đơn vị mới')),
                ('kind', models.CharField(choices=[('merge', 'hợp nhất'), ('split', 'chia tách'), ('rename', 'đổi tên'), ('abolition', 'giải thể')], max_length=20, verbose_name='hình thức')),
                ('on', models.DateField(verbose_name='ngày')),
                ('note', models.CharField(blank=True, max_length=250, verbose_name='căn cứ')),
            ],
            options={
                'verbose_name': 'kế thừa',
                'verbose_name_plural': 'kế thừa',
                'ordering': ['on', 'predecessor'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('full_name', models.CharField(max_length=150, verbose_name='họ và tên')),
                ('one_time_password', models.BooleanField(default=False, editable=False, verbose_name='mật khẩu dùng một lần')),
                ('access_changed_at', models.DateTimeField(editable=False, null=True, verbose_name='người khác đổi cách đăng nhập lúc')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'người dùng',
                'verbose_name_plural': 'người dùng',
                'ordering': ['username'],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='người dùng')),
                ('role', models.CharField(choices=[('unit_officer', 'công chức phụ trách'), ('unit_head', 'thủ trưởng đơn vị'), ('council_member', 'thành viên Hội đồng thẩm định'), ('index_manager', 'người quản lý Chỉ số'), ('survey_operator', 'phụ trách điều tra'), ('observer', 'quan sát')], max_length=30, verbose_name='vai trò')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='units.unit', verbose_name='đơn vị công tác')),
                ('active', models.BooleanField(default=True, verbose_name='đang giữ vai trò')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='từ ngày')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='đến ngày')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='xác nhận lúc')),
            ],
            options={
                'verbose_name': 'vai trò',
                'verbose_name_plural': 'vai trò',
                'ordering': ['user', 'role'],
                'constraints': [models.UniqueConstraint(fields=('user', 'role', 'unit'), name='membership_once', violation_error_message='Người này đã có vai trò đó ở đơn vị đó.'), models.UniqueConstraint(condition=models.Q(('unit', None)), fields=('user', 'role'), name='membership_without_unit_once', violation_error_message='Người này đã có vai trò đó.'), models.CheckConstraint(condition=models.Q(models.Q(('role__in', ['unit_officer', 'unit_head']), _negated=True), ('unit__isnull', False), _connector='OR'), name='unit_role_needs_unit', violation_error_message='Vai trò này phải gắn với một đơn vị.'), models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='membership_valid_order', violation_error_message='Đến ngày phải sau Từ ngày.')],
            },
        ),
        migrations.CreateModel(
            name='RoleProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='role_proposals', to=settings.AUTH_USER_MODEL, verbose_name='người dùng')),
                ('role', models.CharField(choices=[('unit_officer', 'công chức phụ trách'), ('unit_head', 'thủ trưởng đơn vị'), ('council_member', 'thành viên Hội đồng thẩm định'), ('index_manager', 'người quản lý Chỉ số'), ('survey_operator', 'phụ trách điều tra'), ('observer', 'quan sát')], max_length=30, verbose_name='vai trò')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='đơn vị công tác')),
                ('valid_from', models.DateField(null=True, verbose_name='từ ngày')),
                ('valid_to', models.DateField(null=True, verbose_name='đến ngày')),
                ('reason', models.TextField(verbose_name='lý do')),
                ('brings_back', models.BooleanField(default=False, editable=False, verbose_name='khôi phục khi không còn người quản lý')),
                ('state', models.CharField(choices=[('open', 'chờ xác nhận'), ('confirmed', 'đã xác nhận'), ('refused', 'không xác nhận')], default='open', max_length=20, verbose_name='trạng thái')),
                ('proposed_at', models.DateTimeField(verbose_name='đề nghị lúc')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người đề nghị')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='xử lý lúc')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người xử lý')),
                ('decision_reason', models.TextField(blank=True, verbose_name='ý kiến')),
            ],
            options={
                'verbose_name': 'đề nghị giao vai trò',
                'verbose_name_plural': 'đề nghị giao vai trò',
                'ordering': ['-proposed_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('user', 'role', 'unit'), name='one_open_role_proposal', violation_error_message='Đã có đề nghị này, đang chờ xác nhận.'), models.CheckConstraint(condition=models.Q(('proposed_by', None), models.Q(('proposed_by', models.F('user')), _negated=True), _connector='OR'), name='no_role_proposed_for_oneself', violation_error_message='Không ai được đề nghị vai trò cho chính mình.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), models.Q(models.Q(('decided_by', models.F('user')), _negated=True), models.Q(('proposed_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR')), _connector='OR'), name='two_people_give_a_role', violation_error_message='Người xác nhận phải khác người đề nghị và khác người được giao.'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='decided_role_proposal_says_who', violation_error_message='Đề nghị đã xử lý phải có người và thời điểm xử lý.')],
            },
        ),
        migrations.CreateModel(
            name='LogEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(unique=True, verbose_name='số thứ tự')),
                ('at', models.DateTimeField(verbose_name='thời điểm')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người thực hiện')),
                ('actor_name', models.CharField(max_length=200, verbose_name='người thực hiện')),
                ('verb', models.CharField(db_index=True, max_length=60, verbose_name='thao tác')),
                ('object_type', models.CharField(max_length=60, verbose_name='loại đối tượng')),
                ('object_id', models.CharField(max_length=60, verbose_name='mã đối tượng')),
                ('object_label', models.CharField(max_length=250, verbose_name='đối tượng')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='đơn vị')),
                ('before', models.JSONField(null=True, verbose_name='trước')),
                ('after', models.JSONField(null=True, verbose_name='sau')),
                ('reason', models.TextField(blank=True, verbose_name='lý do')),
                ('address', models.CharField(blank=True, max_length=60, verbose_name='địa chỉ')),
                ('digest', models.CharField(max_length=64, verbose_name='mã kiểm tra')),
            ],
            options={
                'verbose_name': 'mục nhật ký',
                'verbose_name_plural': 'nhật ký hệ thống',
                'ordering': ['number'],
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='log_object')],
            },
        ),
        migrations.CreateModel(
            name='LogHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False, verbose_name='mã')),
                ('count', models.PositiveBigIntegerField(default=0, verbose_name='số mục')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='mã kiểm tra cuối')),
                ('seal', models.CharField(blank=True, max_length=64, verbose_name='mã kiểm tra của đầu nhật ký')),
            ],
            options={
                'verbose_name': 'đầu nhật ký',
                'verbose_name_plural': 'đầu nhật ký',
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=120, verbose_name='sự kiện')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to=settings.AUTH_USER_MODEL, verbose_name='người nhận')),
                ('address', models.EmailField(max_length=254, verbose_name='địa chỉ thư')),
                ('subject', models.CharField(max_length=250, verbose_name='tiêu đề')),
                ('body', models.TextField(verbose_name='nội dung')),
                ('created_at', models.DateTimeField(verbose_name='viết lúc')),
                ('due_at', models.DateTimeField(verbose_name='gửi từ lúc')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='số lần gửi')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='gửi xong lúc')),
                ('fault', models.CharField(blank=True, max_length=250, verbose_name='lỗi lần cuối')),
            ],
            options={
                'verbose_name': 'thư báo',
                'verbose_name_plural': 'thư báo',
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('sent_at', None)), fields=['due_at'], name='mail_waiting')],
                'constraints': [models.UniqueConstraint(fields=('event', 'recipient'), name='one_mail_per_event_and_person')],
            },
        ),
        migrations.CreateModel(
            name='SetupCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='setup_code', to=settings.AUTH_USER_MODEL, verbose_name='người dùng')),
                ('digest', models.CharField(max_length=64, verbose_name='mã kiểm tra')),
                ('made_at', models.DateTimeField(verbose_name='in lúc')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người in')),
                ('ends_at', models.DateTimeField(verbose_name='hết hạn lúc')),
                ('used_at', models.DateTimeField(null=True, verbose_name='dùng lúc')),
            ],
            options={
                'verbose_name': 'mã đặt mật khẩu',
                'verbose_name_plural': 'mã đặt mật khẩu',
                'ordering': ['-made_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('made_by', models.F('user')), _negated=True), name='no_code_for_oneself', violation_error_message='Không ai in mã đặt mật khẩu cho chính mình.')],
            },
        ),
        migrations.CreateModel(
            name='WrongGuess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='tên đăng nhập')),
                ('address', models.GenericIPAddressField(verbose_name='địa chỉ')),
                ('device', models.CharField(blank=True, max_length=40, verbose_name='thiết bị đã dùng')),
                ('at', models.DateTimeField(verbose_name='thời điểm')),
            ],
            options={
                'verbose_name': 'lần gõ sai mật khẩu',
                'verbose_name_plural': 'lần gõ sai mật khẩu',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['name', 'at'], name='guess_name'), models.Index(fields=['address', 'at'], name='guess_address')],
            },
        ),
    ]
