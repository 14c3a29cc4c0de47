"""The verbs that write a plan: at once until its first ballot, by two people with a reason afterwards."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean_lines
from criteria import queries as criteria_queries
from criteria.models import SURVEY_SOURCES, Criterion, RoundGroup
from surveys.assent.digests import VERB_PROPOSE, request_facts
from surveys.models import (
    AnswerOption,
    AnswerScale,
    GroupPeople,
    PlannedBallots,
    Question,
    Questionnaire,
    RespondentGroup,
    Survey,
    SurveyRequest,
)
from surveys.plan.actions import copy_plan
from surveys.plan.digests import marks_of
from surveys.rules import may_work
from surveys.scores.actions import lock_block, refresh_scores
from surveys.scores.digests import refreshed
from surveys.scores.keeping import note_unprotected
from surveys.scores.queries import stored
from units.auditlog.actions import record
from units.models import User

from . import digests, queries
from .digests import GROUP, SCALE, SHEET, SURVEY, PlanFacts

VERB_PLAN, VERB_REFRESH = "surveys.plan", "surveys.refresh"
PlanRow = TypeVar("PlanRow", bound=models.Model)
_VALIDITY = ("max_blank_share", "refuse_straight_line", "straight_line_from", "refuse_duplicates", "duplicates_from")
_UNDER_BALLOTS = ("scale", "questions", *_VALIDITY)
"""What decided how the ballots that are in were read: it changes only when they are taken out."""


def save_part(
    *, actor: User, round_group_id: int, part: str, pk: int | None, after: PlanFacts, reason: str = ""
) -> SurveyRequest | bool:
    """Write a part of the plan (`digests`: survey, group, sheet of a group, scale; `pk` None makes a group or a scale);
    whether anything changed. Where the plan is frozen, the change is put before a second person instead and its
    request given back.

    Raises PermissionDenied for whoever may not work here; Refused without a reason where one is needed, for a change
    that waits already, and for what the records refuse."""
    if not may_work(actor):
        raise PermissionDenied
    with transaction.atomic():
        block = lock_block(round_group_id)
        before, new = digests.changed(facts_of(block, part, pk), after)
        if not new:
            return False
        _refuse_under_ballots(block, part, pk, new)
        if not _is_frozen(block, part):
            _apply(actor, block, part, pk, before, after)
            return True
        return _propose(actor, block, part, pk, before, new, after, reason)


def _is_frozen(block: RoundGroup, part: str) -> bool:
    return queries.is_year_frozen(block) if part == SCALE else queries.is_frozen(block)


def _propose(
    actor: User,
    block: RoundGroup,
    part: str,
    pk: int | None,
    before: PlanFacts,
    new: PlanFacts,
    after: PlanFacts,
    reason: str,
) -> SurveyRequest:
    words = clean_lines(reason)
    if not words:
        raise Refused("Kế hoạch đã khóa vì đã có phiếu hoặc đã công bố: ghi lý do thay đổi.")
    rows = SurveyRequest.objects.filter(round_group=block, kind=SurveyRequest.Kind.PLAN, state=SurveyRequest.State.OPEN)
    if any((row.after["part"], row.after["pk"]) == (part, pk) for row in rows.order_by("pk")):
        raise Refused("Phần này của kế hoạch đã có đề nghị chờ người thứ hai: xử lý đề nghị đó trước.")
    _try(lambda: _apply(actor, block, part, pk, before, after))
    row = SurveyRequest.objects.create(
        round_group=block,
        kind=SurveyRequest.Kind.PLAN,
        before=dict(before),
        after={"part": part, "pk": pk, "facts": dict(after), "changed": sorted(new)},
        reason=words,
        proposed_at=clock.now(),
        proposed_by=actor,
    )
    record(actor=actor, verb=VERB_PROPOSE, obj=row, after=request_facts(row), reason=words)
    return row


class _Tried(Exception):
    """What was tried is taken back."""


def _try(work: Callable[[], object]) -> None:
    """Do it and take it back: what would be refused at the second person's desk is refused at the first's."""
    try:
        with transaction.atomic():
            work()
            raise _Tried
    except _Tried:
        return


def confirm_part(*, actor: User, row: SurveyRequest) -> None:
    """Write what a confirmed request asks for, under the block's lock. Raises Refused where the part is no longer what
    the request began from."""
    block = lock_block(row.round_group_id)
    part, pk = row.after["part"], row.after["pk"]
    standing = facts_of(block, part, pk)
    if {name: standing.get(name) for name in row.before} != row.before:
        raise Refused("Kế hoạch đã thay đổi từ khi có đề nghị: không xác nhận đề nghị này, lập đề nghị mới.")
    after = {**standing, **{name: row.after["facts"][name] for name in row.after["changed"]}}
    _refuse_under_ballots(block, part, pk, {name: after[name] for name in row.after["changed"]})
    _apply(actor, block, part, pk, row.before, {**row.after["facts"], **after}, reason=row.reason)


def facts_of(block: RoundGroup, part: str, pk: int | None) -> dict[str, Any]:
    """A part as it stands; {} for one that is not there yet. Raises Refused for another block's."""
    if part == SURVEY:
        survey = Survey.objects.filter(round_group=block).first()
        return digests.survey_facts(survey or Survey())
    if pk is None:
        return {}
    if part == SCALE:
        return digests.scale_facts(_found(AnswerScale.objects.filter(round=block.round_id, pk=pk).first()))
    group = _found(RespondentGroup.objects.filter(survey__round_group=block, pk=pk).first())
    if part == GROUP:
        return digests.group_facts(group)
    sheet = Questionnaire.objects.filter(respondent_group=group).select_related("scale").first()
    return digests.sheet_facts(sheet) if sheet else {}


def _found(row: PlanRow | None) -> PlanRow:
    if row is None:
        raise Refused("Phần này không còn trong kế hoạch: tải lại trang.")
    return row


def _refuse_under_ballots(block: RoundGroup, part: str, pk: int | None, new: PlanFacts) -> None:
    """Raises Refused for what the ballots that are in were read by."""
    if part not in (GROUP, SHEET) or pk is None:
        return
    group = RespondentGroup.objects.get(pk=pk)
    if not queries.has_ballots(group):
        return
    if part == SHEET and any(name in new for name in _UNDER_BALLOTS):
        raise Refused(
            "Nhóm này đã có phiếu nhập vào: câu hỏi, thang và điều kiện hợp lệ không đổi được vì phiếu đã đọc theo "
            "chúng. Muốn đổi, hủy các lần nhập phiếu của nhóm trước."
        )
    if part == GROUP and ("code" in new or new.get("mode") == RespondentGroup.Mode.FIGURES):
        raise Refused("Nhóm này đã có phiếu nhập vào: không đổi mã, không chuyển sang lấy số liệu SIPAS, PAPI.")


def _apply(
    actor: User, block: RoundGroup, part: str, pk: int | None, before: PlanFacts, after: PlanFacts, reason: str = ""
) -> None:
    """Write, compute again, log; the log last."""
    points = {block.pk: stored(block)}
    blocks = [block]
    if part == SCALE:  # blocks of the same year share it
        rows = RoundGroup.objects.filter(round=block.round_id).exclude(pk=block.pk)
        blocks += [lock_block(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]
        points |= {other.pk: stored(other) for other in blocks}
    survey, _ = Survey.objects.get_or_create(round_group=block)
    try:
        with transaction.atomic():
            _WRITERS[part](block, survey, pk, after)
    except IntegrityError:
        raise Refused("Mã này đã có trong kế hoạch, hoặc số đã ghi không hợp lệ: xem lại rồi lưu.") from None
    except ProtectedError:
        raise Refused("Mức trả lời hoặc nhóm này đang dùng: không bỏ được.") from None
    moved = [one for one in blocks if refresh_scores(one)]
    logged = {"part": part, "pk": pk, **digests.changed(before, after)[1], **marks_of(*blocks)}
    record(actor=actor, verb=VERB_PLAN, obj=survey, before=dict(before), after=logged, reason=reason)
    for one in moved:
        record(actor=actor, verb=VERB_REFRESH, obj=one, after=refreshed(points[one.pk], stored(one)), reason=reason)


def _write_survey(block: RoundGroup, survey: Survey, pk: int | None, after: PlanFacts) -> None:
    least, small = after["least_n"], after["small_cell"]
    if small is not None and (least is None or small > least):
        raise Refused(
            "Số phiếu tối thiểu để tính điểm phải từ ngưỡng ô nhỏ trở lên: nếu không, điểm cho biết câu trả lời đã che."
        )
    if small is not None and survey.small_cell is None:
        note_unprotected(block)
    survey.plan_number, survey.least_n, survey.small_cell = after["plan_number"], least, small
    survey.save()


def _write_group(block: RoundGroup, survey: Survey, pk: int | None, after: PlanFacts) -> None:
    group = RespondentGroup.objects.get(pk=pk) if pk else RespondentGroup(survey=survey)
    for name in ("code", "name", "position", "mode", "planned_ballots"):
        setattr(group, name, after[name])
    group.weight = Decimal(after["weight"])
    group.save()
    units = dict(criteria_queries.units_of(block).values_list("code", "pk"))
    group.planned.all().delete()
    PlannedBallots.objects.bulk_create(
        PlannedBallots(respondent_group=group, unit_id=units[code], ballots=ballots)
        for code, ballots in sorted(after["units"].items())
        if code in units
    )
    group.people.all().delete()
    GroupPeople.objects.bulk_create(
        GroupPeople(respondent_group=group, unit_id=units[code], people=people)
        for code, people in sorted(after.get("people", {}).items())
        if code in units
    )


def _write_sheet(block: RoundGroup, survey: Survey, pk: int | None, after: PlanFacts) -> None:
    assert pk is not None
    sheet = Questionnaire.objects.filter(respondent_group=pk).first() or Questionnaire(respondent_group_id=pk)
    scales = dict(AnswerScale.objects.filter(round=block.round_id).values_list("code", "pk"))
    leaves = dict(_surveyed(block).values_list("code", "pk"))
    sheet.title, sheet.scale_id = after["title"], scales[after["scale"]]
    for name in ("refuse_straight_line", "straight_line_from", "refuse_duplicates", "duplicates_from"):
        setattr(sheet, name, after[name])
    sheet.max_blank_share = Decimal(after["max_blank_share"])
    sheet.save()
    asked = [(leaves[code], scales[own] if own else None) for code, own in after["questions"]]
    standing = list(sheet.questions.order_by("position").values_list("criterion_id", "scale_id"))
    if asked == standing:
        return
    sheet.questions.all().delete()
    Question.objects.bulk_create(
        Question(questionnaire=sheet, criterion_id=criterion, scale_id=own, position=position)
        for position, (criterion, own) in enumerate(asked)
    )


def _surveyed(block: RoundGroup) -> models.QuerySet[Criterion]:
    return Criterion.objects.filter(criteria_set=block.criteria_set_id, is_leaf=True, source__in=SURVEY_SOURCES)


def _write_scale(block: RoundGroup, survey: Survey, pk: int | None, after: PlanFacts) -> None:
    scale = AnswerScale.objects.get(pk=pk) if pk else AnswerScale(round_id=block.round_id)
    scale.code, scale.name = after["code"], after["name"]
    scale.save()
    scale.options.all().delete()
    AnswerOption.objects.bulk_create(
        AnswerOption(scale=scale, value=value, label=label, share=None if share is None else Decimal(share))
        for value, label, share in after["options"]
    )


_WRITERS = {SURVEY: _write_survey, GROUP: _write_group, SHEET: _write_sheet, SCALE: _write_scale}


@transaction.atomic
def remove_part(*, actor: User, round_group_id: int, part: str, pk: int) -> None:
    """Take a group with its questionnaire, or a scale nobody uses, out of a plan that is not frozen. Raises
    PermissionDenied for whoever may not work here; Refused for a frozen plan, and for what is in use."""
    if not may_work(actor):
        raise PermissionDenied
    block = lock_block(round_group_id)
    before = facts_of(block, part, pk)
    if _is_frozen(block, part):
        raise Refused("Kế hoạch đã khóa vì đã có phiếu hoặc đã công bố: không bỏ được phần nào.")
    row = AnswerScale.objects.get(pk=pk) if part == SCALE else RespondentGroup.objects.get(pk=pk)
    try:
        row.delete()
    except ProtectedError:
        raise Refused("Phần này đang dùng ở mẫu phiếu hoặc đã có tệp tải lên: không bỏ được.") from None
    survey, _ = Survey.objects.get_or_create(round_group=block)
    logged = {"part": part, **marks_of(block)}
    record(actor=actor, verb=VERB_PLAN, obj=survey, before={"part": part, "pk": pk, **before}, after=logged)


@transaction.atomic
def copy_earlier(*, actor: User, round_group_id: int) -> int:
    """Take the plan of the same block in the latest year that has one; how many groups. Raises PermissionDenied for
    whoever may not work here; Refused where the block has groups already and where no earlier year has a plan."""
    if not may_work(actor):
        raise PermissionDenied
    block = lock_block(round_group_id)
    source = queries.earlier_plan(block)
    if source is None:
        raise Refused("Không có kỳ trước nào của khối này có kế hoạch điều tra.")
    became = criteria_queries.what_became(source.criteria_set_id, block.criteria_set_id)
    groups = copy_plan(source, block, became)
    if not groups:
        raise Refused("Khối này đã có nhóm đối tượng: chỉ chép vào kế hoạch còn trống.")
    survey = Survey.objects.get(round_group=block)
    logged = {"from": source.round.year, "groups": groups, **marks_of(block)}
    record(actor=actor, verb=VERB_PLAN, obj=survey, after=logged)
    return groups
