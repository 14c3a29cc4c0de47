"""The stages of the council's year, and their release to the units."""

from django.db import models

from criteria.models import RoundGroup
from units.models import User


class Stage(models.TextChoices):
    """In the order of the year. `IMPORT` stands for archives handed over as finished scores."""

    ROUND1 = "round1", "Thẩm định lần 1"
    EXPLANATION = "explanation", "Giải trình"
    ROUND2 = "round2", "Thẩm định lần 2"
    FINAL = "final", "Hội đồng quyết định"
    IMPORT = "import", "Nhập từ hồ sơ lưu"


class Release(models.Model):
    """A stage made visible to the units of a block. Before this row nothing of the stage leaks."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="releases", verbose_name="khối trong kỳ")
    stage = models.CharField("giai đoạn", max_length=20, choices=Stage)
    released_at = models.DateTimeField("công bố cho đơn vị lúc")
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người công bố", null=True)

    class Meta:
        verbose_name = "công bố giai đoạn"
        verbose_name_plural = "công bố giai đoạn"
        ordering = ["round_group", "released_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "stage"],
                name="stage_released_once",
                violation_error_message="Giai đoạn này đã công bố cho đơn vị.",
            )
        ]
