"""Declared conflicts of interest, and the member's word that there is no other."""

from typing import Any

from django.db import models
from django.db.models import Q

from criteria.models import Round
from units.auditlog.models import LogEntry
from units.models import Unit, User

from .append_only import AppendOnly


class Interest(models.Model):
    """A declared conflict of interest: while it stands, the unit is closed to the member as their own is.
    A withdrawn one stays; declared again it is a new row."""

    member = models.ForeignKey(User, models.PROTECT, related_name="interests", verbose_name="thành viên")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="interests", verbose_name="đơn vị")
    reason = models.TextField("lý do")
    declared_at = models.DateTimeField("khai lúc")
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người khai")
    withdrawn_at = models.DateTimeField("rút lúc", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người rút", null=True, blank=True
    )
    withdrawal_reason = models.TextField("lý do rút", blank=True)
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")
    withdrawal_log = models.ForeignKey(
        LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký khi rút", null=True, blank=True
    )

    class Meta:
        verbose_name = "xung đột lợi ích"
        verbose_name_plural = "xung đột lợi ích"
        ordering = ["member", "declared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "unit"],
                condition=Q(withdrawn_at=None),
                name="one_standing_interest",
                violation_error_message="Xung đột lợi ích này đã được khai.",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="interest_has_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawal_log=None, withdrawal_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal_reason="")),
                name="withdrawn_interest_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} – {self.unit}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("xung đột lợi ích đã khai không được xóa")


class Confirmation(AppendOnly):
    """A member's word, once per round, that they have no other conflict than those that are declared."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="confirmations", verbose_name="kỳ")
    member = models.ForeignKey(User, models.PROTECT, related_name="confirmations", verbose_name="thành viên")
    at = models.DateTimeField("thời điểm")

    class Meta:
        verbose_name = "xác nhận không có xung đột lợi ích khác"
        verbose_name_plural = "xác nhận không có xung đột lợi ích khác"
        ordering = ["round", "member"]
        constraints = [models.UniqueConstraint(fields=["round", "member"], name="confirmed_once_per_round")]

    def __str__(self) -> str:
        return f"{self.member}, {self.round}"
