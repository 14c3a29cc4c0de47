"""Who is measured and who works: units and their blocks, people and their roles."""

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from cchc_index.lib.text import sort_text

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

    REQUIRED_FIELDS = ["full_name", "email"]

    class Meta:
        verbose_name = "người dùng"
        verbose_name_plural = "người dùng"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.full_name or self.username

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


class Membership(models.Model):
    """A person's role. `unit` is where the person belongs: the unit of an officer, the agency a
    council member or manager comes from. It decides whose score the person may never appraise."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name="người dùng")
    role = models.CharField("vai trò", max_length=30, choices=Role)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="memberships", verbose_name="đơn vị công tác", null=True, blank=True
    )
    active = models.BooleanField("đang giữ vai trò", default=True)

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
        ]

    def __str__(self) -> str:
        place = f" – {self.unit}" if self.unit else ""
        return f"{self.user}, {self.get_role_display()}{place}"
