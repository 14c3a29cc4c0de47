"""The council's judgement: assignments, standings, append-only entries, released stages."""

from typing import Any

from django.db import models
from django.db.models import Q

from criteria.models import Criterion, RoundGroup
from selfassess.models import Document
from units.models import LogEntry, Unit, User


class Reason(models.Model):
    """The library of reasons for an adjustment."""

    code = models.SlugField("mã", max_length=40, unique=True)
    text = models.CharField("lý do", max_length=250)
    active = models.BooleanField("còn dùng", default=True)

    class Meta:
        verbose_name = "lý do điều chỉnh"
        verbose_name_plural = "lý do điều chỉnh"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.text


class Assignment(models.Model):
    """What a member appraises: a branch of the tree (none: the whole) for units (none: all)."""

    round_group = models.ForeignKey(
        RoundGroup, models.CASCADE, related_name="assignments", verbose_name="khối trong kỳ"
    )
    member = models.ForeignKey(User, models.PROTECT, related_name="assignments", verbose_name="thành viên")
    branch = models.ForeignKey(
        Criterion, models.CASCADE, related_name="assignments", verbose_name="nhánh tiêu chí", null=True, blank=True
    )
    units = models.ManyToManyField(Unit, related_name="assignments", verbose_name="đơn vị", blank=True)

    class Meta:
        verbose_name = "phân công"
        verbose_name_plural = "phân công"
        ordering = ["round_group", "member"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "member", "branch"],
                name="one_assignment_per_branch",
                violation_error_message="Thành viên đã được phân công nhánh này.",
            ),
            models.UniqueConstraint(
                fields=["round_group", "member"],
                condition=Q(branch=None),
                name="one_assignment_of_the_whole_tree",
                violation_error_message="Thành viên đã được phân công toàn bộ cây tiêu chí.",
            ),
        ]


class Stage(models.TextChoices):
    """In the order of the year. `IMPORT` stands for archives handed over as finished scores."""

    ROUND1 = "round1", "Thẩm định lần 1"
    EXPLANATION = "explanation", "Giải trình"
    ROUND2 = "round2", "Thẩm định lần 2"
    FINAL = "final", "Hội đồng quyết định"
    IMPORT = "import", "Nhập từ hồ sơ lưu"


class Action(models.TextChoices):
    RECOGNISE = "recognise", "công nhận"
    ADJUST = "adjust", "điều chỉnh"
    AGREE = "agree", "đơn vị đồng ý"
    DISAGREE = "disagree", "đơn vị không đồng ý"


class Release(models.Model):
    """A stage made visible to the units of a block. Before this row nothing of the stage leaks."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="releases", verbose_name="khối trong kỳ")
    stage = models.CharField("giai đoạn", max_length=20, choices=Stage)
    released_at = models.DateTimeField("công bố cho đơn vị lúc")
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người công bố", null=True)

    class Meta:
        verbose_name = "công bố giai đoạn"
        verbose_name_plural = "công bố giai đoạn"
        ordering = ["round_group", "released_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "stage"],
                name="stage_released_once",
                violation_error_message="Giai đoạn này đã công bố cho đơn vị.",
            )
        ]


class Appraisal(models.Model):
    """The current standing of one leaf of one unit: what the last council entry says."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="appraisals", verbose_name="khối trong kỳ")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="appraisals", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="appraisals", verbose_name="tiêu chí")
    stage = models.CharField("giai đoạn", max_length=20, choices=Stage)
    action = models.CharField("kết quả", max_length=20, choices=Action)
    points = models.DecimalField("điểm thẩm định", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    version = models.PositiveIntegerField("phiên bản", default=1)
    updated_at = models.DateTimeField("lúc")

    class Meta:
        verbose_name = "kết quả thẩm định"
        verbose_name_plural = "kết quả thẩm định"
        ordering = ["round_group", "unit", "criterion__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "unit", "criterion"],
                name="one_standing_per_unit_and_criterion",
                violation_error_message="Tiêu chí này của đơn vị đã có kết quả thẩm định.",
            ),
            models.CheckConstraint(
                condition=Q(not_applicable=True, points=None) | Q(not_applicable=False, points__gte=0),
                name="standing_has_points_or_na",
                violation_error_message="Kết quả thẩm định phải có điểm, hoặc là không áp dụng.",
            ),
        ]


class AppraisalEntry(models.Model):
    """Append-only: one movement of one point. The standing equals the last council entry."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="entries", verbose_name="kết quả thẩm định")
    sequence = models.PositiveIntegerField("lần")
    stage = models.CharField("giai đoạn", max_length=20, choices=Stage)
    action = models.CharField("việc", max_length=20, choices=Action)
    points = models.DecimalField("điểm", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    reason = models.ForeignKey(
        Reason, models.PROTECT, related_name="entries", verbose_name="lý do", null=True, blank=True
    )
    comment = models.TextField("nội dung", blank=True)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người làm", null=True)
    at = models.DateTimeField("lúc")
    documents = models.ManyToManyField(Document, related_name="appraisal_entries", verbose_name="tài liệu", blank=True)
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "bước thẩm định"
        verbose_name_plural = "bước thẩm định"
        ordering = ["appraisal", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "sequence"], name="entry_sequence_once"),
            models.CheckConstraint(
                condition=~Q(action="adjust") | ~Q(comment="") | Q(stage="import"),
                name="adjustment_has_words",
                violation_error_message="Điều chỉnh phải có lý do bằng lời.",
            ),
            models.CheckConstraint(
                condition=~Q(action="adjust") | Q(reason__isnull=False) | Q(stage="import"),
                name="adjustment_has_reason",
                violation_error_message="Điều chỉnh phải chọn lý do trong thư viện.",
            ),
            models.CheckConstraint(
                condition=~Q(action="disagree") | ~Q(comment=""),
                name="disagreement_has_words",
                violation_error_message="Không đồng ý phải kèm giải trình.",
            ),
            models.CheckConstraint(
                condition=Q(action__in=["agree", "disagree"], stage="explanation", points=None)
                | Q(action__in=["recognise", "adjust"]) & ~Q(stage="explanation"),
                name="stage_fits_action",
                violation_error_message="Việc này không thuộc giai đoạn đó.",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("bước thẩm định chỉ được ghi thêm")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("bước thẩm định không được xóa")
