"""A unit's answers on their way: what its people prepare, and the receipt of what its head sent."""

from django.db import models
from django.db.models import Q

from criteria.models import RoundGroup, Stage
from selfassess.models import Document
from units.auditlog.models import LogEntry
from units.models import Unit, User

from .append_only import AppendOnly


class ReplyDraft(models.Model):
    """The answer to one adjustment as the unit prepares it. The council reads nothing of it before it is sent."""

    class Answer(models.TextChoices):
        AGREE = "agree", "đồng ý"
        DISAGREE = "disagree", "không đồng ý"

    appraisal = models.OneToOneField(
        "appraisal.Appraisal", models.PROTECT, related_name="reply_draft", verbose_name="kết quả thẩm định"
    )
    answer = models.CharField("ý kiến", max_length=20, choices=Answer, blank=True)
    comment = models.TextField("giải trình", blank=True)
    documents = models.ManyToManyField(Document, related_name="reply_drafts", verbose_name="tài liệu", blank=True)
    version = models.PositiveIntegerField("phiên bản", default=0)
    updated_at = models.DateTimeField("sửa lúc")
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người sửa")
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "dự thảo giải trình"
        verbose_name_plural = "dự thảo giải trình"
        ordering = ["appraisal"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=["", "agree", "disagree"]),
                name="draft_agrees_or_not",
                violation_error_message="Ý kiến phải là đồng ý, không đồng ý hoặc để trống.",
            )
        ]

    def __str__(self) -> str:
        return f"Dự thảo giải trình, bản {self.version}"

    @property
    def is_whole(self) -> bool:
        """Whether it can be sent: an answer, and words where it disagrees."""
        return bool(self.answer) and (self.answer == self.Answer.AGREE or bool(self.comment.strip()))


class ReplyReceipt(AppendOnly):
    """The head sent some answers. The digest certifies them; a later sending has a receipt of its own."""

    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="reply_receipts", verbose_name="khối trong kỳ"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reply_receipts", verbose_name="đơn vị")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="giai đoạn")
    number = models.CharField("số biên nhận", max_length=60, unique=True)
    digest = models.CharField("mã kiểm tra", max_length=64)
    sent_at = models.DateTimeField("gửi lúc")
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người gửi")
    entries = models.ManyToManyField("appraisal.AppraisalEntry", related_name="receipts", verbose_name="ý kiến đã gửi")
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "biên nhận giải trình"
        verbose_name_plural = "biên nhận giải trình"
        ordering = ["round_group", "unit", "sent_at"]

    def __str__(self) -> str:
        return self.number
