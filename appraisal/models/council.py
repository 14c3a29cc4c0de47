"""The council as a body: its decision and its seats."""

from django.db import models
from django.db.models import F, Q

from cchc_index.lib import clock
from criteria.models import Round
from units.models import Unit, User


class Council(models.Model):
    """Hội đồng thẩm định of one round, as a decision sets it up. A later one changes the row; the log keeps both."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="council", verbose_name="kỳ đánh giá")
    number = models.CharField("số quyết định", max_length=60)
    dated = models.DateField("ngày quyết định")
    issuer = models.CharField("cơ quan ban hành", max_length=200)
    note = models.TextField("ghi chú", blank=True)
    illustrative = models.BooleanField("minh họa", default=False)

    class Meta:
        verbose_name = "Hội đồng thẩm định"
        verbose_name_plural = "Hội đồng thẩm định"
        ordering = ["round"]

    def __str__(self) -> str:
        return f"Hội đồng thẩm định năm {self.round.year}"


class SeatQuerySet(models.QuerySet["Seat"]):
    def in_force(self) -> "SeatQuerySet":
        """Seats that are held today."""
        today = clock.today()
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=today), Q(valid_to=None) | Q(valid_to__gte=today)
        ).order_by("pk")

    def voting(self) -> "SeatQuerySet":
        """Those that the majority is counted of."""
        return self.filter(kind__in=VOTING_SEATS)


class Seat(models.Model):
    """One place in the council or its working group. Who holds it need not have an account: then the secretary writes
    down how they vote."""

    class Kind(models.TextChoices):
        CHAIR = "chair", "Chủ tịch Hội đồng"
        VICE_CHAIR = "vice_chair", "Phó Chủ tịch Hội đồng"
        MEMBER = "member", "Ủy viên Hội đồng"
        SECRETARY = "secretary", "Thư ký"
        LEADER = "leader", "Tổ trưởng Tổ công tác giúp việc"
        WORKING = "working", "thành viên Tổ công tác giúp việc"

    council = models.ForeignKey(Council, models.PROTECT, related_name="seats", verbose_name="Hội đồng thẩm định")
    kind = models.CharField("tư cách", max_length=20, choices=Kind)
    name = models.CharField("họ và tên", max_length=150)
    title = models.CharField("chức vụ", max_length=200, blank=True)
    agency = models.ForeignKey(
        Unit, models.PROTECT, related_name="council_seats", verbose_name="cơ quan được đánh giá", null=True, blank=True
    )
    agency_name = models.CharField("cơ quan khác", max_length=250, blank=True)
    user = models.ForeignKey(
        User, models.PROTECT, related_name="council_seats", verbose_name="tài khoản", null=True, blank=True
    )
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến ngày", null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = "vị trí trong Hội đồng"
        verbose_name_plural = "vị trí trong Hội đồng"
        ordering = ["council", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="seat_valid_order",
                violation_error_message="Đến ngày phải sau Từ ngày.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="seat_has_name", violation_error_message="Nhập họ và tên."
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """The agency as it is printed."""
        return str(self.agency) if self.agency else self.agency_name

    @property
    def votes(self) -> bool:
        return self.kind in VOTING_SEATS


VOTING_SEATS = (Seat.Kind.CHAIR, Seat.Kind.VICE_CHAIR, Seat.Kind.MEMBER)
"""The secretary and the working group help and do not vote."""
SINGLE_SEATS = (Seat.Kind.CHAIR, Seat.Kind.LEADER)
"""Held by one person at a time."""
