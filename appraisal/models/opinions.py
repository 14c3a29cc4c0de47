"""Leaves that two members judge without seeing each other's opinion, and those opinions."""

from django.db import models
from django.db.models import Q

from criteria.models import Criterion, RoundGroup, Stage
from units.auditlog.models import LogEntry
from units.models import Unit, User

from .append_only import AppendOnly
from .reasons import Reason


class BlindCriterion(models.Model):
    """A leaf that two members judge without seeing each other's opinion, and by how many points they may
    differ."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="blind", verbose_name="khối trong kỳ")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="blind", verbose_name="tiêu chí")
    tolerance = models.DecimalField("chênh lệch cho phép", max_digits=9, decimal_places=4)
    marked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người chọn")
    marked_at = models.DateTimeField("chọn lúc")

    class Meta:
        verbose_name = "tiêu chí cần hai ý kiến"
        verbose_name_plural = "tiêu chí cần hai ý kiến"
        ordering = ["round_group", "criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["round_group", "criterion"], name="blind_criterion_once"),
            models.CheckConstraint(condition=Q(tolerance__gte=0), name="blind_tolerance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.round_group.group}"


class Opinion(AppendOnly):
    """One member's blind opinion on one cell. Seats 1 and 2 are the opinions in the order they came, 3 the
    third decision. A set is what was given on the same standing and the same version of the unit's score."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="opinions", verbose_name="khối trong kỳ")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="opinions", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="opinions", verbose_name="tiêu chí")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="giai đoạn")
    standing_version = models.PositiveIntegerField("phiên bản kết quả")
    score_version = models.PositiveIntegerField("phiên bản điểm tự đánh giá")
    seat = models.PositiveSmallIntegerField("thứ tự")
    tolerance = models.DecimalField("chênh lệch cho phép", max_digits=9, decimal_places=4)
    member = models.ForeignKey(User, models.PROTECT, related_name="opinions", verbose_name="thành viên")
    points = models.DecimalField("điểm", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    reason = models.ForeignKey(
        Reason, models.PROTECT, related_name="opinions", verbose_name="lý do", null=True, blank=True
    )
    comment = models.TextField("nội dung", blank=True)
    at = models.DateTimeField("thời điểm")
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "ý kiến độc lập"
        verbose_name_plural = "ý kiến độc lập"
        ordering = ["round_group", "unit", "criterion", "standing_version", "seat"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "round_group",
                    "unit",
                    "criterion",
                    "stage",
                    "standing_version",
                    "score_version",
                    "seat",
                ],
                name="one_opinion_per_seat",
            ),
            models.UniqueConstraint(
                fields=[
                    "round_group",
                    "unit",
                    "criterion",
                    "stage",
                    "standing_version",
                    "score_version",
                    "member",
                ],
                name="one_opinion_per_member",
            ),
            models.CheckConstraint(condition=Q(seat__gte=1, seat__lte=3), name="opinion_seat_known"),
            models.CheckConstraint(
                condition=Q(not_applicable=True, points=None) | Q(not_applicable=False, points__gte=0),
                name="opinion_has_points_or_na",
            ),
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.unit}, ý kiến {self.seat}"
