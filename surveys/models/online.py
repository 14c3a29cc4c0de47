"""Ballots in the app: links that are spent once, and the sealed box (docs/anonymity.md). No hour stands in either row,
and neither row names the other."""

from django.db import models
from django.db.models import Q

from units.models import Unit

from .records import RespondentGroup


class BallotLink(models.Model):
    """A one-time link, known by its digest alone."""

    digest = models.CharField("mã kiểm tra liên kết (SHA-256)", max_length=64, primary_key=True)
    respondent_group = models.ForeignKey(
        RespondentGroup, models.PROTECT, related_name="links", verbose_name="nhóm đối tượng"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    # Sealed under the link's own token.
    draft = models.BinaryField("câu trả lời đang dở", default=b"", blank=True)
    spent = models.BooleanField("đã dùng", default=False)

    class Meta:
        verbose_name = "liên kết trả lời"
        verbose_name_plural = "liên kết trả lời"
        constraints = [
            models.CheckConstraint(
                condition=Q(spent=False) | Q(draft=b""),
                name="spent_link_keeps_no_draft",
                violation_error_message="Liên kết đã dùng không giữ câu trả lời.",
            )
        ]

    def __str__(self) -> str:
        return f"Liên kết của {self.respondent_group}, {self.unit}"


class SealedBallot(models.Model):
    """A ballot in the box, which opens as a whole."""

    key = models.CharField("khóa ngẫu nhiên", max_length=32, primary_key=True)
    respondent_group = models.ForeignKey(
        RespondentGroup, models.PROTECT, related_name="sealed_ballots", verbose_name="nhóm đối tượng"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    sealed = models.BinaryField("phiếu niêm phong")

    class Meta:
        verbose_name = "phiếu trong hòm"
        verbose_name_plural = "phiếu trong hòm"

    def __str__(self) -> str:
        return f"Phiếu trong hòm, {self.respondent_group}, {self.unit}"
