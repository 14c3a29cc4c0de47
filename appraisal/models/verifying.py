"""The agency that verifies a criterion before the members judge it, and what it finds."""

from django.db import models
from django.db.models import Q

from criteria.models import Criterion, RoundGroup
from units.auditlog.models import LogEntry
from units.models import Unit, User

from .append_only import AppendOnly


class VerifyingAgency(models.Model):
    """Which agency verifies a leaf of a block."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="verifying", verbose_name="khối trong kỳ")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="verifying", verbose_name="tiêu chí")
    agency = models.ForeignKey(Unit, models.PROTECT, related_name="verifying", verbose_name="cơ quan kiểm chứng")
    active = models.BooleanField("đang giao", default=True)

    class Meta:
        verbose_name = "cơ quan kiểm chứng tiêu chí"
        verbose_name_plural = "cơ quan kiểm chứng tiêu chí"
        ordering = ["round_group", "criterion__position"]
        constraints = [models.UniqueConstraint(fields=["round_group", "criterion"], name="one_verifying_agency")]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.agency}"


class VerifyingOpinion(AppendOnly):
    """What the agency finds at one unit; the newest counts. No point moves by it."""

    verifying = models.ForeignKey(
        VerifyingAgency, models.PROTECT, related_name="opinions", verbose_name="cơ quan kiểm chứng"
    )
    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="verified", verbose_name="đơn vị")
    points = models.DecimalField("điểm đề nghị", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    words = models.TextField("nhận xét")
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người ghi")
    at = models.DateTimeField("thời điểm")
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "ý kiến kiểm chứng"
        verbose_name_plural = "ý kiến kiểm chứng"
        ordering = ["verifying", "unit", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(not_applicable=True, points=None) | Q(not_applicable=False, points__gte=0),
                name="verifying_opinion_has_points_or_na",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="verifying_opinion_has_words"),
        ]

    def __str__(self) -> str:
        return f"Ý kiến của {self.agency} về {self.unit}"
