"""The outbox."""

from django.db import models
from django.db.models import Q

from units.models import User


class Mail(models.Model):
    """A mail owed to a person: written in the transaction of the event it tells of, sent afterwards
    (units/mail/actions.py). `event` names what happened; one person hears of one event once."""

    event = models.CharField("sự kiện", max_length=120)
    recipient = models.ForeignKey(User, models.CASCADE, related_name="mails", verbose_name="người nhận")
    address = models.EmailField("địa chỉ thư")
    subject = models.CharField("tiêu đề", max_length=250)
    body = models.TextField("nội dung")
    created_at = models.DateTimeField("viết lúc")
    # Not to be tried before: a mail being sent, or one whose server did not answer, waits.
    due_at = models.DateTimeField("gửi từ lúc")
    attempts = models.PositiveSmallIntegerField("số lần gửi", default=0)
    sent_at = models.DateTimeField("gửi xong lúc", null=True, blank=True)
    fault = models.CharField("lỗi lần cuối", max_length=250, blank=True)

    class Meta:
        verbose_name = "thư báo"
        verbose_name_plural = "thư báo"
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["event", "recipient"], name="one_mail_per_event_and_person")]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="mail_waiting")]

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"
