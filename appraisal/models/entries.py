"""The council's judgement of one cell: the current standing, and the append-only entries it follows from."""

from typing import Any

from django.db import models
from django.db.models import Q

from cchc_index.lib import numbers
from criteria.models import Criterion, RoundGroup, Stage
from selfassess.models import Document
from units.auditlog.models import LogEntry
from units.models import Unit, User

from .reasons import Reason


class Action(models.TextChoices):
    RECOGNISE = "recognise", "công nhận"
    ADJUST = "adjust", "điều chỉnh"
    AGREE = "agree", "đơn vị đồng ý"
    DISAGREE = "disagree", "đơn vị không đồng ý"
    UNDO = "undo", "hoàn tác"


class Appraisal(models.Model):
    """The current standing of one leaf of one unit: what the last council entry that counts says. When the
    only ones were taken back the row stays, says "undo" and has no points: no decision, as if it were absent."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="appraisals", verbose_name="khối trong kỳ")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="appraisals", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="appraisals", verbose_name="tiêu chí")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="giai đoạn")
    action = models.CharField("kết quả", max_length=20, choices=Action)
    points = models.DecimalField("điểm thẩm định", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    version = models.PositiveIntegerField("phiên bản", default=1)
    updated_at = models.DateTimeField("thời điểm")

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
                condition=Q(action="undo", not_applicable=False, points=None)
                | ~Q(action="undo")
                & (Q(not_applicable=True, points=None) | Q(not_applicable=False, points__isnull=False, points__gte=0)),
                name="standing_has_points_or_na",
                violation_error_message="Kết quả thẩm định phải có điểm, hoặc là không áp dụng.",
            ),
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.unit}"

    @property
    def is_decided(self) -> bool:
        """False where every decision was taken back."""
        return self.action != Action.UNDO

    @property
    def value(self) -> str:
        """What stands, in the words of a sentence."""
        if not self.is_decided:
            return "chờ thẩm định"
        return "không áp dụng" if self.not_applicable else f"{numbers.vn(self.points)} điểm"


class AppraisalEntry(models.Model):
    """Append-only: one movement of one point. The standing equals the last council entry that counts; an
    undo says of an earlier one that it no longer does. `stage_kind` is the stage's kind, kept beside it so that
    the database can check what belongs to it; the ledger proves that the two agree."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="entries", verbose_name="kết quả thẩm định")
    sequence = models.PositiveIntegerField("lần")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="giai đoạn")
    stage_kind = models.CharField("loại giai đoạn", max_length=20, choices=Stage.Kind)
    action = models.CharField("thao tác", max_length=20, choices=Action)
    points = models.DecimalField("điểm", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    reason = models.ForeignKey(
        Reason, models.PROTECT, related_name="entries", verbose_name="lý do", null=True, blank=True
    )
    comment = models.TextField("nội dung", blank=True)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người thực hiện", null=True)
    at = models.DateTimeField("thời điểm")
    documents = models.ManyToManyField(Document, related_name="appraisal_entries", verbose_name="tài liệu", blank=True)
    undoes = models.OneToOneField(
        "self", models.PROTECT, related_name="undone_by", verbose_name="hoàn tác bước", null=True, blank=True
    )
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "bước thẩm định"
        verbose_name_plural = "bước thẩm định"
        ordering = ["appraisal", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "sequence"], name="entry_sequence_once"),
            models.CheckConstraint(
                condition=~Q(action="adjust") | ~Q(comment="") | Q(stage_kind="archive"),
                name="adjustment_has_words",
                violation_error_message="Điều chỉnh phải có nội dung nêu căn cứ.",
            ),
            models.CheckConstraint(
                condition=~Q(action="adjust") | Q(reason__isnull=False) | Q(stage_kind="archive"),
                name="adjustment_has_reason",
                violation_error_message="Điều chỉnh phải chọn lý do trong thư viện.",
            ),
            models.CheckConstraint(
                condition=~Q(action="disagree") | ~Q(comment=""),
                name="disagreement_has_words",
                violation_error_message="Không đồng ý phải kèm giải trình.",
            ),
            models.CheckConstraint(
                condition=Q(action__in=["agree", "disagree"], stage_kind="reply", points=None, undoes=None)
                | Q(action__in=["recognise", "adjust"], stage_kind__in=["appraisal", "meeting", "archive"], undoes=None)
                | Q(action="undo", points=None, not_applicable=False, undoes__isnull=False)
                & Q(stage_kind__in=["appraisal", "meeting"]),
                name="stage_fits_action",
                violation_error_message="Việc này không thuộc giai đoạn đó.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal}: {self.get_action_display()}, lần {self.sequence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("bước thẩm định chỉ được ghi thêm")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("bước thẩm định không được xóa")
