"""The mails of a question: to whoever answers for the unit, and back to whoever asked."""

from django.urls import reverse

from appraisal.models import Question
from appraisal.rules import answering as rules_answering
from units.mail import actions as mail
from units.mail.letters import Letter


def tell_question(question: Question, message: int) -> mail.Posted:
    """Tell whoever answers for the unit: the assignee, else its officers and heads."""
    answering = [question.assignee] if question.assignee else rules_answering.people_answering(question.unit_id)
    code, until = question.criterion.code, f"{question.due_on:%d/%m/%Y}"
    letter = Letter(
        event=f"appraisal.question:{question.pk}:{message}",
        subject=f"{question.unit}: Hội đồng thẩm định hỏi về tiêu chí {code}",
        paragraphs=[
            f"Hội đồng thẩm định có câu hỏi về tiêu chí {code} năm {question.round_group.round.year}.",
            f"Đề nghị trả lời chậm nhất ngày {until}.",
        ],
        path=reverse("appraisal:asked", args=[question.pk]),
        illustrative=question.round_group.round.illustrative,
    )
    return mail.post(letter, answering)


def tell_assignee(question: Question) -> mail.Posted:
    """Tell the person of the unit who is to answer."""
    if question.assignee is None:
        return mail.Posted(0, 0)
    letter = Letter(
        event=f"appraisal.question.assigned:{question.pk}:{question.assignee_id}",
        subject=f"{question.unit}: phân công trả lời câu hỏi về tiêu chí {question.criterion.code}",
        paragraphs=[f"Hạn trả lời: hết ngày {question.due_on:%d/%m/%Y}."],
        path=reverse("appraisal:asked", args=[question.pk]),
        illustrative=question.round_group.round.illustrative,
    )
    return mail.post(letter, [question.assignee])


def tell_answer(question: Question, message: int) -> mail.Posted:
    """Tell the person who asked."""
    letter = Letter(
        event=f"appraisal.answer:{question.pk}:{message}",
        subject=f"{question.unit} đã trả lời câu hỏi về tiêu chí {question.criterion.code}",
        paragraphs=[f"{question.unit} đã trả lời câu hỏi của Ông/Bà về tiêu chí {question.criterion.code}."],
        path=reverse("appraisal:question", args=[question.pk]),
        illustrative=question.round_group.round.illustrative,
    )
    return mail.post(letter, [question.opened_by])
