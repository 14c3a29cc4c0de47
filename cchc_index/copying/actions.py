"""`copy_year`: last year as a proposal for this one. What stands is never overwritten, what was left out is named.

A set may measure several years, so the block of the new year takes last year's set itself, with its rules, guidance and
policies, under a mark that says so until an index manager confirms it or imports an annex for the block. Hours are not
copied: they would lie in the past.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from appraisal.assignments.actions import copy_assignments
from appraisal.models import Appraisal
from appraisal.reasons.actions import ensure_reasons
from cchc_index.lib.days import is_plausible_year
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from criteria import published
from criteria.actions import inputs_changed
from criteria.calendar.actions import copy_stages, default_stages, same_stages
from criteria.calendar.queries import round_of
from criteria.digests import PROPOSED, VERB_COPY
from criteria.models import Criterion, Round, RoundGroup
from criteria.queries import round_groups, units_of, what_became
from criteria.rules import require_manager
from selfassess.models import SelfAssessment
from selfassess.roundpapers.actions import copy_papers
from surveys.models import ImportBatch, SurveyScore
from surveys.plan.actions import copy_plan
from units.auditlog.actions import record
from units.auditlog.digests import Facts, marked
from units.models import User
from units.queries import heirs_of

WORK = (SelfAssessment, Appraisal, SurveyScore, ImportBatch)
"""What a block holds once its year is under way."""


@dataclass(slots=True)
class YearCopy:
    """Sentences of what was copied, and of what was not, with the reason."""

    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    marks: Facts = field(default_factory=dict)
    """Of the round, where it was made."""
    proposed: dict[str, int] = field(default_factory=dict)
    """Keys of the blocks whose sets are proposals, with the year that they come from."""


@transaction.atomic
def copy_year(*, actor: User | None, source: int, target: int, group: str = "") -> YearCopy:
    """Give year `target` what year `source` had, as a proposal; `group`: one block only. A second run changes nothing.

    Raises PermissionDenied for anybody but an index manager or the command line; Refused for a year that is not there,
    for a year that does not come later, for an unknown block, for a published `target`, and where work has begun in a
    block of it.
    """
    require_manager(actor)
    if not is_plausible_year(target):
        raise Refused(f"Năm chỉ số “{target}” không đúng; gõ năm gồm bốn chữ số, ví dụ 2025.")
    if target <= source:
        raise Refused(f"Chỉ chép được sang năm sau: kỳ {target} không sau kỳ {source}.")
    earlier = round_of(source)
    blocks = _blocks(earlier, clean(group))
    report = YearCopy()
    round_ = _round(earlier, target, report)
    _refuse_work(round_, blocks)
    _copy_stages(actor, earlier, round_, report)
    for block in blocks:
        _copy_block(actor, block, round_, report)
    if papers := copy_papers(actor=actor, source=earlier, target=round_):
        words = f"{papers} văn bản của kỳ là đề xuất, chờ bổ sung số, ngày và tệp của năm {target}."
        report.done.append(words)
    if added := ensure_reasons(actor):
        report.done.append(f"Thư viện lý do điều chỉnh: thêm {added} lý do.")
    if report.done:
        logged = {"from": source, "done": report.done, "left": report.left, PROPOSED: report.proposed, **report.marks}
        record(actor=actor, verb=VERB_COPY, obj=round_, after=logged)
    return report


def _blocks(earlier: Round, group: str) -> list[RoundGroup]:
    blocks = list(round_groups(earlier).order_by("group__position", "pk"))
    chosen = [block for block in blocks if group in ("", block.group.code)]
    if not chosen:
        names = ", ".join(block.group.code for block in blocks)
        if not names:
            raise Refused(f"Kỳ {earlier.year} chưa có khối nào để chép.")
        raise Refused(f"Kỳ {earlier.year} không có khối “{group[:30]}”; các khối: {names}.")
    return chosen


def _round(earlier: Round, year: int, report: YearCopy) -> Round:
    """A round that is made is illustrative where the earlier one is: what was invented stays so."""
    values = {"assessed_from": date(year, 1, 1), "assessed_to": date(year, 12, 31)}
    round_, made = Round.objects.get_or_create(year=year, defaults={**values, "illustrative": earlier.illustrative})
    if made:
        default_stages(round_)
        report.marks = marked(round_)
        mark = ", dữ liệu minh họa" if earlier.illustrative else ""
        report.done.append(f"Đã tạo kỳ {year}, thời kỳ đánh giá 01/01–31/12{mark}.")
        report.left.append(f"Số, ngày kế hoạch của kỳ {year} không chép: ghi theo văn bản của năm {year}.")
    return round_


def _refuse_work(round_: Round, blocks: list[RoundGroup]) -> None:
    Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round_.pk)
    published.refuse_published(round_.pk, round_.year, "chép kỳ trước vào")
    standing = RoundGroup.objects.select_related("round", "group").filter(round=round_)
    for block in standing.filter(group__in=[block.group_id for block in blocks]).order_by("pk"):
        if block.frozen_at or any(model._default_manager.filter(round_group=block).exists() for model in WORK):
            raise Refused(
                f"{block} đã có bản tự đánh giá, kết quả thẩm định hoặc phiếu điều tra: không chép kỳ trước vào nữa."
            )


def _copy_stages(actor: User | None, earlier: Round, round_: Round, report: YearCopy) -> None:
    if copy_stages(actor=actor, source=earlier, target=round_):
        report.done.append(f"Các giai đoạn của kỳ {round_.year} lấy theo kỳ {earlier.year}.")
    elif not same_stages(earlier, round_):
        report.left.append(f"Kỳ {round_.year} đã có danh sách giai đoạn riêng: giữ nguyên.")


def _copy_block(actor: User | None, earlier: RoundGroup, round_: Round, report: YearCopy) -> None:
    block = _block(earlier, round_, report)
    if block is None:
        return
    name = earlier.group.name
    criteria = what_became(earlier.criteria_set_id, block.criteria_set_id)
    if groups := copy_plan(earlier, block, criteria):
        report.done.append(f"{name}: {groups} nhóm đối tượng điều tra với mẫu phiếu.")
    lost = [code for code in _asked(earlier) if code not in criteria]
    copied = copy_assignments(
        actor=actor, source=earlier, target=block, criteria=criteria, units=heirs_of(_units_at(earlier))
    )
    if copied.made:
        report.done.append(f"{name}: {len(copied.made)} phân công thẩm định.")
    report.left += [f"Phân công không chép: {words}." for words in copied.left]
    if groups and lost:
        report.left.append(f"{name}: {len(lost)} câu hỏi không chép vì tiêu chí không còn trong bộ tiêu chí.")


def _block(earlier: RoundGroup, round_: Round, report: YearCopy) -> RoundGroup | None:
    """The block of the new year: the one that stands, else a new one with last year's set as a proposal. None where
    every unit of it is gone."""
    rows = RoundGroup.objects.select_related("round", "group", "criteria_set__decision")
    standing = rows.filter(round=round_, group=earlier.group_id).first()
    if standing is not None:
        if standing.criteria_set_id != earlier.criteria_set_id:
            words = f"{standing} đã có bộ tiêu chí theo {standing.criteria_set.decision}: giữ nguyên."
            report.left.append(words)
        return standing
    block = RoundGroup(round=round_, group=earlier.group, criteria_set=earlier.criteria_set)
    if units_of(earlier).exists() and not units_of(block).exists():
        report.left.append(f"{earlier.group.name}: không còn đơn vị nào trong kỳ {round_.year}, không chép.")
        return None
    block.proposed_from = earlier.round.year
    block.save()
    report.proposed[str(block.pk)] = earlier.round.year
    inputs_changed(block.pk)
    report.done.append(
        f"{earlier.group.name}: bộ tiêu chí theo {earlier.criteria_set.decision} với quy tắc chấm, hướng dẫn, "
        f"là đề xuất chép từ kỳ {earlier.round.year}."
    )
    return block


def _asked(earlier: RoundGroup) -> list[int]:
    """The criteria that last year's questionnaires ask about, each as often as it is asked."""
    return list(
        Criterion.objects.filter(questions__questionnaire__respondent_group__survey__round_group=earlier)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _units_at(earlier: RoundGroup) -> list[int]:
    return list(units_of(earlier).values_list("pk", flat=True))
