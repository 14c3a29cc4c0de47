"""The release of a stage to the units."""

from django.db import models

from criteria.models import RoundGroup, Stage
from units.models import User


class Release(models.Model):
    """A stage made visible to the units of a block. Before this row nothing of the stage leaks."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="releases", verbose_name="khối trong kỳ")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="giai đoạn")
    released_at = models.DateTimeField("thông báo cho đơn vị lúc")
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người thông báo", null=True)

    class Meta:
        verbose_name = "thông báo kết quả thẩm định"
        verbose_name_plural = "thông báo kết quả thẩm định"
        ordering = ["round_group", "released_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "stage"],
                name="stage_released_once",
                violation_error_message="Kết quả của giai đoạn này đã được thông báo cho đơn vị.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage.title} – {self.round_group.group}"
