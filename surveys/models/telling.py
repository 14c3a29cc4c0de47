"""What has been told of a survey whose plan protects small cells. No hour stands in a row."""

from django.db import models

from criteria.models import Criterion
from units.models import Unit

from .records import RespondentGroup


class ToldTally(models.Model):
    """Answers of a cell as they were told at some time; the row stays, for whoever read them may compare."""

    respondent_group = models.ForeignKey(
        RespondentGroup, models.CASCADE, related_name="told_tallies", verbose_name="nhóm"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="tiêu chí")
    version = models.PositiveSmallIntegerField("lần nêu")
    counts = models.JSONField("số phiếu theo mức", default=dict)

    class Meta:
        verbose_name = "kết quả đã nêu"
        verbose_name_plural = "kết quả đã nêu"
        constraints = [
            models.UniqueConstraint(
                fields=["respondent_group", "unit", "criterion", "version"],
                name="told_once_in_a_version",
                violation_error_message="Lần nêu này của tiêu chí đã có.",
            )
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.unit}, lần nêu {self.version}"
