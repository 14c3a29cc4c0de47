"""Who appraises what."""

from django.db import models
from django.db.models import Q

from criteria.models import Criterion, RoundGroup
from units.models import Unit, User


class Assignment(models.Model):
    """What a member appraises: a branch of the tree (none: the whole) for units (none: all)."""

    round_group = models.ForeignKey(
        RoundGroup, models.CASCADE, related_name="assignments", verbose_name="khối trong kỳ"
    )
    member = models.ForeignKey(User, models.PROTECT, related_name="assignments", verbose_name="thành viên")
    branch = models.ForeignKey(
        Criterion,
        models.CASCADE,
        related_name="assignments",
        verbose_name="lĩnh vực hoặc tiêu chí",
        null=True,
        blank=True,
    )
    units = models.ManyToManyField(Unit, related_name="assignments", verbose_name="đơn vị", blank=True)

    class Meta:
        verbose_name = "phân công"
        verbose_name_plural = "phân công"
        ordering = ["round_group", "member"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "member", "branch"],
                name="one_assignment_per_branch",
                violation_error_message="Thành viên đã được phân công lĩnh vực hoặc tiêu chí này.",
            ),
            models.UniqueConstraint(
                fields=["round_group", "member"],
                condition=Q(branch=None),
                name="one_assignment_of_the_whole_tree",
                violation_error_message="Thành viên đã được phân công toàn bộ tiêu chí.",
            ),
        ]

    def __str__(self) -> str:
        part = f"tiêu chí {self.branch.code}" if self.branch else "toàn bộ tiêu chí"
        return f"{self.member}, {part} – {self.round_group.group}"
