"""The mail to the index managers once a unit has answered."""

from collections import Counter

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from appraisal.models import Action, Appraisal, AppraisalEntry, Stage
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role
from units.queries import holders_of


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
