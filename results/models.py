"""What is computed and published: computations, their results, publications, background jobs."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from criteria.models import Round, RoundGroup
from units.models import Unit, User, by_name


class Computation(models.Model):
    """One run of the arithmetic over one block: a pure function of `inputs_digest`.

    Versions are switched at once: exactly one computation of a block is current.
    """

    round_group = models.ForeignKey(
        RoundGroup, models.CASCADE, related_name="computations", verbose_name="khối trong kỳ"
    )
    inputs_version = models.PositiveBigIntegerField("phiên bản đầu vào")
    units_version = models.PositiveBigIntegerField("phiên bản danh sách đơn vị", default=0)
    inputs_digest = models.CharField("mã đầu vào", max_length=64)
    code_version = models.CharField("phiên bản chương trình", max_length=40)
    computed_at = models.DateTimeField("tính lúc")
    current = models.BooleanField("đang dùng", default=False)

    class Meta:
        verbose_name = "lần tính"
        verbose_name_plural = "lần tính"
        ordering = ["-computed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round_group"], condition=Q(current=True), name="one_current_computation_per_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_group}, lần tính {self.pk}"


class UnitResult(models.Model):
    """A unit's row of the ranking. What cannot be computed is null, never 0."""

    computation = models.ForeignKey(Computation, models.CASCADE, related_name="unit_results", verbose_name="lần tính")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="results", verbose_name="đơn vị")
    points = models.DecimalField("tổng điểm", max_digits=12, decimal_places=4)
    max_points = models.DecimalField("điểm tối đa", max_digits=12, decimal_places=4)
    index = models.DecimalField("chỉ số (%)", max_digits=9, decimal_places=2, null=True)
    self_points = models.DecimalField("điểm tự đánh giá", max_digits=12, decimal_places=4, null=True)
    appraised_points = models.DecimalField("điểm thẩm định", max_digits=12, decimal_places=4)
    appraised_max = models.DecimalField("điểm thẩm định tối đa", max_digits=12, decimal_places=4)
    appraised_index = models.DecimalField("thẩm định (%)", max_digits=9, decimal_places=2, null=True)
    survey_points = models.DecimalField("điểm ĐTXHH", max_digits=12, decimal_places=4)
    survey_max = models.DecimalField("điểm ĐTXHH tối đa", max_digits=12, decimal_places=4)
    survey_index = models.DecimalField("ĐTXHH (%)", max_digits=9, decimal_places=2, null=True)
    bonus = models.DecimalField("điểm thưởng", max_digits=12, decimal_places=4)
    penalty = models.DecimalField("điểm trừ", max_digits=12, decimal_places=4)
    rank = models.PositiveIntegerField("hạng", null=True)
    band = models.CharField("xếp loại", max_length=60, blank=True)
    incomplete = models.JSONField("tiêu chí còn thiếu điểm", default=list)

    class Meta:
        verbose_name = "kết quả đơn vị"
        verbose_name_plural = "kết quả đơn vị"
        ordering = ["computation", F("rank").asc(nulls_last=True), *by_name()]
        constraints = [models.UniqueConstraint(fields=["computation", "unit"], name="one_result_per_unit")]

    def __str__(self) -> str:
        return f"{self.unit}, lần tính {self.computation_id}"


class Publication(models.Model):
    """A frozen ranking under a document number. `bundle` is the published JSON, byte for byte."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "chờ người thứ hai duyệt"
        PUBLISHED = "published", "đã công bố"
        WITHDRAWN = "withdrawn", "đã rút đề nghị"
        RECALLED = "recalled", "đã thu hồi"

    round = models.ForeignKey(Round, models.PROTECT, related_name="publications", verbose_name="kỳ")
    number = models.CharField("số quyết định công bố", max_length=60)
    dated = models.DateField("ngày quyết định")
    state = models.CharField("trạng thái", max_length=20, choices=State)
    bundle = models.TextField("gói dữ liệu")
    digest = models.CharField("mã kiểm tra", max_length=64)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người đề nghị", null=True)
    proposed_at = models.DateTimeField("đề nghị lúc")
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người duyệt", null=True)
    published_at = models.DateTimeField("công bố lúc", null=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, related_name="superseded_by", verbose_name="thay cho", null=True, blank=True
    )
    errata = models.TextField("nội dung đính chính", blank=True)
    open_gates = models.JSONField("việc còn mở khi công bố", default=list, blank=True)
    proposer_reason = models.TextField("lý do của người đề nghị", blank=True)
    approver_reason = models.TextField("lý do của người duyệt", blank=True)
    archives = models.JSONField("khối nhập từ hồ sơ lưu", default=list, blank=True)
    recall_reason = models.TextField("lý do thu hồi", blank=True)
    recall_proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người đề nghị thu hồi", null=True, blank=True
    )
    recall_proposed_at = models.DateTimeField("đề nghị thu hồi lúc", null=True, blank=True)
    recalled_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người quyết định thu hồi", null=True, blank=True
    )
    recalled_at = models.DateTimeField("thu hồi lúc", null=True, blank=True)

    class Meta:
        verbose_name = "công bố"
        verbose_name_plural = "công bố"
        ordering = ["-published_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "number"],
                condition=~Q(state="withdrawn"),
                name="publication_number_once",
                violation_error_message="Kỳ này đã có công bố mang số đó.",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="published_has_time",
                violation_error_message="Bản công bố phải có giờ công bố.",
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | Q(proposed_by=None) | ~Q(published_by=F("proposed_by")),
                name="two_people_publish",
                violation_error_message="Người duyệt công bố phải khác người đề nghị.",
            ),
            models.CheckConstraint(
                condition=Q(recall_proposed_at=None, recall_proposed_by=None, recall_reason="")
                | Q(recall_proposed_at__isnull=False, recall_proposed_by__isnull=False) & ~Q(recall_reason=""),
                name="recall_has_reason_and_proposer",
                violation_error_message="Đề nghị thu hồi phải có người đề nghị và lý do.",
            ),
            models.CheckConstraint(
                condition=Q(state="recalled", recalled_at__isnull=False, recalled_by__isnull=False)
                & Q(recall_proposed_by__isnull=False)
                & ~Q(recalled_by=F("recall_proposed_by"))
                | ~Q(state="recalled") & Q(recalled_at=None, recalled_by=None),
                name="two_people_recall",
                violation_error_message="Người quyết định thu hồi phải khác người đề nghị thu hồi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.round.year})"

    @property
    def waits_for_recall(self) -> bool:
        """Whether somebody has asked to take it back, and nobody decided yet."""
        return self.state == self.State.PUBLISHED and self.recall_proposed_at is not None


class Heart(models.Model):
    """When a process that works in the background last said that it lives: `worker`, `beat`, `sweep`."""

    name = models.CharField("tiến trình", max_length=20)
    machine = models.CharField("máy", max_length=120, blank=True)
    beat_at = models.DateTimeField("nhịp cuối")

    class Meta:
        verbose_name = "nhịp của tiến trình"
        verbose_name_plural = "nhịp của tiến trình"
        ordering = ["name", "machine"]
        constraints = [models.UniqueConstraint(fields=["name", "machine"], name="one_heart_per_process")]

    def __str__(self) -> str:
        return f"{self.name} {self.machine}".strip()


class PublishedFile(models.Model):
    """A file of a publication as it was first made: its digest stands in the log, and is looked at whenever it is
    given out."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="files", verbose_name="công bố")
    name = models.CharField("tên tệp", max_length=120)
    file = models.FileField("tệp", upload_to="published/", max_length=200)
    size = models.PositiveBigIntegerField("dung lượng")
    digest = models.CharField("mã kiểm tra", max_length=64)
    made_at = models.DateTimeField("tạo lúc")

    class Meta:
        verbose_name = "tệp của công bố"
        verbose_name_plural = "tệp của công bố"
        ordering = ["publication", "name"]
        constraints = [models.UniqueConstraint(fields=["publication", "name"], name="one_published_file_per_name")]

    def __str__(self) -> str:
        return f"Tệp {self.name} của công bố số {self.publication.number}"


class SignedDecision(models.Model):
    """The decision that announces a publication, as it was signed outside. One stands at a time."""

    publication = models.ForeignKey(
        Publication, models.PROTECT, related_name="signed_decisions", verbose_name="công bố"
    )
    file = models.FileField("tệp", upload_to="signed-decisions/", max_length=200)
    original_name = models.CharField("tên tệp", max_length=255)
    size = models.PositiveBigIntegerField("dung lượng")
    digest = models.CharField("mã kiểm tra", max_length=64)
    reading = models.JSONField("nội dung đọc được", default=dict)
    seen = models.BooleanField("người đăng tự đối chiếu số và ngày", default=False)
    posted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người đăng")
    posted_at = models.DateTimeField("đăng lúc")
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người gỡ", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField("gỡ lúc", null=True, blank=True)
    withdrawal_reason = models.TextField("lý do gỡ", blank=True)

    class Meta:
        verbose_name = "Quyết định đã ký"
        verbose_name_plural = "Quyết định đã ký"
        ordering = ["-posted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["publication"],
                condition=models.Q(withdrawn_at=None),
                name="one_standing_signed_decision",
                violation_error_message="Công bố này đã có Quyết định đã ký.",
            )
        ]

    def __str__(self) -> str:
        return f"Quyết định đã ký của công bố số {self.publication.number}"

    @property
    def signatures(self) -> list[tuple[str, datetime | None, bool | None]]:
        """Who signed, when by their own clock, and whether the certificate is trusted; oldest first."""
        found = self.reading.get("signatures") or []
        return [(one["by"], datetime.fromisoformat(one["at"]) if one["at"] else None, one["trusted"]) for one in found]


class Job(models.Model):
    """A piece of background work. The row says what to do and how far it is; messages to workers may be lost."""

    class Kind(models.TextChoices):
        RECOMPUTE = "recompute", "tính lại chỉ số"
        REPORT = "report", "tạo báo cáo PDF"
        STATEMENT = "statement", "tạo lịch sử thay đổi điểm"
        PAPER = "paper", "tạo văn bản"
        BOOKLETS = "booklets", "tạo phiếu kết quả của mọi đơn vị"
        SURVEY = "survey", "tạo báo cáo điều tra xã hội học"

    class State(models.TextChoices):
        QUEUED = "queued", "đang chờ"
        RUNNING = "running", "đang chạy"
        DONE = "done", "đã xong"
        FAILED = "failed", "lỗi"

    kind = models.CharField("tác vụ", max_length=20, choices=Kind)
    round_group = models.ForeignKey(
        RoundGroup, models.CASCADE, related_name="jobs", verbose_name="khối trong kỳ", null=True, blank=True
    )
    publication = models.ForeignKey(
        Publication, models.CASCADE, related_name="jobs", verbose_name="công bố", null=True, blank=True
    )
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", verbose_name="đơn vị", null=True, blank=True)
    round = models.ForeignKey(
        Round, models.CASCADE, related_name="paper_jobs", verbose_name="kỳ của văn bản", null=True, blank=True
    )
    paper = models.CharField("văn bản", max_length=40, blank=True)
    mark = models.CharField("mã nội dung", max_length=64, blank=True)
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField("tiến độ (%)", default=0)
    attempts = models.PositiveSmallIntegerField("số lần chạy", default=0)
    message = models.TextField("thông báo", blank=True)
    file = models.FileField("tệp kết quả", upload_to="reports/", max_length=200, blank=True)
    digest = models.CharField("mã kiểm tra của tệp", max_length=64, blank=True)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="người yêu cầu", null=True, blank=True
    )
    created_at = models.DateTimeField("tạo lúc", auto_now_add=True)
    heartbeat_at = models.DateTimeField("nhịp cuối", null=True, blank=True)
    finished_at = models.DateTimeField("xong lúc", null=True, blank=True)

    class Meta:
        verbose_name = "tác vụ nền"
        verbose_name_plural = "tác vụ nền"
        ordering = ["-created_at", "-id"]
        constraints = [
            # Coalescing: one recomputation per block waits at a time.
            models.UniqueConstraint(
                fields=["round_group"],
                condition=Q(kind="recompute", state="queued"),
                name="one_queued_recompute_per_group",
            )
        ]

    def __str__(self) -> str:
        return f"Tác vụ {self.pk}: {self.get_kind_display()}"

    @property
    def ending(self) -> str:
        """How the name of its file ends: pdf, docx, zip."""
        return (self.file.name or "").rpartition(".")[2] or "pdf"


class PaperText(models.Model):
    """A passage that staff typed in the papers of a round. It stays when numbers are computed anew."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="paper_texts", verbose_name="kỳ")
    slot = models.CharField("đoạn văn", max_length=40)
    text = models.TextField("nội dung", blank=True)
    version = models.PositiveIntegerField("lần sửa", default=1)
    edited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người sửa")
    edited_at = models.DateTimeField("sửa lúc")

    class Meta:
        verbose_name = "đoạn văn của văn bản"
        verbose_name_plural = "đoạn văn của văn bản"
        ordering = ["round", "slot"]
        constraints = [models.UniqueConstraint(fields=["round", "slot"], name="one_text_per_slot")]

    def __str__(self) -> str:
        return f"Đoạn {self.slot} ({self.round.year})"


class Recommendation(models.Model):
    """A recommendation of a year's analysis, with who is to do it; next year's report says what became of it."""

    class State(models.TextChoices):
        OPEN = "open", "chưa thực hiện"
        PARTLY = "partly", "thực hiện một phần"
        DONE = "done", "đã thực hiện"
        DROPPED = "dropped", "không thực hiện"

    round = models.ForeignKey(Round, models.CASCADE, related_name="recommendations", verbose_name="kỳ")
    text = models.TextField("kiến nghị")
    owner = models.CharField("cơ quan thực hiện", max_length=200)
    due = models.DateField("hạn hoàn thành", null=True, blank=True)
    state = models.CharField("tình hình thực hiện", max_length=20, choices=State, default=State.OPEN)
    outcome = models.TextField("kết quả thực hiện", blank=True)
    version = models.PositiveIntegerField("lần sửa", default=1)
    edited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người sửa")
    edited_at = models.DateTimeField("sửa lúc")

    class Meta:
        verbose_name = "kiến nghị"
        verbose_name_plural = "kiến nghị"
        ordering = ["round", "pk"]

    def __str__(self) -> str:
        return f"Kiến nghị {self.pk} ({self.round.year})"
