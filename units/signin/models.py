"""Wrong passwords, counted where every process sees them."""

from django.db import models


class WrongGuess(models.Model):
    """A password that did not open an account, or one that is being looked at. `name` is what was typed, in lower case,
    whether an account bears it or not. `device` marks a device that has opened this account before, or the account
    itself where its owner is signed in; "" for everybody else. Kept for a day."""

    name = models.CharField("tên đăng nhập", max_length=150)
    address = models.GenericIPAddressField("địa chỉ")
    device = models.CharField("thiết bị đã dùng", max_length=40, blank=True)
    at = models.DateTimeField("thời điểm")

    class Meta:
        verbose_name = "lần gõ sai mật khẩu"
        verbose_name_plural = "lần gõ sai mật khẩu"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["name", "at"], name="guess_name"),
            models.Index(fields=["address", "at"], name="guess_address"),
        ]

    def __str__(self) -> str:
        return f"{self.name} từ {self.address}"
