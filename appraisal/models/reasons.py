"""The library of reasons for an adjustment."""

from django.db import models


class Reason(models.Model):
    """The library of reasons for an adjustment."""

    code = models.SlugField("mã", max_length=40, unique=True)
    text = models.CharField("lý do", max_length=250)
    active = models.BooleanField("đang sử dụng", default=True)

    class Meta:
        verbose_name = "lý do điều chỉnh"
        verbose_name_plural = "lý do điều chỉnh"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.text
