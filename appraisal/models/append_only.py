"""Rows that are written once."""

from typing import Any

from django.db import models


class AppendOnly(models.Model):
    """Rows that are written once: neither changed nor removed, each sealed by its entry in the log."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("dòng này chỉ được ghi thêm")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("dòng này không được xóa")
