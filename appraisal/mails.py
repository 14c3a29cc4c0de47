"""The mails of the council's side: a stage released to the units, a unit that has answered."""

from collections import Counter
from datetime import date

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from cchc_index.lib import clock
from criteria import queries as criteria_queries
from criteria.models import Extension, Phase, RoundGroup
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role, Unit, User
from units.queries import holders_of, people_of

from . import rules
from .models import Action, Appraisal, AppraisalEntry, Question, Release, Stage

BOTH = (Role.UNIT_OFFICER, Role.UNIT_HEAD)


def tell_release(release: Release) -> mail.Posted:
    """Tell the officers and heads of every unit of the block. After round 1: how many criteria were
    adjusted, and until when the unit may explain. Six queries whatever the number of units. An archive's
    release concerns nobody who has something to do, and tells nobody."""
    if release.stage == Stage.IMPORT:
        return mail.Posted(0, 0)
    block = release.round_group
    units = list(criteria_queries.units_of(block))
    people = people_of([unit.pk for unit in units], *BOTH)
    adjusted = _adjusted(block)
    deadlines = _deadlines(block) if release.stage == Stage.ROUND1 else {}
    common = deadlines.get(0, "")
    letters = [
        (_released(release, unit, adjusted[unit.pk], deadlines.get(unit.pk, common)), person)
        for unit in units
        for person in people.get(unit.pk, [])
    ]
    return mail.post_all(letters)


def _adjusted(block: RoundGroup) -> Counter[int]:
    """{unit: how many of its standings are adjustments}."""
    rows = Appraisal.objects.filter(round_group=block, action=Action.ADJUST).exclude(stage=Stage.IMPORT)
    return Counter(rows.order_by("pk").values_list("unit_id", flat=True))


def _deadlines(block: RoundGroup) -> dict[int, str]:
    """When the explanation closes, in words: 0 for the phase itself, by unit where extended."""
    phase = criteria_queries.phase(block.round, Phase.Kind.EXPLANATION)
    if phase is None:
        return {}
    edges = dict(Extension.objects.filter(phase=phase).order_by("pk").values_list("unit_id", "closes_at"))
    if phase.closes_at is not None:
        edges[0] = phase.closes_at
    return {unit: f"{clock.hanoi(edge):%H:%M ngày %d/%m/%Y}" for unit, edge in edges.items()}


def _released(release: Release, unit: Unit, adjusted: int, until: str) -> Letter:
    year, stage = release.round_group.round.year, release.get_stage_display()
    if release.stage == Stage.ROUND1 and adjusted:
        subject = f"{unit}: {adjusted} tiêu chí bị điều chỉnh, đề nghị giải trình"
        todo = "Đề nghị xem lý do, rồi đồng ý hoặc giải trình kèm tài liệu từng tiêu chí."
        limit = f"Hạn giải trình: {until}." if until else ""
    else:
        subject = f"{unit}: có kết quả {stage.lower()} năm {year}"
        todo = f"Số tiêu chí điều chỉnh so với điểm tự chấm: {adjusted}."
        limit = "Đơn vị không phải làm gì thêm."
    return Letter(
        event=f"appraisal.release:{release.pk}:{unit.pk}",
        subject=subject,
        paragraphs=[f"Hội đồng đã công bố cho {unit} kết quả {stage.lower()} Chỉ số CCHC năm {year}.", todo, limit],
        path=f"{reverse('appraisal:replies')}?nam={year}",
        illustrative=release.round_group.round.illustrative,
    )


def tell_replies(standing: Appraisal) -> mail.Posted:
    """Once a unit has answered its last open adjustment, tell the index managers: one mail per unit and
    block, not one per answer."""
    answers = Counter(_answers(standing))
    if not answers or None in answers:
        return mail.Posted(0, 0)
    unit, block = standing.unit, standing.round_group
    total = sum(answers.values())
    counted = f"đồng ý {answers[Action.AGREE]}, không đồng ý {answers[Action.DISAGREE]}"
    letter = Letter(
        event=f"appraisal.replies:{block.pk}:{unit.pk}",
        subject=f"{unit} đã trả lời đủ {total} tiêu chí bị điều chỉnh",
        paragraphs=[
            f"{unit} đã trả lời đủ {total} tiêu chí bị điều chỉnh lần 1 của năm {block.round.year}: {counted}.",
            "Đơn vị còn có thể sửa câu trả lời đến hết hạn giải trình; hệ thống không báo lại.",
        ],
        path=f"{reverse('appraisal:home')}?nam={block.round.year}",
        illustrative=block.round.illustrative,
    )
    return mail.post(letter, holders_of(Role.INDEX_MANAGER))


def _answers(standing: Appraisal) -> list[str | None]:
    """The unit's last answer to each adjustment of round 1; None where there is none yet."""
    replies = AppraisalEntry.objects.filter(appraisal=OuterRef("pk"), stage=Stage.EXPLANATION).order_by("-sequence")
    cells = Appraisal.objects.filter(
        round_group=standing.round_group_id, unit=standing.unit_id, stage=Stage.ROUND1, action=Action.ADJUST
    )
    answered = cells.annotate(answer=Subquery(replies.values("action")[:1])).order_by("pk")
    return list(answered.values_list("answer", flat=True))


def assignment_reminder(block: RoundGroup, member: User, waiting: int, day: date) -> Letter:
    """What waits for a council member; one mail a day."""
    year = block.round.year
    return Letter(
        event=f"appraisal.remind:{block.pk}:{member.pk}:{day:%Y-%m-%d}",
        subject=f"Còn {waiting} tiêu chí chờ thẩm định, khối {block.group}",
        paragraphs=[
            f"Còn {waiting} tiêu chí được phân công cho ông/bà đang chờ thẩm định: khối {block.group}, năm {year}.",
        ],
        path=f"{reverse('appraisal:home')}?nam={year}",
        illustrative=block.round.illustrative,
    )


def tell_question(question: Question, message: int) -> mail.Posted:
    """Tell whoever answers for the unit: the assignee, else its officers and heads."""
    answering = [question.assignee] if question.assignee else rules.people_answering(question.unit_id)
    code, until = question.criterion.code, f"{question.due_on:%d/%m/%Y}"
    letter = Letter(
        event=f"appraisal.question:{question.pk}:{message}",
        subject=f"{question.unit}: Hội đồng thẩm định hỏi về tiêu chí {code}",
        paragraphs=[
            f"Hội đồng thẩm định có câu hỏi về tiêu chí {code} năm {question.round_group.round.year}.",
            f"Đề nghị trả lời trước hết ngày {until}.",
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
        subject=f"{question.unit}: bạn được giao trả lời câu hỏi về tiêu chí {question.criterion.code}",
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
        paragraphs=[f"{question.unit} đã trả lời câu hỏi của ông/bà về tiêu chí {question.criterion.code}."],
        path=reverse("appraisal:question", args=[question.pk]),
        illustrative=question.round_group.round.illustrative,
    )
    return mail.post(letter, [question.opened_by])
