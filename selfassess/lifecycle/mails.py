"""The mails of an assessment's steps: who hears of which, in which words."""

from django.urls import reverse

from cchc_index.lib import clock
from criteria.calendar import queries as calendar
from criteria.models import Stage
from selfassess.models import SelfAssessment, Transition
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role
from units.queries import people_of

LOCKED = "Bản tự đánh giá đã khóa kể từ thời điểm nộp. Nếu cần chỉnh sửa, đề nghị Sở Nội vụ mở lại."
OFFICERS, HEADS, BOTH = (Role.UNIT_OFFICER,), (Role.UNIT_HEAD,), (Role.UNIT_OFFICER, Role.UNIT_HEAD)
READERS = {"hand_over": HEADS, "take_back": HEADS, "send_back": OFFICERS, "submit": BOTH, "reopen": BOTH}


def tell(step: Transition) -> mail.Posted:
    """Write the mails of one step of an assessment: `hand_over` and `take_back` to the heads, `send_back` to
    its officers, `submit` (the receipt) and `reopen` to both."""
    assessment = step.assessment
    people = people_of([assessment.unit_id], *READERS[step.verb])
    return mail.post(_LETTERS[step.verb](step), people.get(assessment.unit_id, []))


def _letter(step: Transition, subject: str, paragraphs: list[str], page: str) -> Letter:
    assessment = step.assessment
    return Letter(
        event=f"selfassess.{step.verb}:{step.pk}",
        subject=subject,
        paragraphs=paragraphs,
        path=reverse(f"selfassess:{page}", args=[assessment.pk]),
        illustrative=assessment.round_group.round.illustrative,
    )


def _named(assessment: SelfAssessment) -> str:
    return f"Bản tự đánh giá Chỉ số CCHC năm {assessment.round_group.round.year} của {assessment.unit}"


def _until(assessment: SelfAssessment) -> str:
    stage = calendar.stage(assessment.round_group.round, Stage.Kind.SELF_ASSESSMENT)
    closes = calendar.closing(stage, assessment.unit)
    if closes is None:
        return ""
    if closes <= clock.now():
        return "Thời gian tự đánh giá đã hết; cần sửa thì đề nghị Sở Nội vụ gia hạn."
    return f"Hạn nộp: {clock.in_words(closes)}."


def _handed_over(step: Transition) -> Letter:
    subject = f"Bản tự đánh giá của {step.assessment.unit} chờ Ông/Bà duyệt"
    said = f"{_named(step.assessment)} đã được {step.actor} trình lúc {_hour(step)}."
    asked = "Đề nghị kiểm tra, rồi nộp hoặc trả lại kèm lý do."
    lacking = [step.reason] if step.reason else []
    return _letter(step, subject, [said, *lacking, asked, _until(step.assessment)], "check")


def _taken_back(step: Transition) -> Letter:
    subject = f"Bản tự đánh giá của {step.assessment.unit} được thu hồi, chưa cần duyệt"
    said = f"{_named(step.assessment)} được {step.actor} thu hồi lúc {_hour(step)} để sửa thêm."
    return _letter(step, subject, [said, "Khi bản tự đánh giá được trình lại, Ông/Bà sẽ nhận được thư."], "check")


def _sent_back(step: Transition) -> Letter:
    subject = f"Bản tự đánh giá của {step.assessment.unit} được trả lại để sửa"
    said = f"{_named(step.assessment)} được {step.actor} trả lại lúc {_hour(step)}."
    return _letter(step, subject, [said, f"Lý do: {step.reason}", _until(step.assessment)], "assessment")


def _submitted(step: Transition) -> Letter:
    assessment = step.assessment
    subject = f"Biên nhận {assessment.receipt_number}: {assessment.unit} đã nộp bản tự đánh giá"
    said = f"{_named(assessment)} đã được {step.actor} nộp lúc {_hour(step)}."
    receipt = f"Số biên nhận: {assessment.receipt_number}\nMã kiểm tra: {assessment.receipt_digest}"
    return _letter(step, subject, [said, receipt, LOCKED], "receipt")


def _reopened(step: Transition) -> Letter:
    subject = f"Bản tự đánh giá của {step.assessment.unit} được mở lại"
    said = f"{_named(step.assessment)} được Sở Nội vụ mở lại lúc {_hour(step)} để đơn vị sửa và nộp lại."
    again = "Biên nhận đã cấp không còn hiệu lực; nộp lại sẽ có biên nhận mới."
    return _letter(step, subject, [said, f"Lý do: {step.reason}", again, _until(step.assessment)], "assessment")


def _hour(step: Transition) -> str:
    return clock.in_words(step.at, seconds=True)


_LETTERS = {
    "hand_over": _handed_over,
    "take_back": _taken_back,
    "send_back": _sent_back,
    "submit": _submitted,
    "reopen": _reopened,
}
