"""Who is measured and who works: units and their blocks, people and their roles."""

from datetime import date

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from cchc_index.lib import clock
from cchc_index.lib.text import sort_text

from .settled import Span

UNITS_BY_NAME = ("name_key", "code")
"""The one order of units in lists, grids, files and choices; `by_name` for rows that hang on a unit."""


def by_name(unit: str = "unit") -> tuple[str, ...]:
    """`UNITS_BY_NAME` seen from a row that reaches its unit by the path `unit`."""
    return tuple(f"{unit}__{name}" for name in UNITS_BY_NAME)


class UnitGroup(models.Model):
    """Khối: units that are ranked against each other. Data, never a constant."""

    code = models.SlugField("mã khối", max_length=30, unique=True)
    name = models.CharField("tên khối", max_length=200)
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    # Grows with every change of the block's units: the ranking is older than its units when it knows less.
    units_version = models.PositiveBigIntegerField("phiên bản danh sách đơn vị", default=0, editable=False)

    class Meta:
        verbose_name = "khối"
        verbose_name_plural = "khối"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class NameKeyField(models.TextField):  # type: ignore[type-arg]
    """The name of the row as text by which every database sorts it as a Vietnamese dictionary does."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = sort_text(model_instance.name)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, key)
        return key


class UnitQuerySet(models.QuerySet["Unit"]):
    def valid_between(self, start: date, end: date) -> "UnitQuerySet":
        """Units that existed at the end of the period (an abolished unit is not measured)."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=end), Q(valid_to=None) | Q(valid_to__gte=end))


class Unit(models.Model):
    """A measured agency under its official name."""

    group = models.ForeignKey(UnitGroup, models.PROTECT, related_name="units", verbose_name="khối")
    code = models.CharField("mã đơn vị", max_length=30)
    name = models.CharField("tên đơn vị", max_length=250)
    name_key = NameKeyField("khóa sắp xếp theo tên", default="", editable=False)
    subtype = models.CharField("loại", max_length=40, blank=True)
    valid_from = models.DateField("hiệu lực từ", null=True, blank=True)
    valid_to = models.DateField("hiệu lực đến", null=True, blank=True)
    source = models.CharField("nguồn tên gọi", max_length=250, blank=True)
    doubt = models.CharField("nội dung cần xác minh", max_length=250, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        ordering = ["group", *UNITS_BY_NAME]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "code"],
                name="unit_code_once_in_group",
                violation_error_message="Mã đơn vị này đã có trong khối.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="unit_valid_order",
                violation_error_message="Ngày hết hiệu lực phải sau ngày bắt đầu.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def span(self) -> Span:
        """Its first and its last day."""
        return Span(self.valid_from, self.valid_to)


class Succession(models.Model):
    """What became of a unit: merged, split, renamed, abolished."""

    class Kind(models.TextChoices):
        MERGE = "merge", "hợp nhất"
        SPLIT = "split", "chia tách"
        RENAME = "rename", "đổi tên"
        ABOLITION = "abolition", "giải thể"

    predecessor = models.ForeignKey(Unit, models.PROTECT, related_name="successions", verbose_name="đơn vị cũ")
    successor = models.ForeignKey(
        Unit, models.PROTECT, related_name="origins", verbose_name="đơn vị mới", null=True, blank=True
    )
    kind = models.CharField("hình thức", max_length=20, choices=Kind)
    on = models.DateField("ngày")
    note = models.CharField("căn cứ", max_length=250, blank=True)

    class Meta:
        verbose_name = "kế thừa"
        verbose_name_plural = "kế thừa"
        ordering = ["on", "predecessor"]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor or self.get_kind_display()}"


class User(AbstractUser):
    """A named account. `full_name` is what others see; Vietnamese names are not split in two."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField("họ và tên", max_length=150)
    # Somebody else set the password: it opens one door, the page where its owner sets another.
    one_time_password = models.BooleanField("mật khẩu dùng một lần", default=False, editable=False)
    # When somebody else last changed how the account is opened: what it decides waits from then on.
    access_changed_at = models.DateTimeField("người khác đổi cách đăng nhập lúc", null=True, editable=False)

    REQUIRED_FIELDS = ["full_name", "email"]

    class Meta:
        verbose_name = "người dùng"
        verbose_name_plural = "người dùng"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def check_password(self, raw_password: str | None) -> bool:
        """Without Django's silent renewal of an old hash: that is a verb, so that the log knows the new one
        (`signin.actions.renew_hash`)."""
        return check_password(raw_password, self.password)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Role(models.TextChoices):
    UNIT_OFFICER = "unit_officer", "công chức phụ trách"
    UNIT_HEAD = "unit_head", "thủ trưởng đơn vị"
    COUNCIL_MEMBER = "council_member", "thành viên Hội đồng thẩm định"
    INDEX_MANAGER = "index_manager", "người quản lý Chỉ số"
    SURVEY_OPERATOR = "survey_operator", "phụ trách điều tra"
    OBSERVER = "observer", "quan sát"


DECIDING = (Role.UNIT_HEAD, Role.COUNCIL_MEMBER, Role.INDEX_MANAGER)
"""Roles that decide: given by one person and confirmed by another, never for oneself."""
UNIT_ROLES = (Role.UNIT_OFFICER, Role.UNIT_HEAD)
"""Roles that are nothing without a unit."""


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self) -> "MembershipQuerySet":
        """Roles that count today, of accounts that are open."""
        today = clock.today()
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=today),
            Q(valid_to=None) | Q(valid_to__gte=today),
            active=True,
            user__is_active=True,
        )


class Membership(models.Model):
    """A person's role. `unit` is where the person belongs: the unit of an officer, the agency a
    council member or manager comes from. It decides whose score the person may never appraise."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name="người dùng")
    role = models.CharField("vai trò", max_length=30, choices=Role)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="memberships", verbose_name="đơn vị công tác", null=True, blank=True
    )
    active = models.BooleanField("đang giữ vai trò", default=True)
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến ngày", null=True, blank=True)
    # When a role that decides was confirmed; empty where it was held before two persons were asked for.
    confirmed_at = models.DateTimeField("xác nhận lúc", null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "vai trò"
        verbose_name_plural = "vai trò"
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                name="membership_once",
                violation_error_message="Người này đã có vai trò đó ở đơn vị đó.",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(unit=None),
                name="membership_without_unit_once",
                violation_error_message="Người này đã có vai trò đó.",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.UNIT_OFFICER, Role.UNIT_HEAD]) | Q(unit__isnull=False),
                name="unit_role_needs_unit",
                violation_error_message="Vai trò này phải gắn với một đơn vị.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="membership_valid_order",
                violation_error_message="Đến ngày phải sau Từ ngày.",
            ),
        ]

    def __str__(self) -> str:
        place = f" – {self.unit}" if self.unit else ""
        return f"{self.user}, {self.get_role_display()}{place}"


class RoleProposal(models.Model):
    """A role that decides, put before a second person. It counts when that person has confirmed it; nobody proposes or
    confirms for themselves. The row stays, whatever became of it."""

    class State(models.TextChoices):
        OPEN = "open", "chờ xác nhận"
        CONFIRMED = "confirmed", "đã xác nhận"
        REFUSED = "refused", "không xác nhận"

    user = models.ForeignKey(User, models.PROTECT, related_name="role_proposals", verbose_name="người dùng")
    role = models.CharField("vai trò", max_length=30, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị công tác", null=True)
    valid_from = models.DateField("từ ngày", null=True)
    valid_to = models.DateField("đến ngày", null=True)
    reason = models.TextField("lý do")
    # Put by the command line when no manager is left: the two so proposed confirm each other.
    brings_back = models.BooleanField("khôi phục khi không còn người quản lý", default=False, editable=False)
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.OPEN)
    proposed_at = models.DateTimeField("đề nghị lúc")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người đề nghị", null=True)
    decided_at = models.DateTimeField("xử lý lúc", null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người xử lý", null=True)
    decision_reason = models.TextField("ý kiến", blank=True)

    class Meta:
        verbose_name = "đề nghị giao vai trò"
        verbose_name_plural = "đề nghị giao vai trò"
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                condition=Q(state="open"),
                name="one_open_role_proposal",
                violation_error_message="Đã có đề nghị này, đang chờ xác nhận.",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=None) | ~Q(proposed_by=F("user")),
                name="no_role_proposed_for_oneself",
                violation_error_message="Không ai được đề nghị vai trò cho chính mình.",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (~Q(decided_by=F("user")) & (Q(proposed_by=None) | ~Q(decided_by=F("proposed_by")))),
                name="two_people_give_a_role",
                violation_error_message="Người xác nhận phải khác người đề nghị và khác người được giao.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None)
                | (~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="decided_role_proposal_says_who",
                violation_error_message="Đề nghị đã xử lý phải có người và thời điểm xử lý.",
            ),
        ]

    def __str__(self) -> str:
        place = f" – {self.unit}" if self.unit else ""
        return f"{self.user}, {self.get_role_display()}{place}"
