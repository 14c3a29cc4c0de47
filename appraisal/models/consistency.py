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
    fingerprint = models.CharField("dấu của báo cáo", max_length=64)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người xem")
    at = models.DateTimeField("lúc")
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "ghi nhận báo cáo nhất quán"
        verbose_name_plural = "ghi nhận báo cáo nhất quán"
        ordering = ["round_group", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round_group", "stage", "fingerprint"], name="report_acknowledged_once")
        ]


class Justification(AppendOnly):
    """Why one contradiction is right as it is. `digest` is of the contradiction's decisions: when one of
    them changes, the words no longer cover it."""

    acknowledgement = models.ForeignKey(
        Acknowledgement, models.PROTECT, related_name="justifications", verbose_name="ghi nhận"
    )
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="tiêu chí")
    reason = models.ForeignKey(Reason, models.PROTECT, related_name="+", verbose_name="lý do")
    digest = models.CharField("dấu của các mức trừ", max_length=64)
    words = models.TextField("vì sao khác nhau là đúng")

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
