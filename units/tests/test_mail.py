from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cchc_index.lib import clock
from units.mail import actions as mail
from units.mail.letters import Letter
from units.mail.models import Mail
from units.mail.queries import ATTEMPTS, has_lost
from units.models import Role
from units.queries import people_of
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db

LETTER = Letter("thu.su-kien:1", "Có việc cần làm", ["Đoạn một.", "", "Đoạn hai."], "/tu-danh-gia/")


class Refusing(EmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise SMTPServerDisconnected("máy chủ thư không trả lời")


REFUSING = f"{__name__}.Refusing"


def test_a_mail_is_plain_text_with_greeting_link_and_foot(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://cchc.example.vn"
    reader = UserFactory.create(full_name="Trần Thu Hà", email="ha@example.vn")
    mail.post(LETTER, [reader])
    assert mail.send_waiting() == 1
    sent = outbox.outbox[0]
    assert (sent.subject, sent.to) == ("Có việc cần làm", ["ha@example.vn"])
    assert sent.body == (
        "Kính gửi Ông/Bà Trần Thu Hà,\n\nĐoạn một.\n\nĐoạn hai.\n\n"
        "Xem tại: https://cchc.example.vn/tu-danh-gia/\n\n"
        "Thư tự động của hệ thống Chỉ số cải cách hành chính của thành phố Hà Nội; không cần trả lời thư này.\n"
    )
    assert sent.extra_headers["Message-ID"].endswith("@cchc.example.vn>")


def test_a_demonstration_says_so_in_subject_and_body() -> None:
    marked = Letter("thu:2", "Việc", ["Đoạn."], "/", illustrative=True)
    mail.post(marked, [UserFactory.create()])
    written = Mail.objects.get()
    assert written.subject == "[Minh họa] Việc"
    assert "DỮ LIỆU MINH HỌA" in written.body


def test_one_event_writes_once_to_each_person() -> None:
    readers = UserFactory.create_batch(2)
    assert mail.post(LETTER, [*readers, readers[0]]) == mail.Posted(2, 0)
    assert mail.post(LETTER, readers) == mail.Posted(0, 0)
    assert mail.send_waiting() == 2
    assert mail.send_waiting() == 0
    assert len(outbox.outbox) == 2


def test_people_without_an_address_are_skipped_and_counted() -> None:
    assert mail.post(LETTER, [UserFactory.create(email=""), UserFactory.create()]) == mail.Posted(1, 1)


def test_a_sent_mail_is_never_sent_again_however_often_the_task_runs() -> None:
    mail.post(LETTER, [UserFactory.create()])
    pk = Mail.objects.get().pk
    assert [mail.send(pk) for _ in range(3)] == [True, False, False]
    assert len(outbox.outbox) == 1


def test_a_claimed_mail_is_left_to_its_worker_and_taken_over_when_the_worker_died() -> None:
    mail.post(LETTER, [UserFactory.create()])
    pk = Mail.objects.get().pk
    assert mail._claim(pk) is not None
    assert mail.send(pk) is False
    with clock.at(clock.now() + mail.PATIENCE + timedelta(seconds=1)):
        assert has_lost() is False
        assert mail.send(pk) is True


def test_a_server_that_is_away_loses_nothing(settings: Settings) -> None:
    mail.post(LETTER, [UserFactory.create()])
    settings.EMAIL_BACKEND = REFUSING
    assert mail.send_waiting() == 0
    held = Mail.objects.get()
    assert (held.sent_at, held.attempts, held.fault) == (None, 1, "máy chủ thư không trả lời")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mail.send_waiting() == 0  # not before its time
    with clock.at(held.due_at + timedelta(minutes=1)):
        assert has_lost() is True
        assert mail.send_waiting() == 1


def test_a_mail_that_nobody_takes_is_given_up_after_eight_attempts(settings: Settings) -> None:
    settings.EMAIL_BACKEND = REFUSING
    mail.post(LETTER, [UserFactory.create()])
    for day in range(20):
        with clock.at(clock.now() + timedelta(days=day)):
            mail.send_waiting()
    assert Mail.objects.get().attempts == ATTEMPTS


def test_a_line_break_in_a_name_makes_no_header() -> None:
    mail.post(Letter("thu:3", "Đơn vị\r\nBcc: ai@example.vn", [], "/"), [UserFactory.create()])
    assert mail.send_waiting() == 1
    assert outbox.outbox[0].subject == "Đơn vị Bcc: ai@example.vn"


def test_the_task_is_asked_for_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        mail.post(LETTER, [UserFactory.create()])
        mail.post(LETTER, [])
    assert len(callbacks) == 1


def test_only_people_in_the_role_now_are_written_to() -> None:
    unit, other = UnitFactory.create(), UnitFactory.create()
    head, officer = person(Role.UNIT_HEAD, unit), person(Role.UNIT_OFFICER, unit)
    person(Role.UNIT_HEAD, unit, is_active=False)
    person(Role.UNIT_HEAD, other)
    left = person(Role.UNIT_HEAD, unit)
    left.memberships.update(active=False)
    assert people_of([unit.pk], Role.UNIT_HEAD) == {unit.pk: [head]}
    assert set(people_of([unit.pk], Role.UNIT_HEAD, Role.UNIT_OFFICER)[unit.pk]) == {head, officer}
