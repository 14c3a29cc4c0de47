"""The mails of a reply: its receipt to the unit's people; to the index managers once a unit has answered all."""

from collections import Counter

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from appraisal.models import Action, Appraisal, AppraisalEntry, ReplyReceipt
from appraisal.rules import answering
from appraisal.rules.stages import calendar
from cchc_index.lib import clock
from criteria.models import Stage
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role
from units.queries import holders_of, people_of


def tell_receipt(receipt: ReplyReceipt, count: int) -> mail.Posted:
    """The receipt, to the officers and heads of the unit."""
    unit, year = receipt.unit, receipt.round_group.round.year
    at = clock.in_words(receipt.sent_at, seconds=True)
    letter = Letter(
        event=f"appraisal.receipt:{receipt.pk}",
        subject=f"Biên nhận {receipt.number}: {unit} đã gửi giải trình",
        paragraphs=[
            f"{unit} đã gửi giải trình {count} tiêu chí bị điều chỉnh của năm {year}: {receipt.sent_by}, lúc {at}.",
            f"Số biên nhận: {receipt.number}\nMã kiểm tra: {receipt.digest}",
            "Trước khi hết hạn giải trình, đơn vị sửa và gửi lại được; ý kiến gửi sau cùng được tính.",
        ],
        path=reverse("appraisal:reply-receipt", args=[receipt.pk]),
        illustrative=receipt.round_group.round.illustrative,
    )
    readers = people_of([unit.pk], *answering.UNIT_ROLES)
    return mail.post(letter, readers.get(unit.pk, []))


def tell_replies(standing: Appraisal) -> mail.Posted:
    """Once a unit has answered its last open adjustment, tell the index managers: one mail per unit and
    block, not one per answer."""
    now = calendar(standing.round_group)
    answers = Counter(_answers(standing, now.reply_to(standing.stage_id)))
    if not answers or None in answers:
        return mail.Posted(0, 0)
    unit, block = standing.unit, standing.round_group
    total, appraisal = sum(answers.values()), now.short(standing.stage_id)
    counted = f"đồng ý {answers[Action.AGREE]}, không đồng ý {answers[Action.DISAGREE]}"
    letter = Letter(
        event=f"appraisal.replies:{block.pk}:{unit.pk}:{standing.stage_id}",
        subject=f"{unit} đã trả lời đủ {total} tiêu chí bị điều chỉnh",
        paragraphs=[
            f"{unit} đã trả lời đủ {total} tiêu chí bị điều chỉnh {appraisal} của năm {block.round.year}: {counted}.",
            "Đơn vị có thể sửa câu trả lời đến hết hạn giải trình. Hệ thống không gửi thư cho các lần sửa sau.",
        ],
        path=f"{reverse('appraisal:home')}?nam={block.round.year}",
        illustrative=block.round.illustrative,
    )
    return mail.post(letter, holders_of(Role.INDEX_MANAGER))


def _answers(standing: Appraisal, reply: Stage | None) -> list[str | None]:
    """The unit's last answer to each adjustment of the appraisal that is answered; None where there is none yet."""
    replies = AppraisalEntry.objects.filter(appraisal=OuterRef("pk"), stage=reply).order_by("-sequence")
    cells = Appraisal.objects.filter(
        round_group=standing.round_group_id, unit=standing.unit_id, stage=standing.stage_id, action=Action.ADJUST
    )
    answered = cells.annotate(answer=Subquery(replies.values("action")[:1])).order_by("pk")
    return list(answered.values_list("answer", flat=True))
