"""Codes on paper for those without mail."""

from django.db import models

from units.models import User


class SetupCode(models.Model):
    """A code that lets its owner set a password, once, until it ends. The code stands on the printed sheet alone;
    here lies a keyed digest."""

    user = models.OneToOneField(User, models.CASCADE, related_name="setup_code", verbose_name="người dùng")
    digest = models.CharField("mã kiểm tra", max_length=64)
    made_at = models.DateTimeField("in lúc")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người in")
    ends_at = models.DateTimeField("hết hạn lúc")
    used_at = models.DateTimeField("dùng lúc", null=True)

    class Meta:
        verbose_name = "mã đặt mật khẩu"
        verbose_name_plural = "mã đặt mật khẩu"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(made_by=models.F("user")),
                name="no_code_for_oneself",
                violation_error_message="Không ai in mã đặt mật khẩu cho chính mình.",
            ),
        ]

    def __str__(self) -> str:
        return f"Mã đặt mật khẩu của {self.user}"
