"""How many people a respondent group has at a unit: the plan's data for points beside the official ones."""

from django.db import models
from django.db.models import Q

from units.models import Unit

from .records import RespondentGroup


class GroupPeople(models.Model):
    """People whom the answers of a group stand for at one unit. No row: the plan does not say."""

    respondent_group = models.ForeignKey(
        RespondentGroup, models.CASCADE, related_name="people", verbose_name="nhóm đối tượng"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    people = models.PositiveIntegerField("số người")

    class Meta:
        verbose_name = "số người của nhóm"
        verbose_name_plural = "số người của nhóm"
        ordering = ["respondent_group", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["respondent_group", "unit"],
                name="people_once_per_unit",
                violation_error_message="Đơn vị này đã có số người trong nhóm.",
            ),
            models.CheckConstraint(
                condition=Q(people__lte=20_000_000),
                name="people_of_a_group_within_reason",
                violation_error_message="Số người quá lớn: kiểm tra lại.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.respondent_group}, {self.unit}: {self.people}"
