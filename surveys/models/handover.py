"""The table of the survey's points as the institute signs it and Sở Nội vụ receives it."""

from django.db import models
from django.db.models import F, Q

from criteria.models import RoundGroup
from units.models import User


class TableSignature(models.Model):
    """One signature under the table of a block. The newest counts; the row stays, whatever became of it."""

    class State(models.TextChoices):
        SIGNED = "signed", "chờ Sở Nội vụ tiếp nhận"
        RECEIVED = "received", "Sở Nội vụ đã tiếp nhận"
        RETURNED = "returned", "Sở Nội vụ đã trả lại"
        REPLACED = "replaced", "được thay bằng bản ký sau"

    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="table_signatures", verbose_name="khối trong kỳ"
    )
    # [unit, criterion, points as exact text or null, not applicable, ballots or null] by unit and criterion.
    table = models.JSONField("bảng điểm khi ký")
    digest = models.CharField("mã kiểm tra bảng điểm (SHA-256)", max_length=64)
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.SIGNED)
    signed_at = models.DateTimeField("ký lúc")
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người ký")
    decided_at = models.DateTimeField("xử lý lúc", null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người xử lý", null=True)
    reason = models.TextField("lý do trả lại", blank=True)

    class Meta:
        verbose_name = "chữ ký bảng điểm ĐTXHH"
        verbose_name_plural = "chữ ký bảng điểm ĐTXHH"
        ordering = ["-signed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group"],
                condition=Q(state="signed"),
                name="one_table_waits_in_a_block",
                violation_error_message="Khối này đã có bảng điểm chờ tiếp nhận.",
            ),
            models.CheckConstraint(
                condition=Q(state="replaced") | Q(decided_by=None) | ~Q(decided_by=F("signed_by")),
                name="two_people_hand_a_table_over",
                violation_error_message="Người tiếp nhận phải khác người ký.",
            ),
            models.CheckConstraint(
                condition=Q(state="signed", decided_at=None, decided_by=None)
                | (~Q(state="signed") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="decided_table_says_who",
                violation_error_message="Bảng điểm đã xử lý phải có người và thời điểm xử lý.",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""),
                name="returned_table_has_reason",
                violation_error_message="Trả lại bảng điểm phải có lý do.",
            ),
        ]

    def __str__(self) -> str:
        return f"Bảng điểm ĐTXHH, {self.round_group}"
