"""The unit's own score: assessment, scores, documents, evidence."""

from django.db import models
from django.db.models import Q

from criteria.models import Criterion, Round, RoundGroup
from units.models import Unit, UnitGroup, User


class SelfAssessment(models.Model):
    """One unit's self-assessment in one round. The state is stored and tied to its timestamps."""

    class State(models.TextChoices):
        DRAFT = "draft", "đang nhập"
        AWAITING_HEAD = "awaiting_head", "chờ thủ trưởng duyệt"
        SUBMITTED = "submitted", "đã nộp"

    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="assessments", verbose_name="khối trong kỳ"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assessments", verbose_name="đơn vị")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.DRAFT)
    submitted_at = models.DateTimeField("nộp lúc", null=True, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người nộp", null=True, blank=True
    )
    receipt_number = models.CharField("số biên nhận", max_length=40, blank=True)
    receipt_digest = models.CharField("mã kiểm tra", max_length=64, blank=True)
    imported = models.BooleanField("nhập từ hồ sơ lưu", default=False)

    class Meta:
        verbose_name = "bản tự đánh giá"
        verbose_name_plural = "bản tự đánh giá"
        ordering = ["round_group", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "unit"],
                name="one_assessment_per_unit_and_round",
                violation_error_message="Đơn vị đã có bản tự đánh giá trong kỳ này.",
            ),
            models.CheckConstraint(
                # Imported archives have no person who pressed the button.
                condition=Q(state="submitted", submitted_at__isnull=False)
                & (Q(submitted_by__isnull=False) | Q(imported=True))
                | ~Q(state="submitted") & Q(submitted_at__isnull=True, submitted_by__isnull=True),
                name="submitted_has_time_and_actor",
                violation_error_message="Bản đã nộp phải có giờ nộp và người nộp; bản chưa nộp thì không.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} – {self.round_group.round}"


class Transition(models.Model):
    """The typed log of an assessment's states. Sending back and reopening carry a reason."""

    class Verb(models.TextChoices):
        OPEN = "open", "bắt đầu tự đánh giá"
        HAND_OVER = "hand_over", "trình thủ trưởng"
        TAKE_BACK = "take_back", "thu hồi để sửa"
        SEND_BACK = "send_back", "trả lại cho công chức"
        SUBMIT = "submit", "nộp bản tự đánh giá"
        REOPEN = "reopen", "mở lại bản tự đánh giá"
        IMPORT = "import", "nhập từ hồ sơ lưu"

    assessment = models.ForeignKey(
        SelfAssessment, models.PROTECT, related_name="transitions", verbose_name="bản tự đánh giá"
    )
    from_state = models.CharField("từ trạng thái", max_length=20, choices=SelfAssessment.State)
    to_state = models.CharField("sang trạng thái", max_length=20, choices=SelfAssessment.State)
    verb = models.CharField("thao tác", max_length=20, choices=Verb)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người thực hiện", null=True)
    at = models.DateTimeField("thời điểm")
    reason = models.TextField("lý do", blank=True)

    class Meta:
        verbose_name = "chuyển trạng thái"
        verbose_name_plural = "chuyển trạng thái"
        ordering = ["assessment", "at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(verb__in=["send_back", "reopen"]) | ~Q(reason=""),
                name="way_back_has_reason",
                violation_error_message="Trả lại hoặc mở lại phải ghi lý do.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.assessment.unit}: {self.get_verb_display()}"


class SelfScore(models.Model):
    """The unit's score on one leaf. No row, or `points` empty without a claim: not yet scored."""

    assessment = models.ForeignKey(
        SelfAssessment, models.PROTECT, related_name="scores", verbose_name="bản tự đánh giá"
    )
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="self_scores", verbose_name="tiêu chí")
    # What the unit declared, as exact text by field name: {"numerator": "45", "denominator": "50"}.
    figures = models.JSONField("số liệu khai", default=dict, blank=True)
    points = models.DecimalField("điểm tự đánh giá", max_digits=9, decimal_places=4, null=True, blank=True)
    explanation = models.TextField("giải trình cách chấm", blank=True)
    na_claimed = models.BooleanField("đề nghị không áp dụng", default=False)
    na_reason = models.TextField("lý do không áp dụng", blank=True)
    version = models.PositiveIntegerField("phiên bản", default=0)
    updated_at = models.DateTimeField("sửa lúc", null=True)
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người sửa", null=True)

    class Meta:
        verbose_name = "điểm tự đánh giá"
        verbose_name_plural = "điểm tự đánh giá"
        ordering = ["assessment", "criterion__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "criterion"],
                name="one_self_score_per_criterion",
                violation_error_message="Tiêu chí này đã có điểm.",
            ),
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__gte=0),
                name="self_points_not_negative",
                violation_error_message="Điểm không được âm.",
            ),
            models.CheckConstraint(
                condition=Q(na_claimed=False) | Q(points=None),
                name="na_claim_has_no_points",
                violation_error_message="Tiêu chí không áp dụng thì không có điểm.",
            ),
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.assessment.unit}"

    @property
    def is_scored(self) -> bool:
        return self.na_claimed or self.points is not None


class Document(models.Model):
    """A file with its document data. A new version points to the old one; none is ever deleted."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned", "chưa quét mã độc"
        SCANNING = "scanning", "đang quét"
        CLEAN = "clean", "đã quét, an toàn"
        INFECTED = "infected", "có mã độc, đã chặn"
        FAILED = "failed", "chưa quét được"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="documents", verbose_name="đơn vị")
    number = models.CharField("số ký hiệu", max_length=100)
    issued_on = models.DateField("ngày ban hành", null=True, blank=True)
    issuer = models.CharField("cơ quan ban hành", max_length=200, blank=True)
    abstract = models.CharField("trích yếu", max_length=500, blank=True)
    file = models.FileField("tệp", upload_to="evidence/", max_length=200)
    original_name = models.CharField("tên tệp", max_length=255)
    content_type = models.CharField("loại tệp", max_length=100)
    size = models.PositiveBigIntegerField("dung lượng")
    digest = models.CharField("mã kiểm tra (SHA-256)", max_length=64, db_index=True)
    pages = models.PositiveIntegerField("số trang", null=True, blank=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người tải lên")
    uploaded_at = models.DateTimeField("tải lên lúc", auto_now_add=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, related_name="replaced_by", verbose_name="thay cho", null=True, blank=True
    )
    scan_state = models.CharField("quét mã độc", max_length=20, choices=Scan, default=Scan.NOT_SCANNED)
    scan_note = models.CharField("kết quả quét", max_length=200, blank=True)
    # When scanning and reading were last asked for; the sweeper asks again when no answer came.
    asked_at = models.DateTimeField("giao quét lúc", null=True, blank=True)
    # What examination.text_reading found in these bytes under this number; empty: not read yet.
    reading = models.JSONField("kết quả đọc", null=True, blank=True)

    class Meta:
        verbose_name = "tài liệu"
        verbose_name_plural = "tài liệu"
        ordering = ["unit", "-uploaded_at", "-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.abstract}".strip()

    @property
    def display(self) -> str:
        """The stored copy for the eyes, of a file that no browser can show; "" when there is none."""
        return str((self.reading or {}).get("display") or "")

    @property
    def opens_in_browser(self) -> bool:
        """Whether a browser shows the file, or a copy of it, and cannot run it."""
        return self.content_type == "application/pdf" or self.is_picture or bool(self.display)

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as one picture: fitted to the frame, turned as it was taken."""
        shown = self.display.rpartition(".")[2] or self.content_type
        return shown in ("jpg", "image/png", "image/jpeg", "image/webp")

    @property
    def frame(self) -> str:
        """What the address of the file takes to be shown in a frame."""
        return "?khung=1" if self.is_picture else ""


class DocumentOpening(models.Model):
    """Somebody opened or saved the file. Rows are only added; they stand outside the log's chain, so that
    a council reading hundreds of files never waits for the chain's head."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="openings", verbose_name="tài liệu")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người mở")
    at = models.DateTimeField("thời điểm")
    saved = models.BooleanField("tải về", default=False)
    address = models.CharField("địa chỉ", max_length=64, blank=True)

    class Meta:
        verbose_name = "lượt mở tài liệu"
        verbose_name_plural = "lượt mở tài liệu"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.opened_by} mở {self.document}"


class Evidence(models.Model):
    """A document supports a score, at a page or section."""

    score = models.ForeignKey(SelfScore, models.PROTECT, related_name="evidence", verbose_name="điểm")
    document = models.ForeignKey(Document, models.PROTECT, related_name="evidence", verbose_name="tài liệu")
    page = models.PositiveIntegerField("trang", null=True, blank=True)
    section = models.CharField("mục", max_length=100, blank=True)
    removed_at = models.DateTimeField("gỡ lúc", null=True, blank=True)

    class Meta:
        verbose_name = "tài liệu kiểm chứng"
        verbose_name_plural = "tài liệu kiểm chứng"
        ordering = ["score", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["score", "document"],
                condition=Q(removed_at=None),
                name="document_once_per_score",
                violation_error_message="Tài liệu này đã đính kèm tiêu chí.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.document.number}, tiêu chí {self.score.criterion.code} – {self.score.assessment.unit}"


class OfficePart(models.Model):
    """An area or a criterion of a unit's sheet given to a named person of the unit. It says who does what and gives no
    right: whoever may edit the sheet edits all of it."""

    assessment = models.ForeignKey(
        SelfAssessment, models.PROTECT, related_name="office_parts", verbose_name="bản tự đánh giá"
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="office_parts", verbose_name="lĩnh vực hoặc tiêu chí"
    )
    person = models.ForeignKey(User, models.PROTECT, related_name="office_parts", verbose_name="người thực hiện")
    office = models.CharField("phòng, bộ phận", max_length=150, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người giao")
    given_at = models.DateTimeField("giao lúc")

    class Meta:
        verbose_name = "phần việc trong đơn vị"
        verbose_name_plural = "phần việc trong đơn vị"
        ordering = ["assessment", "criterion__position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "criterion", "person"],
                name="office_part_given_once",
                violation_error_message="Người này đã được giao phần này.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.criterion} – {self.person}"


class RoundPaper(models.Model):
    """A document of the round (plan, guidance, form, decision), posted for those it concerns. One that was copied from
    an earlier year is a proposal without a file until a manager completes it; one that was withdrawn stays."""

    class Kind(models.TextChoices):
        PLAN = "plan", "kế hoạch"
        GUIDANCE = "guidance", "hướng dẫn"
        FORM = "form", "biểu mẫu"
        DECISION = "decision", "quyết định"
        OTHER = "other", "văn bản khác"

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", "mọi người có vai trò trong kỳ"
        UNITS = "units", "các đơn vị được đánh giá"
        COUNCIL = "council", "Hội đồng thẩm định"
        SURVEY = "survey", "phụ trách điều tra"
        MANAGERS = "managers", "người quản lý Chỉ số"

    round = models.ForeignKey(Round, models.PROTECT, related_name="papers", verbose_name="kỳ")
    kind = models.CharField("loại văn bản", max_length=20, choices=Kind)
    number = models.CharField("số ký hiệu", max_length=100, blank=True)
    issued_on = models.DateField("ngày ban hành", null=True)
    issuer = models.CharField("cơ quan ban hành", max_length=200, blank=True)
    abstract = models.CharField("trích yếu", max_length=500)
    audience = models.CharField("đối tượng", max_length=20, choices=Audience, default=Audience.EVERYBODY)
    # Of the units only those of this block; none: of every block.
    group = models.ForeignKey(UnitGroup, models.PROTECT, related_name="+", verbose_name="khối", null=True)
    file = models.FileField("tệp", upload_to="round-papers/", max_length=200, blank=True)
    original_name = models.CharField("tên tệp", max_length=255, blank=True)
    content_type = models.CharField("loại tệp", max_length=100, blank=True)
    size = models.PositiveBigIntegerField("dung lượng", default=0)
    digest = models.CharField("mã kiểm tra (SHA-256)", max_length=64, blank=True)
    proposed_from = models.PositiveSmallIntegerField("đề xuất chép từ kỳ", null=True)
    posted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người đăng", null=True)
    posted_at = models.DateTimeField("đăng lúc", null=True)
    withdrawn_at = models.DateTimeField("thu hồi lúc", null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người thu hồi", null=True)
    withdrawal_reason = models.TextField("lý do thu hồi", blank=True)

    class Meta:
        verbose_name = "văn bản của kỳ"
        verbose_name_plural = "văn bản của kỳ"
        ordering = ["round", "-posted_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(posted_at=None, file="", digest="")
                | (Q(posted_at__isnull=False, posted_by__isnull=False) & ~Q(file="") & ~Q(digest="")),
                name="posted_paper_has_its_file",
                violation_error_message="Văn bản đã đăng phải có tệp.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal_reason="")),
                name="withdrawn_paper_says_why",
                violation_error_message="Văn bản bị thu hồi phải có người và lý do thu hồi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.abstract}".strip()

    @property
    def display(self) -> str:
        """No copy for the eyes is made: what no browser shows is saved."""
        return ""

    @property
    def opens_in_browser(self) -> bool:
        return self.content_type in ("application/pdf", "image/png", "image/jpeg", "image/webp")


class RoundPaperOpening(models.Model):
    """Somebody opened a document of the round for the first time: from then on it is not new for them."""

    paper = models.ForeignKey(RoundPaper, models.PROTECT, related_name="openings", verbose_name="văn bản")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người mở")
    at = models.DateTimeField("thời điểm")

    class Meta:
        verbose_name = "lượt mở văn bản của kỳ"
        verbose_name_plural = "lượt mở văn bản của kỳ"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "opened_by"],
                name="round_paper_opened_first_once",
                violation_error_message="Lượt mở đầu tiên đã được ghi.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.opened_by} mở {self.paper}"


class SourceSystem(models.Model):
    """Another system of the city that gives figures or reads them here, by a token of its own. The token is shown once,
    to the second of the two people who open the door; only its digest is kept."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "chờ người thứ hai xác nhận"
        ACTIVE = "active", "đang kết nối"
        REVOKED = "revoked", "đã ngắt"

    name = models.CharField("tên hệ thống", max_length=150)
    may_write = models.BooleanField("được gửi số liệu", default=False)
    ends_on = models.DateField("kết nối đến hết ngày")
    reason = models.TextField("căn cứ")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.PROPOSED)
    digest = models.CharField("mã kiểm tra của khóa", max_length=64, blank=True, db_index=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người đề nghị")
    proposed_at = models.DateTimeField("đề nghị lúc")
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người xác nhận", null=True, blank=True
    )
    revoked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người ngắt", null=True, blank=True
    )
    revocation_reason = models.TextField("lý do ngắt", blank=True)

    class Meta:
        verbose_name = "hệ thống nguồn"
        verbose_name_plural = "hệ thống nguồn"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("proposed_by")),
                name="system_opened_by_two",
                violation_error_message="Người xác nhận phải khác người đề nghị.",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(confirmed_by__isnull=False) & ~Q(digest=""),
                name="active_system_has_its_token",
                violation_error_message="Hệ thống đang kết nối phải có người xác nhận và khóa.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SourceFigure(models.Model):
    """A figure that another system gave: what it says of a unit at one moment, with its source. Rows are only added; of
    one system the newest counts. It changes no point: it stands beside what the unit declared."""

    system = models.ForeignKey(SourceSystem, models.PROTECT, related_name="figures", verbose_name="hệ thống nguồn")
    reference = models.CharField("mã gửi", max_length=100)
    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="+", verbose_name="khối trong kỳ")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="tiêu chí")
    field = models.CharField("số liệu", max_length=60)
    value = models.DecimalField("giá trị", max_digits=20, decimal_places=4)
    as_of = models.DateTimeField("tính đến")
    source = models.CharField("nguồn", max_length=300)
    received_at = models.DateTimeField("nhận lúc")

    class Meta:
        verbose_name = "số liệu từ hệ thống khác"
        verbose_name_plural = "số liệu từ hệ thống khác"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "reference"],
                name="one_figure_per_reference",
                violation_error_message="Mã gửi này đã dùng.",
            )
        ]
        indexes = [models.Index(fields=["round_group", "unit", "criterion"], name="source_figure_cell")]

    def __str__(self) -> str:
        return f"{self.system}: {self.criterion.code} – {self.unit}"
