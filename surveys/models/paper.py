"""Ballots on paper: bundles, what two people type of each, what a third one settles (docs/anonymity.md). No hour stands
in any row."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from units.models import Unit, User

from .records import ImportBatch, RespondentGroup

MOST_BALLOTS = 200


class PaperBundle(models.Model):
    """Ballots of one respondent group for one unit, held together by a paper cover with the bundle's number."""

    respondent_group = models.ForeignKey(
        RespondentGroup, models.PROTECT, related_name="bundles", verbose_name="nhóm đối tượng"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    ballots = models.PositiveSmallIntegerField(
        "số phiếu", validators=[MinValueValidator(1), MaxValueValidator(MOST_BALLOTS)]
    )
    coded = models.BooleanField("phiếu có mã in sẵn", default=True)
    first_typist = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="lượt nhập thứ nhất")
    second_typist = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="lượt nhập thứ hai")
    first_sent = models.BooleanField("người thứ nhất đã gửi", default=False)
    second_sent = models.BooleanField("người thứ hai đã gửi", default=False)
    batch = models.ForeignKey(
        ImportBatch, models.SET_NULL, related_name="bundles", verbose_name="lần nhập", null=True, blank=True
    )
    # How far the two typings were apart: kept when the typed rows go.
    counts = models.JSONField("kết quả đối chiếu", default=dict, blank=True)

    class Meta:
        verbose_name = "tập phiếu giấy"
        verbose_name_plural = "tập phiếu giấy"
        ordering = ["respondent_group", "unit", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(first_typist=F("second_typist")),
                name="two_people_type_a_bundle",
                violation_error_message="Hai lượt nhập của một tập phiếu phải do hai người khác nhau nhận.",
            ),
            models.CheckConstraint(
                condition=Q(ballots__gte=1, ballots__lte=MOST_BALLOTS),
                name="bundle_has_ballots",
                violation_error_message=f"Một tập có từ 1 đến {MOST_BALLOTS} phiếu.",
            ),
            models.CheckConstraint(
                condition=Q(batch=None) | Q(first_sent=True, second_sent=True),
                name="bundle_is_typed_twice_before_it_goes_in",
                violation_error_message="Tập phiếu phải được nhập hai lần trước khi lập lần nhập.",
            ),
        ]

    def __str__(self) -> str:
        return f"Tập phiếu số {self.pk}"


class TypedBallot(models.Model):
    """What one person typed of one ballot, or what was settled where the two differ. Goes when its batch is in."""

    class Typing(models.IntegerChoices):
        FIRST = 1, "lượt nhập thứ nhất"
        SECOND = 2, "lượt nhập thứ hai"
        SETTLED = 3, "đã thống nhất"

    bundle = models.ForeignKey(PaperBundle, models.CASCADE, related_name="typed", verbose_name="tập phiếu")
    typing = models.PositiveSmallIntegerField("lượt nhập", choices=Typing)
    position = models.PositiveSmallIntegerField("phiếu thứ")
    code = models.CharField("mã phiếu", max_length=60, blank=True)
    answers = models.BinaryField("câu trả lời", max_length=1000)
    settled_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người quyết định", null=True, blank=True
    )

    class Meta:
        verbose_name = "phiếu giấy đang nhập"
        verbose_name_plural = "phiếu giấy đang nhập"
        ordering = ["bundle", "position", "typing"]
        constraints = [
            models.UniqueConstraint(
                fields=["bundle", "typing", "position"],
                name="ballot_typed_once_by_each",
                violation_error_message="Phiếu này đã được nhập trong lượt nhập đó.",
            ),
            models.CheckConstraint(
                condition=Q(typing=3, settled_by__isnull=False) | (~Q(typing=3) & Q(settled_by=None)),
                name="settled_ballot_says_who",
                violation_error_message="Phiếu đã thống nhất phải có người quyết định.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle}, phiếu thứ {self.position}, {self.get_typing_display()}"


class BallotPicture(models.Model):
    """A picture of a paper ballot whose two typings differ. Goes with the typed rows."""

    bundle = models.ForeignKey(PaperBundle, models.CASCADE, related_name="pictures", verbose_name="tập phiếu")
    position = models.PositiveSmallIntegerField("phiếu thứ")
    picture = models.BinaryField("ảnh chụp phiếu")

    class Meta:
        verbose_name = "ảnh phiếu giấy"
        verbose_name_plural = "ảnh phiếu giấy"
        constraints = [models.UniqueConstraint(fields=["bundle", "position"], name="one_picture_of_a_ballot")]

    def __str__(self) -> str:
        return f"{self.bundle}, ảnh phiếu thứ {self.position}"
