"""The log: its entries and the end of their chain."""

from typing import Any

from django.apps import apps
from django.db import models

from units.models import Unit, User


class LogEntry(models.Model):
    """Append-only: who did what to which object, from what to what, when, from where, why.

    `digest` is keyed over the entry and the previous digest (units/auditlog/digests.py), so that an edited,
    removed or re-ordered row is found by `check_ledger`.
    """

    number = models.PositiveBigIntegerField("số thứ tự", unique=True)
    at = models.DateTimeField("thời điểm")
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người thực hiện", null=True)
    actor_name = models.CharField("người thực hiện", max_length=200)
    verb = models.CharField("thao tác", max_length=60, db_index=True)
    object_type = models.CharField("loại đối tượng", max_length=60)
    object_id = models.CharField("mã đối tượng", max_length=60)
    object_label = models.CharField("đối tượng", max_length=250)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị", null=True)
    before = models.JSONField("trước", null=True)
    after = models.JSONField("sau", null=True)
    reason = models.TextField("lý do", blank=True)
    address = models.CharField("địa chỉ", max_length=60, blank=True)
    digest = models.CharField("mã kiểm tra", max_length=64)

    class Meta:
        verbose_name = "mục nhật ký"
        verbose_name_plural = "nhật ký hệ thống"
        ordering = ["number"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="log_object")]

    def __str__(self) -> str:
        return f"Mục {self.number}: {self.thing}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("nhật ký chỉ được ghi thêm")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("nhật ký không được xóa")

    @property
    def thing(self) -> str:
        """What the entry is about; one of before its model had a name says kind and key."""
        if " object (" not in self.object_label:
            return self.object_label
        return f"{apps.get_model(self.object_type)._meta.verbose_name} số {self.object_id}"


class LogHead(models.Model):
    """The end of the chain: one row, locked by every writer, so the chain cannot fork."""

    id = models.PositiveSmallIntegerField("mã", primary_key=True, default=1)
    count = models.PositiveBigIntegerField("số mục", default=0)
    digest = models.CharField("mã kiểm tra cuối", max_length=64, blank=True)
    seal = models.CharField("mã kiểm tra của đầu nhật ký", max_length=64, blank=True)

    class Meta:
        verbose_name = "đầu nhật ký"
        verbose_name_plural = "đầu nhật ký"

    def __str__(self) -> str:
        return f"Đầu nhật ký: {self.count} mục"
