"""The plan a file is read against: its respondent group, questionnaire and scale."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from cchc_index.lib import codes
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean, fold
from criteria import queries as criteria_queries
from criteria.models import RoundGroup
from surveys.models import AnswerOption, AnswerScale, Question, Questionnaire, RespondentGroup, Survey
from surveys.places import Leaf, Places
from units.models import Unit

from .scale import Scale

DEFAULT_SCALE = "nam-muc"
DEFAULT_OPTIONS = (
    (1, "Rất kém", "0"),
    (2, "Kém", "0.25"),
    (3, "Trung bình", "0.5"),
    (4, "Tốt", "0.75"),
    (5, "Rất tốt", "1"),
)


Worth = dict[int, tuple[str, Decimal | None]]
"""Answer value → what it is called, and its share of the maximum (None: outside the mean)."""


@dataclass(slots=True)
class Plan:
    """What a file of ballots is read against. `group` None: the round has no plan that fixes its groups, and
    one is made when the batch is committed. `notes` say what will be created."""

    respondents: str
    group: RespondentGroup | None
    questionnaire: Questionnaire | None
    asked: list[int] | None
    scale: Scale
    scales: dict[int, Scale] = field(default_factory=dict)
    """Criterion → scale, of the questions that have one of their own."""
    notes: list[str] = field(default_factory=list)


def places(block: RoundGroup) -> Places:
    """The leaves and units a file of this block may name. Three queries."""
    leaves = tuple(
        Leaf(c.pk, c.code, c.printed_code, c.name, c.source, c.max_points)
        for c in criteria_queries.leaves(block.criteria_set_id)
    )
    rows = list(criteria_queries.units_of(block).values_list("code", "pk", "name"))
    units = {code: pk for code, pk, _ in rows}
    others = frozenset(Unit.objects.order_by("pk").values_list("code", flat=True)) - units.keys()
    times = Counter(clean(name).lower() for _, _, name in rows)
    names = {clean(name): code for code, _, name in rows if times[clean(name).lower()] == 1}
    lower = {name.lower(): code for name, code in names.items()}
    return Places(leaves, units, codes.by_spelling(units), others, names, lower)


def plan_for(block: RoundGroup, respondents: str) -> Plan:
    """The group, questionnaire and scale for `respondents`. Raises Refused for an unknown group and for one
    that is measured by finished figures. Writes nothing."""
    group = find_group(block, respondents)
    if group and not group.takes_ballots:
        raise Refused(
            f"Nhóm “{group.name}” lấy từ số liệu SIPAS, không nhận phiếu. "
            "Nhập số liệu đó bằng mục số liệu SIPAS, PAPI (import_figures)."
        )
    notes = [] if group else [f"Kỳ chưa có kế hoạch điều tra: tạo nhóm đối tượng “{clean(respondents)}”, trọng số 1."]
    questionnaire = Questionnaire.objects.filter(respondent_group=group).select_related("scale").first()
    asked = (
        list(questionnaire.questions.order_by("position").values_list("criterion_id", flat=True))
        if (questionnaire)
        else []
    )
    if questionnaire is None:
        notes.append("Nhóm chưa có mẫu phiếu: tạo mẫu phiếu từ các cột của tệp với thang năm mức (nam-muc).")
    elif not asked:
        notes.append("Mẫu phiếu của nhóm chưa có câu hỏi: lấy các cột của tệp làm câu hỏi.")
    own = _own_scales(questionnaire) if questionnaire else {}
    return Plan(respondents, group, questionnaire, asked or None, _scale(block, questionnaire), own, notes)


def find_group(block: RoundGroup, respondents: str) -> RespondentGroup | None:
    """The respondent group with this code, position number or name (accents do not matter); None when there is none
    and no plan fixes the groups. Where one does, raises Refused with the known groups, so that a mistyped name makes
    no new one."""
    known = list(RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code"))
    word = fold(respondents)
    for names in ([fold(g.code) for g in known], [str(g.position) for g in known], [fold(g.name) for g in known]):
        hits = [group for group, name in zip(known, names, strict=True) if name == word]
        if len(hits) == 1:
            return hits[0]
    if not known or not is_planned(block):
        return None
    listed = "; ".join(f"{group.code} ({group.position}, {group.name})" for group in known)
    raise Refused(f"Không có nhóm đối tượng “{clean(respondents)}” trong khối này. Các nhóm đã có: {listed}.")


def is_planned(block: RoundGroup) -> bool:
    """Whether a plan of the round or of its survey fixes the respondent groups."""
    survey = Survey.objects.filter(round_group=block).first()
    return bool(block.round.plan_number or (survey and survey.plan_number))


def _scale(block: RoundGroup, questionnaire: Questionnaire | None) -> Scale:
    known = AnswerScale.objects.filter(round=block.round_id, code=DEFAULT_SCALE)
    existing = questionnaire.scale if questionnaire else known.first()
    return scale_of(existing) if existing else Scale({value: label for value, label, _ in DEFAULT_OPTIONS})


def scale_of(row: AnswerScale) -> Scale:
    """A scale as files are read by it. Raises Refused for one without answers. One query."""
    options = list(row.options.order_by("value").values_list("value", "label"))
    if not options:
        raise Refused(f"Thang trả lời “{row}” chưa có mức nào: thêm các mức trả lời trong kế hoạch điều tra.")
    return Scale(dict(options))


def _own_scales(questionnaire: Questionnaire) -> dict[int, Scale]:
    """Criterion → scale of the questions that have one of their own. A query, and one for each such scale."""
    rows = questionnaire.questions.exclude(scale=None).select_related("scale").order_by("position")
    scales: dict[int, Scale] = {}
    own: dict[int, Scale] = {}
    for question in rows:
        assert question.scale is not None
        own[question.criterion_id] = scales.setdefault(question.scale.pk, scale_of(question.scale))
    return own


def worth_of(block: RoundGroup) -> dict[tuple[int, int], Worth]:
    """(group, criterion) → what its question's answers are called and worth. Two queries."""
    asked = Question.objects.filter(questionnaire__respondent_group__survey__round_group=block)
    used = {
        (group, criterion): own or common
        for group, criterion, own, common in asked.order_by("pk").values_list(
            "questionnaire__respondent_group", "criterion", "scale", "questionnaire__scale"
        )
    }
    scales: dict[int, Worth] = {pk: {} for pk in used.values()}
    options = AnswerOption.objects.filter(scale__in=scales).order_by("value")
    for pk, value, label, share in options.values_list("scale", "value", "label", "share"):
        scales[pk][value] = (label, share)
    return {asked_: scales[pk] for asked_, pk in used.items()}


def least_n_of(block: RoundGroup) -> int:
    """How many answers of a group make a cell count; 1 where the plan says nothing. One query."""
    return Survey.objects.filter(round_group=block).values_list("least_n", flat=True).first() or 1


def ranks(plan: Plan) -> list[int]:
    """The values of the plan's scale from the worst answer to the best; they rise where no scale is stored yet."""
    scale = plan.questionnaire.scale if plan.questionnaire else AnswerScale.objects.filter(code=DEFAULT_SCALE).first()
    shares = dict(scale.options.order_by("value").values_list("value", "share")) if scale else {}
    return sorted(plan.scale.labels, key=lambda value: (shares.get(value, 0), value))


def group(pk: int) -> RespondentGroup:
    """A respondent group with its survey."""
    return RespondentGroup.objects.select_related("survey").get(pk=pk)


def groups_of(blocks: Iterable[RoundGroup]) -> QuerySet[RespondentGroup]:
    """The respondent groups of blocks with their surveys, in the plan's order."""
    groups = RespondentGroup.objects.filter(survey__round_group__in=blocks).select_related("survey")
    return groups.order_by("survey", "position", "code")
