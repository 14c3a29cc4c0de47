"""The mail to the units when a stage is released to them."""

from collections import Counter

from django.urls import reverse

from appraisal.models import Action, Appraisal, Release
from appraisal.rules.stages import calendar
from cchc_index.lib import clock
from criteria import queries as criteria_queries
from criteria.models import Extension, RoundGroup, Stage
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role, Unit
from units.queries import people_of

BOTH = (Role.UNIT_OFFICER, Role.UNIT_HEAD)


def tell_release(release: Release) -> mail.Posted:
    """Tell the officers and heads of every unit of the block. After an appraisal that a reply follows: how many
    criteria it adjusted, and until when the unit may explain. As many queries for many units as for one. An
    archive's release concerns nobody who has something to do, and tells nobody."""
    if release.stage.kind == Stage.Kind.ARCHIVE:
        return mail.Posted(0, 0)
    block = release.round_group
    units = list(criteria_queries.units_of(block))
    people = people_of([unit.pk for unit in units], *BOTH)
    reply = calendar(block).reply_to(release.stage_id)
    adjusted = _adjusted(block, release.stage if reply else None)
    deadlines = _deadlines(reply) if reply else {}
    common = deadlines.get(0, "")
    letters = [
        (_released(release, unit, adjusted[unit.pk], deadlines.get(unit.pk, common), reply is not None), person)
        for unit in units
        for person in people.get(unit.pk, [])
    ]
    return mail.post_all(letters)


def _adjusted(block: RoundGroup, stage: Stage | None = None) -> Counter[int]:
    """{unit: how many of its standings are adjustments}, all of them or those of one stage."""
    rows = Appraisal.objects.filter(round_group=block, action=Action.ADJUST)
    rows = rows.filter(stage=stage) if stage else rows.exclude(stage__kind=Stage.Kind.ARCHIVE)
    return Counter(rows.order_by("pk").values_list("unit_id", flat=True))


def _deadlines(reply: Stage) -> dict[int, str]:
    """When the explanation closes, in words: 0 for the stage itself, by unit where extended."""
    edges = dict(Extension.objects.filter(stage=reply).order_by("pk").values_list("unit_id", "closes_at"))
    if reply.closes_at is not None:
        edges[0] = reply.closes_at
    return {unit: clock.in_words(edge) for unit, edge in edges.items()}


def _released(release: Release, unit: Unit, adjusted: int, until: str, asks: bool) -> Letter:
    year, stage = release.round_group.round.year, release.stage.title
    if asks and adjusted:
        subject = f"{unit}: {adjusted} tiêu chí bị điều chỉnh, đề nghị giải trình"
        todo = "Đề nghị xem lý do, rồi đồng ý hoặc giải trình kèm tài liệu từng tiêu chí."
        limit = f"Hạn giải trình: {until}." if until else ""
    else:
        subject = f"{unit}: có kết quả {stage} năm {year}"
        todo = f"Số tiêu chí điều chỉnh so với điểm tự đánh giá: {adjusted}."
        limit = "Đơn vị không cần thực hiện thêm thao tác nào."
    return Letter(
        event=f"appraisal.release:{release.pk}:{unit.pk}",
        subject=subject,
        paragraphs=[f"Hội đồng thẩm định thông báo cho {unit} kết quả {stage} Chỉ số CCHC năm {year}.", todo, limit],
        path=f"{reverse('appraisal:replies')}?nam={year}",
        illustrative=release.round_group.round.illustrative,
    )
