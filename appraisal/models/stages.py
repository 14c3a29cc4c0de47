"""The release of a stage to the units."""

from django.db import models

from criteria.models import RoundGroup, Stage
from units.models import User


class Release(models.Model):
    """A stage made visible to the units of a block. Before this row nothing of the stage leaks."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="releases", verbose_name="khối trong kỳ")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="giai đoạn")
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
