"""The mails of the year: who hears of what, in which words; once; none for an event that did not happen."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from appraisal.releases import mails as releases_mails
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, council, release_stage, stage_of
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from criteria.calendar import actions as criteria
from criteria.models import Criterion, Stage
from criteria.tests.factories import open_stage
from results.publication import mails
from results.tests.published import publish
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment, SelfScore
from selfassess.reminders.actions import send_reminders
from selfassess.reminders.queries import due_step
from selfassess.tests.factories import small_assessment
from units.mail.models import Mail
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

NOON = datetime(2032, 1, 5, 12, tzinfo=clock.HANOI)


def written() -> list[tuple[str, str]]:
    return sorted((mail.address, mail.subject) for mail in Mail.objects.all())


def text(subject: str) -> str:
    return present(Mail.objects.filter(subject__contains=subject).order_by("pk").first()).body


# --- the unit's side ------------------------------------------------------------------------------


@pytest.fixture
def own() -> SelfAssessment:
    """A complete draft of Sở Thử, open until 9/1/2032 17:00."""
    made = small_assessment()
    Unit.objects.filter(pk=made.unit_id).update(name="Sở Thử", code="ST")
    made.unit.refresh_from_db()
    for leaf in made.round_group.criteria_set.criteria.filter(source="self"):
        SelfScore.objects.create(assessment=made, criterion=leaf, points=Decimal(1), explanation="Có.", version=1)
    opens = NOON - timedelta(days=30)
    closes = datetime(2032, 1, 9, 17, tzinfo=clock.HANOI)
    open_stage(made.round_group.round, "self_assessment", opens=opens, closes=closes)
    return made


@pytest.fixture
def officer(own: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, own.unit, full_name="Trần Thu Hà", email="ha@example.vn")


@pytest.fixture
def head(own: SelfAssessment) -> User:
    return person(Role.UNIT_HEAD, own.unit, full_name="Nguyễn Đình Hòa", email="hoa@example.vn")


def test_the_head_hears_of_a_draft_that_waits(
    own: SelfAssessment, officer: User, head: User, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://cchc.example.vn"
    with clock.at(NOON):
        lifecycle.hand_over(actor=officer, assessment_id=own.pk)
    assert written() == [("hoa@example.vn", "Bản tự đánh giá của Sở Thử chờ Ông/Bà duyệt")]
    assert text("chờ Ông/Bà duyệt") == (
        "Kính gửi Ông/Bà Nguyễn Đình Hòa,\n\n"
        "Bản tự đánh giá Chỉ số CCHC năm 2031 của Sở Thử đã được Trần Thu Hà trình lúc 12:00:00 ngày 05/01/2032.\n\n"
        "Đề nghị kiểm tra, rồi nộp hoặc trả lại kèm lý do.\n\n"
        "Hạn nộp: 17:00 ngày 09/01/2032.\n\n"
        f"Xem tại: https://cchc.example.vn/tu-danh-gia/{own.pk}/kiem-tra/\n\n"
        "Thư tự động của hệ thống Chỉ số cải cách hành chính của thành phố Hà Nội; không cần trả lời thư này.\n"
    )


def test_the_officer_hears_why_it_came_back(own: SelfAssessment, officer: User, head: User) -> None:
    with clock.at(NOON):
        lifecycle.hand_over(actor=officer, assessment_id=own.pk)
        lifecycle.send_back(actor=head, assessment_id=own.pk, reason="Thiếu phụ lục 2.")
    assert ("ha@example.vn", "Bản tự đánh giá của Sở Thử được trả lại để sửa") in written()
    assert "Lý do: Thiếu phụ lục 2." in text("trả lại để sửa")


def test_both_get_the_receipt_and_submitting_again_writes_no_second(
    own: SelfAssessment, officer: User, head: User
) -> None:
    with clock.at(NOON):
        for _ in range(3):
            done = lifecycle.submit(actor=head, assessment_id=own.pk)
    subject = f"Biên nhận {done.receipt_number}: Sở Thử đã nộp bản tự đánh giá"
    assert written() == [("ha@example.vn", subject), ("hoa@example.vn", subject)]
    assert f"Mã kiểm tra: {done.receipt_digest}" in text("Biên nhận")


def test_both_hear_of_a_reopening_and_its_reason_and_a_second_turn_is_a_new_event(
    own: SelfAssessment, officer: User, head: User
) -> None:
    manager = person(Role.INDEX_MANAGER)
    with clock.at(NOON):
        for _ in range(2):
            lifecycle.submit(actor=head, assessment_id=own.pk)
            lifecycle.reopen(actor=manager, assessment_id=own.pk, reason="Sai kỳ số liệu.")
    assert Mail.objects.filter(subject__contains="được mở lại").count() == 4
    assert "Lý do: Sai kỳ số liệu." in text("được mở lại")
    assert "Biên nhận đã cấp không còn hiệu lực" in text("được mở lại")


def test_a_refused_verb_and_a_rolled_back_one_write_no_mail(own: SelfAssessment, officer: User, head: User) -> None:
    with clock.at(NOON + timedelta(days=30)), pytest.raises(Refused):
        lifecycle.submit(actor=head, assessment_id=own.pk)
    with clock.at(NOON), transaction.atomic():
        lifecycle.submit(actor=head, assessment_id=own.pk)
        assert Mail.objects.count() == 2
        transaction.set_rollback(True)
    assert not Mail.objects.exists()


def test_an_extension_is_told_with_its_reason_and_said_again_only_when_it_moves(
    own: SelfAssessment, officer: User, head: User
) -> None:
    manager, stage = person(Role.INDEX_MANAGER), Stage.objects.get(name="self_assessment")
    until = datetime(2032, 1, 12, 17, tzinfo=clock.HANOI)

    def extend(closes: datetime) -> None:
        with clock.at(NOON):
            criteria.grant_extension(
                actor=manager, stage_id=stage.pk, unit_id=own.unit_id, closes_at=closes, reason="Sáp nhập."
            )

    extend(until)
    extend(until)
    assert Mail.objects.count() == 2
    assert "Sở Nội vụ gia hạn giai đoạn Tự đánh giá" in text("được gia hạn tự đánh giá đến 17:00 ngày 12/01/2032")
    assert "Lý do: Sáp nhập." in text("được gia hạn")
    extend(until + timedelta(days=1))
    assert Mail.objects.count() == 4


# --- before the deadline --------------------------------------------------------------------------


def days_before(days: int) -> datetime:
    return datetime(2032, 1, 9, 8, tzinfo=clock.HANOI) - timedelta(days=days)


def test_reminders_come_seven_three_and_one_day_before_and_each_once(
    own: SelfAssessment, officer: User, head: User
) -> None:
    counts = []
    for days in range(10, -2, -1):
        with clock.at(days_before(days)):
            counts.append((days, send_reminders().written))
            assert send_reminders().written == 0
    assert [days for days, count in counts if count] == [7, 3, 1]
    assert {count for _, count in counts} == {0, 2}
    assert "chưa nộp (đang nhập)" in text("Còn 7 ngày đến hạn nộp")


def test_a_missed_day_is_made_up_for_and_not_after_the_closing(own: SelfAssessment, officer: User) -> None:
    with clock.at(days_before(5)):
        assert send_reminders().written == 1
    with clock.at(datetime(2032, 1, 9, 16, 59, tzinfo=clock.HANOI)):
        assert send_reminders().written == 1
    with clock.at(datetime(2032, 1, 9, 17, tzinfo=clock.HANOI)):
        assert due_step(Stage.objects.get(name="self_assessment").closes_at) is None
        assert send_reminders().written == 0
    assert Mail.objects.filter(subject="Hôm nay đến hạn nộp bản tự đánh giá của Sở Thử").count() == 1


def test_who_has_submitted_is_left_in_peace_and_who_has_not_begun_is_not(
    own: SelfAssessment, officer: User, head: User
) -> None:
    late = person(Role.UNIT_HEAD, UnitFactory.create(group=own.unit.group, name="Sở Chậm"), email="cham@example.vn")
    with clock.at(days_before(1)):
        lifecycle.submit(actor=head, assessment_id=own.pk)
        Mail.objects.all().delete()
        assert send_reminders().written == 1
    mail = Mail.objects.get()
    assert mail.recipient == late
    assert "chưa bắt đầu" in mail.body


def test_an_extended_unit_is_reminded_of_its_own_closing(own: SelfAssessment, officer: User) -> None:
    with clock.at(NOON):
        criteria.grant_extension(
            actor=person(Role.INDEX_MANAGER),
            stage_id=Stage.objects.get(name="self_assessment").pk,
            unit_id=own.unit_id,
            closes_at=datetime(2032, 1, 30, 17, tzinfo=clock.HANOI),
            reason="Sáp nhập.",
        )
    with clock.at(days_before(1)):
        assert send_reminders().written == 0
    with clock.at(datetime(2032, 1, 27, 8, tzinfo=clock.HANOI)):
        assert send_reminders().written == 1


# --- the council's side and the publication -------------------------------------------------------


@pytest.fixture
def year() -> Council:
    made = council()
    open_stage(made.round_group.round, "explanation", closes=NOON)
    for leaf in (made.leaf, made.other_leaf):
        decisions.adjust(
            actor=made.member,
            **made.cell(leaf=leaf),
            points=Decimal("0.25"),
            reason_id=made.reason.pk,
            comment="Thiếu số liệu.",
            seen_version=0,
        )
    return made


def release(made: Council, stage: str) -> None:
    release_stage(made.manager, made.round_group, stage)


def test_a_released_round_asks_the_lowered_units_to_explain_by_their_deadline(year: Council) -> None:
    person(Role.UNIT_HEAD, year.second)
    release(year, "round1")
    release(year, "round1")
    assert sorted(mail.recipient_id for mail in Mail.objects.all())[:2] == sorted([year.officer.pk, year.head.pk])
    assert Mail.objects.count() == 3
    body = Mail.objects.get(recipient=year.head).body
    assert "2 tiêu chí bị điều chỉnh, đề nghị giải trình" in Mail.objects.get(recipient=year.head).subject
    assert "Hạn giải trình: 12:00 ngày 05/01/2032." in body
    assert (
        "Đơn vị không cần thực hiện thêm thao tác nào."
        in Mail.objects.exclude(recipient__in=[year.head, year.officer]).get().body
    )
    assert str(year.member) not in "".join(Mail.objects.values_list("body", flat=True))


def test_a_release_takes_the_same_queries_for_few_and_many_units(year: Council) -> None:
    from appraisal.models import Release

    def cost() -> int:
        stage = stage_of(year.round_group, "round1")
        release = Release.objects.create(round_group=year.round_group, stage=stage, released_at=clock.now())
        with CaptureQueriesContext(connection) as queries:
            releases_mails.tell_release(release)
        release.delete()
        return len(queries)

    few = cost()
    for unit in UnitFactory.create_batch(12, group=year.round_group.group):
        person(Role.UNIT_HEAD, unit)
    assert cost() == few


def test_managers_hear_once_when_a_unit_has_answered_everything(year: Council) -> None:
    release(year, "round1")
    Mail.objects.all().delete()

    def answer(leaf: Criterion, agree: bool, words: str = "") -> None:
        standing = year.standing(leaf=leaf)
        replies.reply(actor=year.head, appraisal_id=standing.pk, agree=agree, comment=words, document_ids=[])

    with clock.at(NOON - timedelta(hours=1)):
        answer(year.leaf, True)
        assert not Mail.objects.filter(recipient=year.manager).exists()
        answer(year.other_leaf, False, "Có ở trang 3.")
        answer(year.other_leaf, False, "Có ở trang 4.")
    mail = Mail.objects.get(recipient=year.manager)
    assert (mail.recipient, mail.subject) == (year.manager, f"{year.first} đã trả lời đủ 2 tiêu chí bị điều chỉnh")
    assert "đồng ý 1, không đồng ý 1" in mail.body


def test_the_heads_of_ranked_units_hear_of_the_publication(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://cchc.example.vn"
    publication = publish()
    publication.refresh_from_db()
    unit = present(
        Unit.objects.filter(group=present(publication.round.groups.order_by("pk").first()).group)
        .order_by("code")
        .first()
    )
    head = person(Role.UNIT_HEAD, unit)
    person(Role.UNIT_OFFICER, unit)
    person(Role.UNIT_HEAD, UnitFactory.create(group=unit.group))
    assert mails.tell_publication(publication).written == 1
    mail = Mail.objects.get()
    assert mail.recipient == head
    assert f"theo Quyết định số {publication.number}" in mail.body
    assert f"https://cchc.example.vn/xep-hang/{publication.round.year}/" in mail.body
    assert mails.tell_publication(publication).written == 0
