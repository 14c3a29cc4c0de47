"""Who looked at the consistency report of a block, and what they said of each contradiction."""

from django.db import models
from django.db.models import Q

from criteria.models import Criterion, RoundGroup, Stage
from units.auditlog.models import LogEntry
from units.models import User

from .append_only import AppendOnly
from .reasons import Reason


class Acknowledgement(AppendOnly):
    """The index manager has looked at the consistency report of a block before a stage is released.
    `fingerprint` is of every decision and every submitted score that the report was made of."""

    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="acknowledgements", verbose_name="khối trong kỳ"
    )
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="giai đoạn")
    fingerprint = models.CharField("mã kiểm tra của báo cáo", max_length=64)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người xem")
    at = models.DateTimeField("thời điểm")
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "xác nhận đã rà soát"
        verbose_name_plural = "xác nhận đã rà soát"
        ordering = ["round_group", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round_group", "stage", "fingerprint"], name="report_acknowledged_once")
        ]

    def __str__(self) -> str:
        return f"{self.stage.title} – {self.round_group.group}"


class Justification(AppendOnly):
    """Why one contradiction is right as it is. `digest` is of the contradiction's decisions: when one of
    them changes, the words no longer cover it."""

    acknowledgement = models.ForeignKey(
        Acknowledgement, models.PROTECT, related_name="justifications", verbose_name="xác nhận đã rà soát"
    )
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="tiêu chí")
    reason = models.ForeignKey(Reason, models.PROTECT, related_name="+", verbose_name="lý do")
    digest = models.CharField("mã kiểm tra của các mức trừ", max_length=64)
    words = models.TextField("lý do áp dụng mức trừ khác nhau")

    class Meta:
        verbose_name = "giải thích mức trừ khác nhau"
        verbose_name_plural = "giải thích mức trừ khác nhau"
        ordering = ["acknowledgement", "criterion__position", "reason"]
        constraints = [
            models.UniqueConstraint(
                fields=["acknowledgement", "criterion", "reason"], name="contradiction_justified_once"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="justification_has_words"),
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code}, {self.reason}"
