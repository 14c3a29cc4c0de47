"""The council as a body: its decision and its seats."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from cchc_index.lib import clock
from criteria.models import Round
from units.auditlog.models import LogEntry
from units.models import Unit, User

from .append_only import AppendOnly

PDF = "application/pdf"


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


class CouncilPaper(AppendOnly):
    """The signed decision of a council as a file. A later one stands beside those before: the newest counts."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="papers", verbose_name="Hội đồng thẩm định")
    number = models.CharField("số quyết định", max_length=60)
    dated = models.DateField("ngày quyết định")
    file = models.FileField("tệp", upload_to="council/", max_length=200)
    original_name = models.CharField("tên tệp", max_length=255)
    content_type = models.CharField("loại tệp", max_length=100)
    size = models.PositiveBigIntegerField("dung lượng")
    digest = models.CharField("mã kiểm tra (SHA-256)", max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người tải lên")
    uploaded_at = models.DateTimeField("tải lên lúc")
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "tệp quyết định thành lập Hội đồng"
        verbose_name_plural = "tệp quyết định thành lập Hội đồng"
        ordering = ["council", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(file="") & ~Q(digest=""), name="council_paper_has_its_file")]

    def __str__(self) -> str:
        return f"Quyết định số {self.number} ({self.original_name})"

    @property
    def display(self) -> str:
        """No copy for the eyes is made."""
        return ""

    @property
    def opens_in_browser(self) -> bool:
        return self.content_type == PDF


class SeatQuerySet(models.QuerySet["Seat"]):
    def in_force(self, day: date | None = None) -> "SeatQuerySet":
        """Seats that are held on the day, or today."""
        at = day or clock.today()
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=at), Q(valid_to=None) | Q(valid_to__gte=at)).order_by(
            "pk"
        )

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
    def office(self) -> str:
        """What the person is, and where; the place once, where the title names it too."""
        if self.place in self.title:
            return self.title
        return ", ".join(filter(None, (self.title, self.place)))

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


class SilenceRule(models.Model):
    """What it means in a round when a unit does not answer, or a member gives no opinion, until the stage ends."""

    class OfUnit(models.TextChoices):
        AGREES = "agrees", "được coi là đồng ý với kết quả thẩm định"
        STANDS = "stands", "kết quả thẩm định được giữ nguyên, không coi là đồng ý"

    class OfMember(models.TextChoices):
        FIRST = "first", "kết quả theo ý kiến đã cho trước có giá trị"
        APPRAISER = "appraiser", "kết quả của thành viên được phân công thẩm định có giá trị"
        NOT_APPRAISED = "not_appraised", "tiêu chí được coi là chưa thẩm định và do Hội đồng quyết định"

    round = models.OneToOneField(Round, models.PROTECT, related_name="silence", verbose_name="kỳ đánh giá")
    of_unit = models.CharField("đơn vị không trả lời", max_length=20, choices=OfUnit)
    of_member = models.CharField("thành viên không cho ý kiến", max_length=20, choices=OfMember)

    class Meta:
        verbose_name = "quy định về việc không trả lời"
        verbose_name_plural = "quy định về việc không trả lời"
        ordering = ["round"]

    def __str__(self) -> str:
        return f"Quy định về việc không trả lời năm {self.round.year}"

    @property
    def sentences(self) -> list[str]:
        """As they are printed."""
        member = self.get_of_member_display()
        return [
            f"Đơn vị không trả lời đến hết thời hạn giải trình: {self.get_of_unit_display()}.",
            f"Thành viên Hội đồng không cho ý kiến đến hết giai đoạn thẩm định: {member}.",
        ]
