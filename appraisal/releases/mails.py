"""The mail to the units when a stage is released to them."""

from collections import Counter

from django.urls import reverse

from appraisal.models import Action, Appraisal, Release, Stage
from cchc_index.lib import clock
from criteria import queries as criteria_queries
from criteria.models import Extension, Phase, RoundGroup
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role, Unit
from units.queries import people_of

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
