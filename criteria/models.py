"""What is measured, and when: decisions, criteria sets and their trees, rounds, stages."""

from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from cchc_index.lib import clock
from units.models import Unit, UnitGroup, User

from . import course


class Provenance(models.TextChoices):
    OFFICIAL = "official", "chính thức"
    ILLUSTRATIVE = "illustrative", "minh họa"


class Decision(models.Model):
    """The legal document that issues criteria sets."""

    number = models.CharField("số ký hiệu", max_length=60, unique=True)
    issued_on = models.DateField("ngày ban hành", null=True, blank=True)
    title = models.CharField("trích yếu", max_length=500, blank=True)
    issuer = models.CharField("cơ quan ban hành", max_length=200, blank=True)
    source = models.CharField("nguồn", max_length=300, blank=True)

    class Meta:
        verbose_name = "quyết định"
        verbose_name_plural = "quyết định"
        ordering = ["-issued_on", "number"]

    def __str__(self) -> str:
        return self.number


class CriteriaSet(models.Model):
    """Bộ tiêu chí: the tree one decision sets for one block, with its policies."""

    class NaPolicy(models.TextChoices):
        RESCALE = "rescale", "quy đổi về thang điểm của từng phần"
        SHRINK = "shrink", "trừ khỏi điểm tối đa"
        FULL = "full", "tính đủ điểm"

    class Ties(models.TextChoices):
        COMPETITION = "competition", "1, 1, 3"
        DENSE = "dense", "1, 1, 2"

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="sets", verbose_name="quyết định")
    group = models.ForeignKey(UnitGroup, models.PROTECT, related_name="criteria_sets", verbose_name="khối")
    na_policy = models.CharField("khi không áp dụng", max_length=20, choices=NaPolicy, default=NaPolicy.RESCALE)
    ties = models.CharField("sau hạng bằng nhau", max_length=20, choices=Ties, default=Ties.COMPETITION)
    # [{"name": "Tốt", "from": "80"}], highest first; a unit takes the first band whose edge it reaches.
    bands = models.JSONField("mức xếp loại", default=list, blank=True)
    note = models.CharField("ghi chú nguồn", max_length=500, blank=True)

    class Meta:
        verbose_name = "bộ tiêu chí"
        verbose_name_plural = "bộ tiêu chí"
        ordering = ["decision", "group"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "group"],
                name="one_set_per_decision_and_group",
                violation_error_message="Quyết định này đã có bộ tiêu chí cho khối này.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision} – {self.group}"


class Source(models.TextChoices):
    """Where a leaf's points come from. A group row has none."""

    GROUP = "", "nhóm"
    SELF = "self", "Tự đánh giá"
    SURVEY = "survey", "ĐTXHH"
    SIPAS = "sipas", "SIPAS"
    PAPI = "papi", "PAPI"


SURVEY_SOURCES = (Source.SURVEY, Source.SIPAS, Source.PAPI)


class Criterion(models.Model):
    """A row of the tree: area, criterion or component. Leaves lie at mixed depth and carry points."""

    class Kind(models.TextChoices):
        NORMAL = "normal", "thường"
        BONUS = "bonus", "thưởng"
        PENALTY = "penalty", "trừ"

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="criteria", verbose_name="bộ tiêu chí")
    parent = models.ForeignKey(
        "self", models.CASCADE, related_name="children", verbose_name="thuộc", null=True, blank=True
    )
    code = models.CharField("mã", max_length=30)
    printed_code = models.CharField("mã in trong văn bản", max_length=30, blank=True)
    name = models.CharField("nội dung", max_length=1000)
    position = models.PositiveIntegerField("thứ tự", default=0)
    is_leaf = models.BooleanField("là tiêu chí chấm điểm", default=True)
    source = models.CharField("nguồn điểm", max_length=10, choices=Source, blank=True)
    kind = models.CharField("loại", max_length=10, choices=Kind, default=Kind.NORMAL)
    max_points = models.DecimalField(
        "điểm tối đa", max_digits=9, decimal_places=4, validators=[MinValueValidator(Decimal(0))]
    )
    printed_max = models.CharField("điểm tối đa in trong văn bản", max_length=30, blank=True)
    # Typed JSON, validated by criteria.scoring.validate; {} is direct entry.
    rule = models.JSONField("quy tắc chấm", default=dict, blank=True)
    guidance = models.TextField("hướng dẫn tài liệu kiểm chứng", blank=True)
    provenance = models.CharField("nguồn", max_length=20, choices=Provenance, default=Provenance.OFFICIAL)
    previous = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="later",
        verbose_name="tiêu chí cùng nội dung kỳ trước",
        null=True,
        blank=True,
    )
    # As written in a sheet, while no earlier set holds it.
    previous_code = models.CharField("mã kỳ trước chưa tìm thấy", max_length=60, blank=True)

    class Meta:
        verbose_name = "tiêu chí"
        verbose_name_plural = "tiêu chí"
        ordering = ["criteria_set", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["criteria_set", "code"],
                name="criterion_code_once_in_set",
                violation_error_message="Mã tiêu chí này đã có trong bộ.",
            ),
            models.CheckConstraint(
                condition=Q(is_leaf=True) & ~Q(source="") | Q(is_leaf=False, source=""),
                name="leaf_has_source",
                violation_error_message="Tiêu chí chấm điểm phải có nguồn điểm; tiêu chí khác thì không.",
            ),
            models.CheckConstraint(
                condition=Q(max_points__gte=0),
                name="max_points_not_negative",
                violation_error_message="Điểm tối đa không được âm.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_illustrative(self) -> bool:
        return self.provenance == Provenance.ILLUSTRATIVE

    @property
    def is_self(self) -> bool:
        return self.source == Source.SELF

    @property
    def is_surveyed(self) -> bool:
        return self.source in SURVEY_SOURCES

    @property
    def depth(self) -> int:
        return self.code.count(".") + 1


class Correction(models.Model):
    """Words, the rule or the maxima of a criterion of a frozen set, changed by two people with a reason. The row stays,
    whatever became of it."""

    class State(models.TextChoices):
        OPEN = "open", "chờ xác nhận"
        CONFIRMED = "confirmed", "đã xác nhận"
        REFUSED = "refused", "không xác nhận"

    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="corrections", verbose_name="tiêu chí")
    # Of the fields that are to change, as they stood and as they are to be: {"name", "rule", "guidance", "maxima"};
    # maxima of this criterion and of others that change with it, by code, as exact text.
    before = models.JSONField("trước khi đính chính")
    after = models.JSONField("sau khi đính chính")
    reason = models.TextField("lý do")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.OPEN)
    proposed_at = models.DateTimeField("đề nghị lúc")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người đề nghị")
    decided_at = models.DateTimeField("xử lý lúc", null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người xử lý", null=True)
    decision_reason = models.TextField("ý kiến", blank=True)

    class Meta:
        verbose_name = "đính chính tiêu chí"
        verbose_name_plural = "đính chính tiêu chí"
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["criterion"],
                condition=Q(state="open"),
                name="one_open_correction",
                violation_error_message="Tiêu chí này đã có đính chính chờ xác nhận.",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(decided_by=F("proposed_by")),
                name="two_people_correct_a_criterion",
                violation_error_message="Người xác nhận phải khác người đề nghị.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None)
                | (~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="decided_correction_says_who",
                violation_error_message="Đính chính đã xử lý phải có người và thời điểm xử lý.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="correction_has_reason",
                violation_error_message="Phải ghi lý do đính chính.",
            ),
        ]

    def __str__(self) -> str:
        return f"Đính chính tiêu chí {self.criterion}"

    @property
    def moves_points(self) -> bool:
        """Whether the same figures may count otherwise from now on; what is stored stays as it was counted."""
        return "rule" in self.after or bool(self.maxima)

    @property
    def maxima(self) -> dict[str, str]:
        """The new maxima by code."""
        found: dict[str, str] = self.after.get("maxima", {})
        return found


class Round(models.Model):
    """Kỳ đánh giá: one index year."""

    year = models.PositiveSmallIntegerField("năm chỉ số", unique=True)
    assessed_from = models.DateField("thời kỳ đánh giá từ")
    assessed_to = models.DateField("đến")
    plan_number = models.CharField("số kế hoạch", max_length=60, blank=True)
    plan_date = models.DateField("ngày kế hoạch", null=True, blank=True)
    illustrative = models.BooleanField("dữ liệu minh họa", default=False)
    # Whether its publications say on what each point rests: rule, reason, titles of evidence.
    shows_grounds = models.BooleanField("công khai căn cứ của điểm", default=False)

    class Meta:
        verbose_name = "kỳ đánh giá"
        verbose_name_plural = "kỳ đánh giá"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(assessed_to__gte=F("assessed_from")),
                name="round_period_order",
                violation_error_message="Ngày kết thúc thời kỳ phải sau ngày bắt đầu.",
            )
        ]

    def __str__(self) -> str:
        return f"Chỉ số CCHC năm {self.year}"


class RoundGroup(models.Model):
    """One block in one round: which set measures it. Frozen once the first score is written.

    `inputs_version` grows with every change the ranking depends on, and with every step between council and
    unit, whether or not it moves a point: `results` recomputes when its current computation is older.
    `inputs_mark` changes with it and never comes back, not even after a restored backup has counted on from
    an older version: what is kept of a block is kept under it.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="groups", verbose_name="kỳ")
    group = models.ForeignKey(UnitGroup, models.PROTECT, related_name="round_groups", verbose_name="khối")
    criteria_set = models.ForeignKey(
        CriteriaSet, models.PROTECT, related_name="round_groups", verbose_name="bộ tiêu chí"
    )
    frozen_at = models.DateTimeField("khóa bộ tiêu chí lúc", null=True, blank=True)
    # The year whose set was copied here as a proposal; none once a manager has confirmed it or imported an annex.
    proposed_from = models.PositiveSmallIntegerField("đề xuất chép từ kỳ", null=True, blank=True, editable=False)
    inputs_version = models.PositiveBigIntegerField("phiên bản đầu vào", default=0)
    inputs_mark = models.UUIDField("mã kiểm tra của phiên bản", default=uuid4, editable=False)

    class Meta:
        verbose_name = "khối trong kỳ"
        verbose_name_plural = "khối trong kỳ"
        ordering = ["-round__year", "group__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "group"],
                name="group_once_in_round",
                violation_error_message="Khối này đã có trong kỳ.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.round} – {self.group}"


class Stage(models.Model):
    """A stretch of the year that switches rights on and off, half open: [opens_at, closes_at).

    The stages of a round are its calendar: how often is appraised and answered is data. `name` is what the log,
    digests and addresses say, and never changes; people read `title`.
    """

    class Kind(models.TextChoices):
        SELF_ASSESSMENT = course.SELF_ASSESSMENT, "tự đánh giá"
        APPRAISAL = course.APPRAISAL, "thẩm định"
        REPLY = course.REPLY, "giải trình"
        MEETING = course.MEETING, "Hội đồng quyết định"
        PUBLICATION = course.PUBLICATION, "tổng hợp, công bố"
        SURVEY = course.SURVEY, "điều tra xã hội học"
        ARCHIVE = course.ARCHIVE, "nhập từ hồ sơ lưu"

    round = models.ForeignKey(Round, models.CASCADE, related_name="stages", verbose_name="kỳ")
    name = models.SlugField("tên trong lệnh và nhật ký", max_length=20, db_index=False)
    title = models.CharField("tên", max_length=100)
    kind = models.CharField("loại", max_length=20, choices=Kind)
    position = models.PositiveSmallIntegerField("thứ tự")
    opens_at = models.DateTimeField("mở lúc", null=True, blank=True)
    closes_at = models.DateTimeField("đóng lúc", null=True, blank=True)
    two_opinions = models.BooleanField("cần hai ý kiến độc lập", default=False)
    report_required = models.BooleanField("xem báo cáo rà soát tính thống nhất trước khi thông báo", default=False)

    class Meta:
        verbose_name = "giai đoạn"
        verbose_name_plural = "giai đoạn"
        ordering = ["round", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "name"],
                name="stage_once_in_round",
                violation_error_message="Kỳ này đã có giai đoạn tên đó.",
            ),
            models.UniqueConstraint(
                fields=["round", "kind"],
                condition=~Q(kind__in=course.LISTED),
                name="one_stage_of_its_kind",
                violation_error_message="Mỗi kỳ chỉ có một giai đoạn loại này.",
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="stage_closes_after_it_opens",
                violation_error_message="Giờ đóng phải sau giờ mở.",
            ),
            models.CheckConstraint(
                condition=Q(two_opinions=False) | Q(kind=course.APPRAISAL),
                name="two_opinions_in_appraisals_only",
                violation_error_message="Chỉ lần thẩm định mới cần hai ý kiến độc lập.",
            ),
            models.CheckConstraint(
                condition=Q(report_required=False) | Q(kind__in=course.DECIDING),
                name="report_where_the_council_decides",
                violation_error_message="Chỉ thẩm định và Hội đồng quyết định mới có báo cáo rà soát tính thống nhất.",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(title=""),
                name="stage_has_names",
                violation_error_message="Giai đoạn phải có tên.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} – {self.round}"

    @property
    def is_set(self) -> bool:
        """Whether anybody has given it an hour."""
        return self.opens_at is not None or self.closes_at is not None

    def is_open(self, at: datetime) -> bool:
        """Whether it takes work at `at`. Without any hour only the council's meeting does: it follows the release
        before it, not the clock."""
        if not self.is_set:
            return self.kind == self.Kind.MEETING
        return clock.is_open(self.opens_at, self.closes_at, at)

    def has_begun(self, at: datetime) -> bool:
        """Whether it was open at some time up to `at`."""
        if not self.is_set:
            return self.kind == self.Kind.MEETING
        return self.opens_at is None or self.opens_at <= at

    def closes_for(self, extension: "Extension | None") -> datetime | None:
        return extension.closes_at if extension else self.closes_at


class Extension(models.Model):
    """A later closing for one unit, with its reason."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="extensions", verbose_name="giai đoạn")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="extensions", verbose_name="đơn vị")
    closes_at = models.DateTimeField("gia hạn đến")
    reason = models.TextField("lý do")
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người cho phép")
    granted_at = models.DateTimeField("thời điểm", auto_now_add=True)

    class Meta:
        verbose_name = "gia hạn"
        verbose_name_plural = "gia hạn"
        ordering = ["stage", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "unit"],
                name="one_extension_per_unit",
                violation_error_message="Đơn vị này đã có gia hạn cho giai đoạn; hãy sửa gia hạn đó.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="extension_has_reason", violation_error_message="Phải ghi lý do gia hạn."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.stage.title}"
