"""What the council decides as a body: meetings and written consents, their agenda, votes and dissent."""

from typing import Any

from django.db import models
from django.db.models import Q

from criteria.models import Criterion, RoundGroup
from units.models import Unit, User

from .council import Council, Seat
from .reasons import Reason


class Meeting(models.Model):
    """A meeting, or the written consent of the members until a deadline."""

    class Kind(models.TextChoices):
        SESSION = "session", "phiên họp"
        CONSENT = "consent", "lấy ý kiến bằng văn bản"

    class State(models.TextChoices):
        PLANNED = "planned", "đang chuẩn bị"
        OPEN = "open", "đang diễn ra"
        CLOSED = "closed", "đã kết thúc"

    council = models.ForeignKey(Council, models.PROTECT, related_name="meetings", verbose_name="Hội đồng thẩm định")
    number = models.PositiveIntegerField("lần")
    kind = models.CharField("hình thức", max_length=20, choices=Kind)
    title = models.CharField("nội dung", max_length=250)
    held_at = models.DateTimeField("bắt đầu lúc")
    place = models.CharField("địa điểm", max_length=250, blank=True)
    deadline = models.DateTimeField("hạn cho ý kiến", null=True, blank=True)
    presiding = models.ForeignKey(Seat, models.PROTECT, related_name="+", verbose_name="chủ trì", null=True, blank=True)
    secretary = models.ForeignKey(Seat, models.PROTECT, related_name="+", verbose_name="thư ký", null=True, blank=True)
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.PLANNED)
    opened_at = models.DateTimeField("khai mạc lúc", null=True)
    closed_at = models.DateTimeField("kết thúc lúc", null=True)
    invited_at = models.DateTimeField("gửi giấy mời lúc", null=True)
    # What the last invitation said: time, place and agenda.
    invitation = models.CharField("mã nội dung giấy mời", max_length=64, blank=True)

    class Meta:
        verbose_name = "phiên họp của Hội đồng"
        verbose_name_plural = "phiên họp của Hội đồng"
        ordering = ["council", "number"]
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="meeting_number_once"),
            models.CheckConstraint(
                condition=~Q(kind="consent") | Q(deadline__isnull=False),
                name="consent_has_deadline",
                violation_error_message="Lấy ý kiến bằng văn bản phải có hạn cho ý kiến.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().capitalize()} lần {self.number} năm {self.council.round.year}"

    @property
    def is_consent(self) -> bool:
        return self.kind == self.Kind.CONSENT

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class Attendance(models.Model):
    """Whether the holder of a seat is at the meeting."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendance", verbose_name="phiên họp")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="attendance", verbose_name="thành viên")
    present = models.BooleanField("có mặt")

    class Meta:
        verbose_name = "điểm danh"
        verbose_name_plural = "điểm danh"
        ordering = ["meeting", "seat"]
        constraints = [models.UniqueConstraint(fields=["meeting", "seat"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.seat}: {'có mặt' if self.present else 'vắng mặt'}"


class AgendaItem(models.Model):
    """One thing that is voted on. Of a cell: what would be decided; of survey and ranking: what is approved, bound to
    the digest of what lay before the members."""

    class Kind(models.TextChoices):
        CELL = "cell", "kết quả thẩm định một tiêu chí"
        SURVEY = "survey", "kết quả điều tra xã hội học"
        RANKING = "ranking", "kết quả xếp hạng"
        OTHER = "other", "nội dung khác"

    class State(models.TextChoices):
        WAITING = "waiting", "chờ biểu quyết"
        VOTING = "voting", "đang biểu quyết"
        PASSED = "passed", "được thông qua"
        REJECTED = "rejected", "không được thông qua"

    class Verb(models.TextChoices):
        RECOGNISE = "recognise", "công nhận điểm tự đánh giá"
        ADJUST = "adjust", "điều chỉnh"
        KEEP = "keep", "giữ nguyên kết quả điều chỉnh"

    class Origin(models.TextChoices):
        DISPUTED = "disputed", "đơn vị không đồng ý"
        UNANSWERED = "unanswered", "đơn vị chưa trả lời"
        PENDING = "pending", "chưa có kết quả thẩm định"
        OUTLIER = "outlier", "cần rà soát"
        SAMPLE = "sample", "thẩm định lại khác kết quả"
        CHOSEN = "chosen", "do Hội đồng chọn"

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items", verbose_name="phiên họp")
    position = models.PositiveIntegerField("thứ tự")
    kind = models.CharField("loại", max_length=20, choices=Kind)
    origin = models.CharField("lý do đưa vào", max_length=20, choices=Origin, default=Origin.CHOSEN)
    title = models.CharField("nội dung", max_length=500, blank=True)
    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="agenda", verbose_name="khối trong kỳ", null=True, blank=True
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="agenda", verbose_name="đơn vị", null=True, blank=True)
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="agenda", verbose_name="tiêu chí", null=True, blank=True
    )
    verb = models.CharField("phương án", max_length=20, choices=Verb, blank=True)
    points = models.DecimalField("điểm", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    reason = models.ForeignKey(
        Reason, models.PROTECT, related_name="agenda", verbose_name="lý do", null=True, blank=True
    )
    comment = models.TextField("căn cứ", blank=True)
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.WAITING)
    # What lay before the members: of a cell its version, of survey and ranking their digest.
    seen_version = models.PositiveIntegerField("phiên bản kết quả", null=True)
    fingerprint = models.CharField("mã kiểm tra", max_length=64, blank=True)
    stood_points = models.DecimalField("điểm trước đó", max_digits=9, decimal_places=4, null=True)
    stood_not_applicable = models.BooleanField("không áp dụng trước đó", default=False)
    counted = models.BooleanField("biểu quyết giơ tay", default=False)
    in_favour = models.PositiveIntegerField("tán thành", null=True)
    opposed = models.PositiveIntegerField("không tán thành", null=True)
    abstained = models.PositiveIntegerField("không có ý kiến", null=True)
    electorate = models.PositiveIntegerField("tổng số thành viên", null=True)
    concluded_at = models.DateTimeField("kết luận lúc", null=True)
    concluded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người ghi", null=True)

    class Meta:
        verbose_name = "nội dung biểu quyết"
        verbose_name_plural = "nội dung biểu quyết"
        ordering = ["meeting", "position"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="agenda_position_once"),
            models.UniqueConstraint(
                fields=["meeting", "round_group", "unit", "criterion"],
                condition=Q(kind="cell") & ~Q(state="rejected"),
                name="agenda_cell_once",
                violation_error_message="Tiêu chí này của đơn vị đã có trong chương trình.",
            ),
            models.CheckConstraint(
                condition=Q(kind="cell", unit__isnull=False, criterion__isnull=False, round_group__isnull=False)
                | Q(kind__in=["survey", "ranking"], unit=None, criterion=None, round_group__isnull=False)
                | (Q(kind="other", unit=None, criterion=None) & ~Q(title="")),
                name="agenda_item_names_its_object",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "voting"], concluded_at=None)
                | Q(
                    state__in=["passed", "rejected"],
                    concluded_at__isnull=False,
                    in_favour__isnull=False,
                    electorate__isnull=False,
                ),
                name="concluded_item_has_counts",
            ),
        ]

    def __str__(self) -> str:
        if self.kind == self.Kind.CELL and self.unit and self.criterion:
            return f"Tiêu chí {self.criterion.code} – {self.unit}"
        if self.kind == self.Kind.OTHER or self.round_group is None:
            return self.title
        return f"{self.get_kind_display().capitalize()} khối {self.round_group.group}"

    @property
    def is_concluded(self) -> bool:
        return self.state in (self.State.PASSED, self.State.REJECTED)


class Vote(models.Model):
    """How one member votes on one item; it may change until the item is concluded, each time with a line in the log."""

    class Choice(models.TextChoices):
        FOR = "for", "tán thành"
        AGAINST = "against", "không tán thành"
        ABSTAIN = "abstain", "không có ý kiến"

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="votes", verbose_name="nội dung biểu quyết")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="ballots", verbose_name="thành viên")
    choice = models.CharField("ý kiến", max_length=20, choices=Choice)
    cast_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người ghi")
    cast_at = models.DateTimeField("thời điểm")

    class Meta:
        verbose_name = "biểu quyết"
        verbose_name_plural = "biểu quyết"
        ordering = ["item", "seat"]
        constraints = [models.UniqueConstraint(fields=["item", "seat"], name="one_vote_per_seat")]

    def __str__(self) -> str:
        return f"{self.seat}: {self.get_choice_display()}"


class Dissent(models.Model):
    """What a member who does not agree has written down; it stays in the minutes."""

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="dissents", verbose_name="nội dung biểu quyết")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="dissents", verbose_name="thành viên")
    words = models.TextField("ý kiến bảo lưu")
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người ghi")
    written_at = models.DateTimeField("thời điểm")

    class Meta:
        verbose_name = "ý kiến bảo lưu"
        verbose_name_plural = "ý kiến bảo lưu"
        ordering = ["item", "written_at"]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="dissent_has_words")]

    def __str__(self) -> str:
        return f"{self.seat}: {self.words}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("ý kiến bảo lưu không được xóa")
