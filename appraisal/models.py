"""The council's judgement: assignments, standings, append-only entries, released stages."""

from typing import Any

from django.db import models
from django.db.models import Q

from cchc_index.lib import numbers
from criteria.models import Criterion, Round, RoundGroup
from selfassess.models import Document
from units.auditlog.models import LogEntry
from units.models import Unit, User


class Reason(models.Model):
    """The library of reasons for an adjustment."""

    code = models.SlugField("mã", max_length=40, unique=True)
    text = models.CharField("lý do", max_length=250)
    active = models.BooleanField("còn dùng", default=True)

    class Meta:
        verbose_name = "lý do điều chỉnh"
        verbose_name_plural = "lý do điều chỉnh"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.text


class Assignment(models.Model):
    """What a member appraises: a branch of the tree (none: the whole) for units (none: all)."""

    round_group = models.ForeignKey(
        RoundGroup, models.CASCADE, related_name="assignments", verbose_name="khối trong kỳ"
    )
    member = models.ForeignKey(User, models.PROTECT, related_name="assignments", verbose_name="thành viên")
    branch = models.ForeignKey(
        Criterion, models.CASCADE, related_name="assignments", verbose_name="nhánh tiêu chí", null=True, blank=True
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
                violation_error_message="Thành viên đã được phân công nhánh này.",
            ),
            models.UniqueConstraint(
                fields=["round_group", "member"],
                condition=Q(branch=None),
                name="one_assignment_of_the_whole_tree",
                violation_error_message="Thành viên đã được phân công toàn bộ cây tiêu chí.",
            ),
        ]


class Stage(models.TextChoices):
    """In the order of the year. `IMPORT` stands for archives handed over as finished scores."""

    ROUND1 = "round1", "Thẩm định lần 1"
    EXPLANATION = "explanation", "Giải trình"
    ROUND2 = "round2", "Thẩm định lần 2"
    FINAL = "final", "Hội đồng quyết định"
    IMPORT = "import", "Nhập từ hồ sơ lưu"


class Action(models.TextChoices):
    RECOGNISE = "recognise", "công nhận"
    ADJUST = "adjust", "điều chỉnh"
    AGREE = "agree", "đơn vị đồng ý"
    DISAGREE = "disagree", "đơn vị không đồng ý"
    UNDO = "undo", "rút lại"


class Release(models.Model):
    """A stage made visible to the units of a block. Before this row nothing of the stage leaks."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="releases", verbose_name="khối trong kỳ")
    stage = models.CharField("giai đoạn", max_length=20, choices=Stage)
    released_at = models.DateTimeField("công bố cho đơn vị lúc")
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người công bố", null=True)

    class Meta:
        verbose_name = "công bố giai đoạn"
        verbose_name_plural = "công bố giai đoạn"
        ordering = ["round_group", "released_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "stage"],
                name="stage_released_once",
                violation_error_message="Giai đoạn này đã công bố cho đơn vị.",
            )
        ]


class Appraisal(models.Model):
    """The current standing of one leaf of one unit: what the last council entry that counts says. When the
    only ones were taken back the row stays, says "undo" and has no points: no decision, as if it were absent."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="appraisals", verbose_name="khối trong kỳ")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="appraisals", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="appraisals", verbose_name="tiêu chí")
    stage = models.CharField("giai đoạn", max_length=20, choices=Stage)
    action = models.CharField("kết quả", max_length=20, choices=Action)
    points = models.DecimalField("điểm thẩm định", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    version = models.PositiveIntegerField("phiên bản", default=1)
    updated_at = models.DateTimeField("lúc")

    class Meta:
        verbose_name = "kết quả thẩm định"
        verbose_name_plural = "kết quả thẩm định"
        ordering = ["round_group", "unit", "criterion__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "unit", "criterion"],
                name="one_standing_per_unit_and_criterion",
                violation_error_message="Tiêu chí này của đơn vị đã có kết quả thẩm định.",
            ),
            models.CheckConstraint(
                condition=Q(action="undo", not_applicable=False, points=None)
                | ~Q(action="undo")
                & (Q(not_applicable=True, points=None) | Q(not_applicable=False, points__isnull=False, points__gte=0)),
                name="standing_has_points_or_na",
                violation_error_message="Kết quả thẩm định phải có điểm, hoặc là không áp dụng.",
            ),
        ]

    @property
    def is_decided(self) -> bool:
        """False where every decision was taken back."""
        return self.action != Action.UNDO

    @property
    def value(self) -> str:
        """What stands, in the words of a sentence."""
        if not self.is_decided:
            return "chờ thẩm định"
        return "không áp dụng" if self.not_applicable else f"{numbers.vn(self.points)} điểm"


class AppraisalEntry(models.Model):
    """Append-only: one movement of one point. The standing equals the last council entry that counts; an
    undo says of an earlier one that it no longer does."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="entries", verbose_name="kết quả thẩm định")
    sequence = models.PositiveIntegerField("lần")
    stage = models.CharField("giai đoạn", max_length=20, choices=Stage)
    action = models.CharField("việc", max_length=20, choices=Action)
    points = models.DecimalField("điểm", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    reason = models.ForeignKey(
        Reason, models.PROTECT, related_name="entries", verbose_name="lý do", null=True, blank=True
    )
    comment = models.TextField("nội dung", blank=True)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người làm", null=True)
    at = models.DateTimeField("lúc")
    documents = models.ManyToManyField(Document, related_name="appraisal_entries", verbose_name="tài liệu", blank=True)
    undoes = models.OneToOneField(
        "self", models.PROTECT, related_name="undone_by", verbose_name="rút lại bước", null=True, blank=True
    )
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "bước thẩm định"
        verbose_name_plural = "bước thẩm định"
        ordering = ["appraisal", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "sequence"], name="entry_sequence_once"),
            models.CheckConstraint(
                condition=~Q(action="adjust") | ~Q(comment="") | Q(stage="import"),
                name="adjustment_has_words",
                violation_error_message="Điều chỉnh phải có lý do bằng lời.",
            ),
            models.CheckConstraint(
                condition=~Q(action="adjust") | Q(reason__isnull=False) | Q(stage="import"),
                name="adjustment_has_reason",
                violation_error_message="Điều chỉnh phải chọn lý do trong thư viện.",
            ),
            models.CheckConstraint(
                condition=~Q(action="disagree") | ~Q(comment=""),
                name="disagreement_has_words",
                violation_error_message="Không đồng ý phải kèm giải trình.",
            ),
            models.CheckConstraint(
                condition=Q(action__in=["agree", "disagree"], stage="explanation", points=None, undoes=None)
                | Q(action__in=["recognise", "adjust"], undoes=None) & ~Q(stage="explanation")
                | Q(action="undo", points=None, not_applicable=False, undoes__isnull=False)
                & Q(stage__in=["round1", "round2", "final"]),
                name="stage_fits_action",
                violation_error_message="Việc này không thuộc giai đoạn đó.",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("bước thẩm định chỉ được ghi thêm")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("bước thẩm định không được xóa")


class AppendOnly(models.Model):
    """Rows that are written once: neither changed nor removed, each sealed by its entry in the log."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("dòng này chỉ được ghi thêm")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("dòng này không được xóa")


class Interest(models.Model):
    """A declared conflict of interest: while it stands, the unit is closed to the member as their own is.
    A withdrawn one stays; declared again it is a new row."""

    member = models.ForeignKey(User, models.PROTECT, related_name="interests", verbose_name="thành viên")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="interests", verbose_name="đơn vị")
    reason = models.TextField("lý do")
    declared_at = models.DateTimeField("khai lúc")
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người khai")
    withdrawn_at = models.DateTimeField("rút lúc", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người rút", null=True, blank=True
    )
    withdrawal_reason = models.TextField("lý do rút", blank=True)
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")
    withdrawal_log = models.ForeignKey(
        LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký khi rút", null=True, blank=True
    )

    class Meta:
        verbose_name = "xung đột lợi ích"
        verbose_name_plural = "xung đột lợi ích"
        ordering = ["member", "declared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "unit"],
                condition=Q(withdrawn_at=None),
                name="one_standing_interest",
                violation_error_message="Xung đột này đã được khai.",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="interest_has_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawal_log=None, withdrawal_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal_reason="")),
                name="withdrawn_interest_says_why",
            ),
        ]

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("xung đột lợi ích đã khai không được xóa")


class Confirmation(AppendOnly):
    """A member's word, once per round, that they have no other conflict than those that are declared."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="confirmations", verbose_name="kỳ")
    member = models.ForeignKey(User, models.PROTECT, related_name="confirmations", verbose_name="thành viên")
    at = models.DateTimeField("lúc")

    class Meta:
        verbose_name = "xác nhận không có xung đột khác"
        verbose_name_plural = "xác nhận không có xung đột khác"
        ordering = ["round", "member"]
        constraints = [models.UniqueConstraint(fields=["round", "member"], name="confirmed_once_per_round")]


class BlindCriterion(models.Model):
    """A leaf that two members judge without seeing each other's opinion, and by how many points they may
    differ."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="blind", verbose_name="khối trong kỳ")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="blind", verbose_name="tiêu chí")
    tolerance = models.DecimalField("chênh lệch cho phép", max_digits=9, decimal_places=4)
    marked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người chọn")
    marked_at = models.DateTimeField("chọn lúc")

    class Meta:
        verbose_name = "tiêu chí cần hai ý kiến"
        verbose_name_plural = "tiêu chí cần hai ý kiến"
        ordering = ["round_group", "criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["round_group", "criterion"], name="blind_criterion_once"),
            models.CheckConstraint(condition=Q(tolerance__gte=0), name="blind_tolerance_not_negative"),
        ]


class Opinion(AppendOnly):
    """One member's blind opinion on one cell. Seats 1 and 2 are the opinions in the order they came, 3 the
    third decision. A set is what was given on the same standing and the same version of the unit's score."""

    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="opinions", verbose_name="khối trong kỳ")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="opinions", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="opinions", verbose_name="tiêu chí")
    stage = models.CharField("giai đoạn", max_length=20, choices=Stage)
    standing_version = models.PositiveIntegerField("phiên bản kết quả")
    score_version = models.PositiveIntegerField("phiên bản điểm tự chấm")
    seat = models.PositiveSmallIntegerField("thứ tự")
    tolerance = models.DecimalField("chênh lệch cho phép", max_digits=9, decimal_places=4)
    member = models.ForeignKey(User, models.PROTECT, related_name="opinions", verbose_name="thành viên")
    points = models.DecimalField("điểm", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    reason = models.ForeignKey(
        Reason, models.PROTECT, related_name="opinions", verbose_name="lý do", null=True, blank=True
    )
    comment = models.TextField("nội dung", blank=True)
    at = models.DateTimeField("lúc")
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "ý kiến độc lập"
        verbose_name_plural = "ý kiến độc lập"
        ordering = ["round_group", "unit", "criterion", "standing_version", "seat"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "round_group",
                    "unit",
                    "criterion",
                    "stage",
                    "standing_version",
                    "score_version",
                    "seat",
                ],
                name="one_opinion_per_seat",
            ),
            models.UniqueConstraint(
                fields=[
                    "round_group",
                    "unit",
                    "criterion",
                    "stage",
                    "standing_version",
                    "score_version",
                    "member",
                ],
                name="one_opinion_per_member",
            ),
            models.CheckConstraint(condition=Q(seat__gte=1, seat__lte=3), name="opinion_seat_known"),
            models.CheckConstraint(
                condition=Q(not_applicable=True, points=None) | Q(not_applicable=False, points__gte=0),
                name="opinion_has_points_or_na",
            ),
        ]


class Question(models.Model):
    """What the council asks a unit about one leaf, outside of any points."""

    class State(models.TextChoices):
        OPEN = "open", "chờ đơn vị trả lời"
        ANSWERED = "answered", "đơn vị đã trả lời"
        CLOSED = "closed", "đã đóng"

    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="council_questions", verbose_name="khối trong kỳ"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="council_questions", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="council_questions", verbose_name="tiêu chí")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người hỏi")
    opened_at = models.DateTimeField("hỏi lúc")
    assignee = models.ForeignKey(
        User, models.PROTECT, related_name="assigned_questions", verbose_name="người trả lời", null=True, blank=True
    )
    due_on = models.DateField("hạn trả lời")
    state = models.CharField("tình trạng", max_length=20, choices=State, default=State.OPEN)

    class Meta:
        verbose_name = "câu hỏi của Hội đồng"
        verbose_name_plural = "câu hỏi của Hội đồng"
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return f"Câu hỏi {self.pk}"


class Message(AppendOnly):
    """One message of a question. `step` is what it did: asked, answered, closed."""

    class Step(models.TextChoices):
        ASK = "ask", "hỏi"
        ANSWER = "answer", "trả lời"
        CLOSE = "close", "đóng"

    question = models.ForeignKey(Question, models.PROTECT, related_name="messages", verbose_name="câu hỏi")
    sequence = models.PositiveIntegerField("lần")
    step = models.CharField("việc", max_length=20, choices=Step)
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người viết")
    text = models.TextField("nội dung", blank=True)
    at = models.DateTimeField("lúc")
    documents = models.ManyToManyField(Document, related_name="messages", verbose_name="tài liệu", blank=True)
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "thư của câu hỏi"
        verbose_name_plural = "thư của câu hỏi"
        ordering = ["question", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["question", "sequence"], name="message_sequence_once"),
            models.CheckConstraint(condition=~Q(text="") | Q(step="close"), name="message_has_words"),
        ]


class Acknowledgement(AppendOnly):
    """The index manager has looked at the consistency report of a block before a stage is released.
    `fingerprint` is of every decision and every submitted score that the report was made of."""

    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="acknowledgements", verbose_name="khối trong kỳ"
    )
    stage = models.CharField("giai đoạn", max_length=20, choices=Stage)
    fingerprint = models.CharField("dấu của báo cáo", max_length=64)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người xem")
    at = models.DateTimeField("lúc")
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "ghi nhận báo cáo nhất quán"
        verbose_name_plural = "ghi nhận báo cáo nhất quán"
        ordering = ["round_group", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round_group", "stage", "fingerprint"], name="report_acknowledged_once")
        ]


class Justification(AppendOnly):
    """Why one contradiction is right as it is. `digest` is of the contradiction's decisions: when one of
    them changes, the words no longer cover it."""

    acknowledgement = models.ForeignKey(
        Acknowledgement, models.PROTECT, related_name="justifications", verbose_name="ghi nhận"
    )
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="tiêu chí")
    reason = models.ForeignKey(Reason, models.PROTECT, related_name="+", verbose_name="lý do")
    digest = models.CharField("dấu của các mức trừ", max_length=64)
    words = models.TextField("vì sao khác nhau là đúng")

    class Meta:
        verbose_name = "giải thích mức trừ khác nhau"
        verbose_name_plural = "giải thích mức trừ khác nhau"
        ordering = ["acknowledgement", "criterion__position", "reason"]
        constraints = [
            models.UniqueConstraint(
                fields=["acknowledgement", "criterion", "reason"], name="contradiction_justified_once"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="justification_has_words"),
        ]
