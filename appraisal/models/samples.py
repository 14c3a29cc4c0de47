"""A random sample of cells that were recognised in bulk, and what another member finds there."""

from django.db import models
from django.db.models import Q

from criteria.models import Criterion, RoundGroup
from units.models import Unit, User

from .entries import AppraisalEntry


class Sample(models.Model):
    """A sample as it was drawn: the same share and seed over the same cells give the same sample."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="samples", verbose_name="khối trong kỳ")
    share = models.PositiveSmallIntegerField("tỷ lệ (%)")
    seed = models.PositiveIntegerField("số gốc ngẫu nhiên")
    population = models.PositiveIntegerField("số lượt tiêu chí công nhận hàng loạt")
    drawn_at = models.DateTimeField("rút lúc")
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người rút")

    class Meta:
        verbose_name = "mẫu thẩm định lại"
        verbose_name_plural = "mẫu thẩm định lại"
        ordering = ["round_group", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gte=1, share__lte=100),
                name="sample_share_known",
                violation_error_message="Tỷ lệ phải từ 1 đến 100%.",
            )
        ]

    def __str__(self) -> str:
        return f"Mẫu {self.share}% của {self.round_group}"


class SampledCell(models.Model):
    """One cell of a sample: the recognition that was drawn, who judges it again, and what they find."""

    class Finding(models.TextChoices):
        SAME = "same", "thống nhất với kết quả đã công nhận"
        OTHER = "other", "khác kết quả đã công nhận"

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="cells", verbose_name="mẫu")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sampled", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="sampled", verbose_name="tiêu chí")
    entry = models.ForeignKey(AppraisalEntry, models.PROTECT, related_name="sampled", verbose_name="bước công nhận")
    member = models.ForeignKey(User, models.PROTECT, related_name="sampled", verbose_name="thành viên xem lại")
    result = models.CharField("kết quả", max_length=20, choices=Finding, blank=True)
    points = models.DecimalField("điểm đề nghị", max_digits=9, decimal_places=4, null=True, blank=True)
    words = models.TextField("căn cứ", blank=True)
    judged_at = models.DateTimeField("thời điểm", null=True)

    class Meta:
        verbose_name = "lượt thẩm định lại"
        verbose_name_plural = "lượt thẩm định lại"
        ordering = ["sample", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "unit", "criterion"], name="sampled_once"),
            models.CheckConstraint(
                condition=Q(result="", judged_at=None)
                | Q(result="same", judged_at__isnull=False)
                | (Q(result="other", judged_at__isnull=False) & ~Q(words="")),
                name="other_finding_has_words",
            ),
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.unit}"
