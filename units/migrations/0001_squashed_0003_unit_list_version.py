# The tables of a new database at once. One that knows the migrations named in `replaces` goes on from them.

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('units', '0001_initial'),
        ('units', '0002_mail'),
        ('units', '0003_unit_list_version'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='LogHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('count', models.PositiveBigIntegerField(default=0, verbose_name='số mục')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='dấu niêm cuối')),
                ('seal', models.CharField(blank=True, max_length=64, verbose_name='dấu của đầu sổ')),
            ],
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, verbose_name='mã đơn vị')),
                ('name', models.CharField(max_length=250, verbose_name='tên đơn vị')),
                ('subtype', models.CharField(blank=True, max_length=40, verbose_name='loại')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='hiệu lực từ')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='hiệu lực đến')),
                ('source', models.CharField(blank=True, max_length=250, verbose_name='nguồn tên gọi')),
                ('doubt', models.CharField(blank=True, max_length=250, verbose_name='điều chưa chắc')),
            ],
            options={
                'verbose_name': 'đơn vị',
                'verbose_name_plural': 'đơn vị',
                'ordering': ['group', 'code'],
            },
        ),
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
            name='Succession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('merge', 'hợp nhất'), ('split', 'chia tách'), ('rename', 'đổi tên'), ('abolition', 'giải thể')], max_length=20, verbose_name='hình thức')),
                ('on', models.DateField(verbose_name='ngày')),
                ('note', models.CharField(blank=True, max_length=250, verbose_name='căn cứ')),
                ('predecessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='units.unit', verbose_name='đơn vị cũ')),
                ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='origins', to='units.unit', verbose_name='đơn vị mới')),
            ],
            options={
                'verbose_name': 'kế thừa',
                'verbose_name_plural': 'kế thừa',
                'ordering': ['on', 'predecessor'],
            },
        ),
        migrations.AddField(
            model_name='unit',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='units.unitgroup', verbose_name='khối'),
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=120, verbose_name='sự kiện')),
                ('address', models.EmailField(max_length=254, verbose_name='địa chỉ thư')),
                ('subject', models.CharField(max_length=250, verbose_name='tiêu đề')),
                ('body', models.TextField(verbose_name='nội dung')),
                ('created_at', models.DateTimeField(verbose_name='viết lúc')),
                ('due_at', models.DateTimeField(verbose_name='gửi từ lúc')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='số lần gửi')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='gửi xong lúc')),
                ('fault', models.CharField(blank=True, max_length=250, verbose_name='lỗi lần cuối')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to=settings.AUTH_USER_MODEL, verbose_name='người nhận')),
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
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('unit_officer', 'công chức phụ trách'), ('unit_head', 'thủ trưởng đơn vị'), ('council_member', 'thành viên thẩm định'), ('index_manager', 'quản lý chỉ số'), ('survey_operator', 'phụ trách điều tra'), ('observer', 'quan sát')], max_length=30, verbose_name='vai trò')),
                ('active', models.BooleanField(default=True, verbose_name='đang giữ vai trò')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='người dùng')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='units.unit', verbose_name='đơn vị công tác')),
            ],
            options={
                'verbose_name': 'vai trò',
                'verbose_name_plural': 'vai trò',
                'ordering': ['user', 'role'],
                'constraints': [models.UniqueConstraint(fields=('user', 'role', 'unit'), name='membership_once', violation_error_message='Người này đã có vai trò đó ở đơn vị đó.'), models.UniqueConstraint(condition=models.Q(('unit', None)), fields=('user', 'role'), name='membership_without_unit_once', violation_error_message='Người này đã có vai trò đó.'), models.CheckConstraint(condition=models.Q(models.Q(('role__in', ['unit_officer', 'unit_head']), _negated=True), ('unit__isnull', False), _connector='OR'), name='unit_role_needs_unit', violation_error_message='Vai trò này phải gắn với một đơn vị.')],
            },
        ),
        migrations.CreateModel(
            name='LogEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(unique=True, verbose_name='số thứ tự')),
                ('at', models.DateTimeField(verbose_name='lúc')),
                ('actor_name', models.CharField(max_length=200, verbose_name='tên người làm')),
                ('verb', models.CharField(db_index=True, max_length=60, verbose_name='việc')),
                ('object_type', models.CharField(max_length=60, verbose_name='loại đối tượng')),
                ('object_id', models.CharField(max_length=60, verbose_name='mã đối tượng')),
                ('object_label', models.CharField(max_length=250, verbose_name='đối tượng')),
                ('before', models.JSONField(null=True, verbose_name='trước')),
                ('after', models.JSONField(null=True, verbose_name='sau')),
                ('reason', models.TextField(blank=True, verbose_name='lý do')),
                ('address', models.CharField(blank=True, max_length=60, verbose_name='địa chỉ')),
                ('digest', models.CharField(max_length=64, verbose_name='dấu niêm')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người làm')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'nhật ký',
                'verbose_name_plural': 'nhật ký',
                'ordering': ['number'],
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='log_object')],
            },
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.UniqueConstraint(fields=('group', 'code'), name='unit_code_once_in_group', violation_error_message='Mã đơn vị này đã có trong khối.'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='unit_valid_order', violation_error_message='Ngày hết hiệu lực phải sau ngày bắt đầu.'),
        ),
    ]
