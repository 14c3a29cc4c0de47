"""What the council asks a unit about one leaf, message by message."""

from django.db import models
from django.db.models import Q

from criteria.models import Criterion, RoundGroup
from selfassess.models import Document
from units.auditlog.models import LogEntry
from units.models import Unit, User

from .append_only import AppendOnly


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
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.OPEN)

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
    step = models.CharField("thao tác", max_length=20, choices=Step)
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người viết")
    text = models.TextField("nội dung", blank=True)
    at = models.DateTimeField("thời điểm")
    documents = models.ManyToManyField(Document, related_name="messages", verbose_name="tài liệu", blank=True)
    log = models.ForeignKey(LogEntry, models.PROTECT, related_name="+", verbose_name="mục nhật ký")

    class Meta:
        verbose_name = "trao đổi của câu hỏi"
        verbose_name_plural = "trao đổi của câu hỏi"
        ordering = ["question", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["question", "sequence"], name="message_sequence_once"),
            models.CheckConstraint(condition=~Q(text="") | Q(step="close"), name="message_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.get_step_display()}, lần {self.sequence}"
