"""The sociological survey: plan, questionnaires, ballots, finished figures, tallies, scores."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from criteria.models import Criterion, Round, RoundGroup
from units.models import Unit, User

from .spelling import RoughCode


class Survey(models.Model):
    """The survey of one block in one round."""

    round_group = models.OneToOneField(RoundGroup, models.CASCADE, related_name="survey", verbose_name="khối trong kỳ")
    plan_number = models.CharField("số kế hoạch điều tra", max_length=60, blank=True)
    # Of one group, unit and criterion. Empty: every n counts.
    least_n = models.PositiveSmallIntegerField("số phiếu trả lời tối thiểu để tính điểm", null=True, blank=True)
    # Empty: the installation's own threshold for what pages show.
    small_cell = models.PositiveSmallIntegerField("không nêu kết quả của ô dưới (phiếu)", null=True, blank=True)
    # Of a plan that protects small cells: tallies and points follow the ballots when the phase is over.
    due = models.BooleanField("có phiếu chờ tính khi giai đoạn đóng", default=False)
    # [group, unit]: whose tallies stay as they were told, for few ballots would follow from the difference.
    held = models.JSONField("nhóm, đơn vị giữ kết quả đã nêu", default=list, blank=True)

    class Meta:
        verbose_name = "cuộc điều tra"
        verbose_name_plural = "cuộc điều tra"
        constraints = [
            models.CheckConstraint(
                condition=Q(small_cell=None) | Q(small_cell__lte=F("least_n"), least_n__isnull=False),
                name="small_cells_give_no_points",
                violation_error_message=(
                    "Ngưỡng ô nhỏ không được lớn hơn số phiếu tối thiểu để tính điểm: nếu không, điểm cho biết câu trả "
                    "lời của ô đã che."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"Điều tra xã hội học – {self.round_group}"


class RespondentGroup(models.Model):
    """Nhóm đối tượng. Mode FIGURES: no ballots, finished figures from the satisfaction measurement."""

    class Mode(models.TextChoices):
        ONLINE = "online", "trực tuyến"
        PAPER = "paper", "phiếu giấy"
        MIXED = "mixed", "trực tuyến, phiếu giấy khi cần"
        FIGURES = "figures", "tích hợp số liệu SIPAS, PAPI"
        UNSTATED = "unstated", "văn bản không nêu"

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="respondent_groups", verbose_name="cuộc điều tra")
    code = models.SlugField("mã nhóm", max_length=40)
    name = models.CharField("nhóm đối tượng", max_length=300)
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    mode = models.CharField("hình thức", max_length=20, choices=Mode, default=Mode.UNSTATED)
    planned_ballots = models.PositiveIntegerField("số phiếu kế hoạch mỗi đơn vị", null=True, blank=True)
    weight = models.DecimalField("trọng số", max_digits=9, decimal_places=4, default=Decimal(1))

    class Meta:
        verbose_name = "nhóm đối tượng"
        verbose_name_plural = "nhóm đối tượng"
        ordering = ["survey", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "code"],
                name="respondent_code_once",
                violation_error_message="Mã nhóm đã có trong cuộc điều tra.",
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0), name="weight_positive", violation_error_message="Trọng số phải lớn hơn 0."
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def takes_ballots(self) -> bool:
        return self.mode != self.Mode.FIGURES


class PlannedBallots(models.Model):
    """How many ballots of a group one unit is to bring, where it differs from the group's own number."""

    respondent_group = models.ForeignKey(
        RespondentGroup, models.CASCADE, related_name="planned", verbose_name="nhóm đối tượng"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    ballots = models.PositiveIntegerField("số phiếu kế hoạch")

    class Meta:
        verbose_name = "số phiếu kế hoạch của đơn vị"
        verbose_name_plural = "số phiếu kế hoạch của đơn vị"
        ordering = ["respondent_group", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["respondent_group", "unit"],
                name="planned_once_per_unit",
                violation_error_message="Đơn vị này đã có số phiếu kế hoạch trong nhóm.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.respondent_group}, {self.unit}: {self.ballots}"


class AnswerScale(models.Model):
    """How an answer becomes a share of the maximum. The scale need not be even; each year has its own."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="scales", verbose_name="kỳ")
    code = models.SlugField("mã thang", max_length=40)
    name = models.CharField("tên thang", max_length=200)

    class Meta:
        verbose_name = "thang trả lời"
        verbose_name_plural = "thang trả lời"
        ordering = ["round", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "code"],
                name="scale_code_once_in_round",
                violation_error_message="Kỳ này đã có thang trả lời mang mã đó.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class AnswerOption(models.Model):
    """One answer: `value` 1–255 as stored in a ballot's byte (0 is blank), `share` of the maximum; an answer without
    a share ("không biết") stands outside the mean."""

    scale = models.ForeignKey(AnswerScale, models.CASCADE, related_name="options", verbose_name="thang")
    value = models.PositiveSmallIntegerField("giá trị")
    label = models.CharField("câu trả lời", max_length=200)
    share = models.DecimalField("phần điểm tối đa (0–1)", max_digits=5, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = "mức trả lời"
        verbose_name_plural = "mức trả lời"
        ordering = ["scale", "value"]
        constraints = [
            models.UniqueConstraint(fields=["scale", "value"], name="answer_value_once"),
            models.CheckConstraint(
                condition=Q(value__gte=1, value__lte=255),
                name="answer_value_one_byte",
                violation_error_message="Giá trị trả lời từ 1 đến 255.",
            ),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=1),
                name="answer_share_zero_to_one",
                violation_error_message="Phần điểm tối đa từ 0 đến 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value}: {self.label}"


class Questionnaire(models.Model):
    """The form of one respondent group and what makes its ballots valid."""

    respondent_group = models.OneToOneField(
        RespondentGroup, models.CASCADE, related_name="questionnaire", verbose_name="nhóm đối tượng"
    )
    title = models.CharField("mẫu phiếu", max_length=250)
    scale = models.ForeignKey(AnswerScale, models.PROTECT, related_name="questionnaires", verbose_name="thang trả lời")
    max_blank_share = models.DecimalField(
        "tỷ lệ câu bỏ trống tối đa (0–1)", max_digits=5, decimal_places=4, default=Decimal("0.5")
    )
    refuse_straight_line = models.BooleanField("loại phiếu trả lời giống nhau mọi câu", default=False)
    straight_line_from = models.PositiveSmallIntegerField("xét khi có ít nhất (câu)", default=8)
    refuse_duplicates = models.BooleanField("loại phiếu giống hệt phiếu trước của cùng đơn vị", default=False)
    duplicates_from = models.PositiveSmallIntegerField("xét phiếu giống hệt khi trả lời ít nhất (câu)", default=8)

    class Meta:
        verbose_name = "mẫu phiếu"
        verbose_name_plural = "mẫu phiếu"

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """One question measures one leaf; its position is the byte's position in a ballot's answers."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="questions", verbose_name="mẫu phiếu")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="questions", verbose_name="tiêu chí")
    position = models.PositiveSmallIntegerField("vị trí")
    # Empty: the questionnaire's.
    scale = models.ForeignKey(
        AnswerScale, models.PROTECT, related_name="questions", verbose_name="thang riêng", null=True, blank=True
    )

    class Meta:
        verbose_name = "câu hỏi"
        verbose_name_plural = "câu hỏi"
        ordering = ["questionnaire", "position"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "position"], name="question_position_once"),
            models.UniqueConstraint(fields=["questionnaire", "criterion"], name="question_criterion_once"),
        ]

    def __str__(self) -> str:
        return f"Câu {self.position + 1}, tiêu chí {self.criterion.code}"


class MappingProfile(models.Model):
    """How a sender's files of ballots are read, once confirmed: a version is never changed, a new one is added."""

    round_group = models.ForeignKey(
        RoundGroup, models.CASCADE, related_name="mapping_profiles", verbose_name="khối trong kỳ"
    )
    sender = models.CharField("nơi gửi tệp", max_length=120)
    version = models.PositiveIntegerField("phiên bản")
    shape = models.CharField("dấu của dòng tiêu đề (SHA-256)", max_length=64)
    mapping = models.JSONField("ánh xạ cột và câu trả lời", default=dict)
    created_at = models.DateTimeField("lưu lúc", auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người lưu", null=True)

    class Meta:
        verbose_name = "cách đọc tệp phiếu"
        verbose_name_plural = "cách đọc tệp phiếu"
        ordering = ["round_group", "sender", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "sender", "version"],
                name="mapping_version_once",
                violation_error_message="Phiên bản này của cách đọc đã có.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender}, phiên bản {self.version}"


class ImportBatch(models.Model):
    """One uploaded file: checked, then committed whole, then perhaps undone whole."""

    class Kind(models.TextChoices):
        BALLOTS = "ballots", "phiếu điều tra"
        FIGURES = "figures", "số liệu SIPAS, PAPI"
        ONLINE = "online", "phiếu trực tuyến"

    class State(models.TextChoices):
        UNREAD = "unread", "chờ khai cách đọc"
        CHECKED = "checked", "đã kiểm tra, chưa nhập"
        REFUSED = "refused", "có lỗi, không nhập"
        QUEUED = "queued", "đang chờ nhập"
        RUNNING = "running", "đang nhập"
        COMMITTED = "committed", "đã nhập"
        UNDONE = "undone", "đã hủy nhập"

    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="import_batches", verbose_name="khối trong kỳ"
    )
    respondent_group = models.ForeignKey(
        RespondentGroup, models.PROTECT, related_name="batches", verbose_name="nhóm đối tượng", null=True, blank=True
    )
    kind = models.CharField("loại", max_length=20, choices=Kind)
    state = models.CharField("trạng thái", max_length=20, choices=State)
    file = models.FileField("tệp", upload_to="imports/", max_length=200, blank=True)
    file_name = models.CharField("tên tệp", max_length=255)
    file_digest = models.CharField("mã kiểm tra (SHA-256)", max_length=64)
    take_hidden = models.BooleanField("tính cả dòng, cột đang ẩn", default=False)
    mapping = models.JSONField("ánh xạ cột và câu trả lời", default=dict, blank=True)
    profile = models.ForeignKey(
        "MappingProfile", models.PROTECT, related_name="batches", verbose_name="cách đọc đã lưu", null=True, blank=True
    )
    good_only = models.BooleanField("chỉ nhập các phiếu không có lỗi", default=False)
    rest = models.FileField("phiếu trả lại", upload_to="imports/", max_length=200, blank=True)
    checked_rows = models.FileField("dòng đã kiểm tra", upload_to="imports/", max_length=200, blank=True)
    rows_digest = models.CharField("mã kiểm tra các dòng (SHA-256)", max_length=64, blank=True)
    queued_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người yêu cầu nhập", null=True, blank=True
    )
    attempts = models.PositiveSmallIntegerField("số lần chạy", default=0)
    heartbeat_at = models.DateTimeField("nhịp cuối", null=True, blank=True)
    written = models.PositiveIntegerField("số phiếu đã ghi", default=0)
    message = models.TextField("thông báo", blank=True)
    counts = models.JSONField("số dòng", default=dict)
    faults = models.JSONField("lỗi", default=list)
    created_at = models.DateTimeField("tải lên lúc", auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người tải", null=True)
    committed_at = models.DateTimeField("nhập lúc", null=True, blank=True)
    undone_at = models.DateTimeField("hủy lúc", null=True, blank=True)
    undo_reason = models.TextField("lý do hủy", blank=True)

    class Meta:
        verbose_name = "lần nhập"
        verbose_name_plural = "lần nhập"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="committed") | Q(committed_at__isnull=False),
                name="committed_has_time",
                violation_error_message="Lần nhập đã ghi phải có giờ ghi.",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone") | Q(undone_at__isnull=False) & ~Q(undo_reason=""),
                name="undone_has_time_and_reason",
                violation_error_message="Hủy nhập phải có lý do.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.file_name}"


class SurveyRequest(models.Model):
    """What only two people do together, with a reason: a file for a year that is published, its undoing, a change of a
    plan that ballots came in under, a box that is never opened. The row stays, whatever became of it."""

    class Kind(models.TextChoices):
        COMMIT = "commit", "nhập tệp vào năm đã công bố"
        UNDO = "undo", "hủy lần nhập của năm đã công bố"
        PLAN = "plan", "đổi kế hoạch điều tra"
        BOX = "box", "không dùng hòm phiếu chưa mở"

    class State(models.TextChoices):
        OPEN = "open", "chờ người thứ hai"
        CONFIRMED = "confirmed", "đã xác nhận"
        REFUSED = "refused", "không xác nhận"

    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="survey_requests", verbose_name="khối trong kỳ"
    )
    kind = models.CharField("nội dung", max_length=20, choices=Kind)
    batch = models.ForeignKey(
        ImportBatch, models.PROTECT, related_name="requests", verbose_name="lần nhập", null=True, blank=True
    )
    # Of a change of the plan: which part, as it stood and as it is to be. Of a box: its group, ballots by unit.
    before = models.JSONField("trước khi đổi", default=dict, blank=True)
    after = models.JSONField("sau khi đổi", default=dict, blank=True)
    reason = models.TextField("lý do")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.OPEN)
    proposed_at = models.DateTimeField("đề nghị lúc")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người đề nghị")
    decided_at = models.DateTimeField("xử lý lúc", null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người xử lý", null=True)
    decision_reason = models.TextField("ý kiến", blank=True)

    class Meta:
        verbose_name = "đề nghị về điều tra"
        verbose_name_plural = "đề nghị về điều tra"
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch"],
                condition=Q(state="open"),
                name="one_open_request_of_a_batch",
                violation_error_message="Lần nhập này đã có đề nghị chờ người thứ hai.",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(decided_by=F("proposed_by")),
                name="two_people_confirm_a_request",
                violation_error_message="Người xác nhận phải khác người đề nghị.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None)
                | (~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="decided_request_says_who",
                violation_error_message="Đề nghị đã xử lý phải có người và thời điểm xử lý.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="request_has_reason", violation_error_message="Phải ghi lý do đề nghị."
            ),
        ]

    def __str__(self) -> str:
        return f"Đề nghị {self.get_kind_display()}, {self.round_group}"


class Ballot(models.Model):
    """One ballot: its answers one byte per question in the questionnaire's order, 0 for blank."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="ballots", verbose_name="lần nhập")
    # The index of the unique code serves the group too.
    respondent_group = models.ForeignKey(
        RespondentGroup, models.PROTECT, related_name="ballots", verbose_name="nhóm", db_index=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="ballots", verbose_name="đơn vị")
    code = models.CharField("mã phiếu", max_length=60)
    answers = models.BinaryField("câu trả lời", max_length=1000)
    invalid_reason = models.CharField("lý do không hợp lệ", max_length=40, blank=True)

    class Meta:
        verbose_name = "phiếu"
        verbose_name_plural = "phiếu"
        indexes = [models.Index(F("respondent_group"), RoughCode("code"), name="ballot_by_rough_code")]
        constraints = [
            models.UniqueConstraint(
                fields=["respondent_group", "code"],
                name="ballot_code_once_in_group",
                violation_error_message="Mã phiếu này đã có trong nhóm đối tượng.",
            )
        ]

    def __str__(self) -> str:
        return f"Phiếu {self.code}"


class Tally(models.Model):
    """How many valid ballots of a group gave each answer for a unit and a leaf."""

    respondent_group = models.ForeignKey(RespondentGroup, models.CASCADE, related_name="tallies", verbose_name="nhóm")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="tallies", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="tallies", verbose_name="tiêu chí")
    counts = models.JSONField("số phiếu theo mức", default=dict)  # {"5": 12, "4": 3}
    answered = models.PositiveIntegerField("số phiếu có trả lời")

    class Meta:
        verbose_name = "tổng hợp phiếu"
        verbose_name_plural = "tổng hợp phiếu"
        constraints = [
            models.UniqueConstraint(fields=["respondent_group", "unit", "criterion"], name="one_tally_per_cell")
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.unit}"


class SatisfactionFigure(models.Model):
    """A finished figure with its source document: points, or per cent of the maximum."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="figures", verbose_name="lần nhập")
    round_group = models.ForeignKey(RoundGroup, models.PROTECT, related_name="figures", verbose_name="khối trong kỳ")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="figures", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="figures", verbose_name="tiêu chí")
    points = models.DecimalField("điểm", max_digits=9, decimal_places=4, null=True, blank=True)
    percent = models.DecimalField("tỷ lệ %", max_digits=9, decimal_places=4, null=True, blank=True)
    source_document = models.CharField("nguồn số liệu", max_length=300)

    class Meta:
        verbose_name = "số liệu SIPAS, PAPI"
        verbose_name_plural = "số liệu SIPAS, PAPI"
        constraints = [
            models.UniqueConstraint(
                fields=["round_group", "unit", "criterion"],
                name="one_figure_per_cell",
                violation_error_message="Đã có số liệu cho đơn vị và tiêu chí này.",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=False, percent=None) | Q(points=None, percent__isnull=False),
                name="figure_points_or_percent",
                violation_error_message="Nhập điểm hoặc tỷ lệ %, không nhập cả hai.",
            ),
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.unit}"


class SurveyScore(models.Model):
    """The survey points of one leaf of one unit. No row: no ballots (not zero)."""

    class Method(models.TextChoices):
        BALLOTS = "ballots", "từ phiếu"
        FIGURE = "figure", "số liệu SIPAS, PAPI"
        IMPORT = "import", "nhập từ hồ sơ lưu"

    round_group = models.ForeignKey(
        RoundGroup, models.PROTECT, related_name="survey_scores", verbose_name="khối trong kỳ"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="survey_scores", verbose_name="đơn vị")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="survey_scores", verbose_name="tiêu chí")
    points = models.DecimalField("điểm ĐTXHH", max_digits=9, decimal_places=4, null=True, blank=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    ballots = models.PositiveIntegerField("số phiếu", null=True, blank=True)
    method = models.CharField("cách tính", max_length=20, choices=Method)

    class Meta:
        verbose_name = "điểm ĐTXHH"
        verbose_name_plural = "điểm ĐTXHH"
        constraints = [
            models.UniqueConstraint(fields=["round_group", "unit", "criterion"], name="one_survey_score_per_cell"),
            models.CheckConstraint(
                condition=Q(not_applicable=True, points=None) | Q(not_applicable=False, points__gte=0),
                name="survey_score_has_points_or_na",
                violation_error_message="Điểm ĐTXHH phải có điểm, hoặc là không áp dụng.",
            ),
        ]

    def __str__(self) -> str:
        return f"Tiêu chí {self.criterion.code} – {self.unit}"
