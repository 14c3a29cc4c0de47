"""The verbs that change one criterion: at once while nothing is scored, by two people afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Invalid, Refused
from cchc_index.lib.numbers import exact
from cchc_index.lib.text import clean, clean_lines
from criteria import rules, scoring
from criteria.actions import inputs_changed, log_freeze
from criteria.annex.reading import MAX_NAME
from criteria.annex.words import guidance_text
from criteria.digests import VERB_CORRECT, VERB_PROPOSE, VERB_REFUSE, correction_facts
from criteria.models import Correction, Criterion, RoundGroup
from units.auditlog.actions import record
from units.models import User
from units.seconding import decide, one_open, told_reason

from . import mails, maxima, queries, touching

VERB_EDIT = "criteria.edit"
MAX_GUIDANCE = 10_000
NAMED = 10
"""How many cells a refusal names; the rest is counted."""
_State = Correction.State


@dataclass(frozen=True, slots=True)
class CriterionWords:
    """What somebody typed of a criterion; the rule as an official writes it, "" for direct entry."""

    name: str
    rule: str
    guidance: str
    evidence: str
    maxima: str = ""
    """New maxima of a frozen set, a criterion a line; "" for none."""


def rule_of(words: str, maximum: Decimal) -> dict[str, Any]:
    """The rule that the words say for a criterion of that maximum. Raises Invalid with the sentence for the field."""
    if not clean(words):
        return {}
    try:
        return scoring.from_words(words, maximum)
    except scoring.WordsProblem as problem:
        examples = ", ".join(scoring.EXAMPLES)
        raise Invalid({"rule": f"{str(problem).rstrip('.')}; ghi như một trong các ví dụ {examples}."}) from None


def edit_criterion(*, actor: User, block: RoundGroup, criterion_id: int, words: CriterionWords) -> bool:
    """Write a criterion of a set that nothing is scored by yet; whether it changed. Raises PermissionDenied for anybody
    but an index manager, Invalid for words that cannot be taken, Refused for a frozen set."""
    rules.require_manager(actor)
    with transaction.atomic():
        blocks = _locked_blocks(block.criteria_set_id)
        row = _locked_criterion(block, criterion_id)
        if any(one.frozen_at for one in blocks):
            raise Refused("Bộ tiêu chí này vừa được khóa vì đã có điểm: lập đề nghị đính chính.")
        before, after = _change(row, words, {})
        if not after:
            return False
        _write(row, after)
        for one in blocks:
            inputs_changed(one.pk)
        record(actor=actor, verb=VERB_EDIT, obj=row, before=before, after=after)
    return True


def propose_correction(
    *, actor: User, block: RoundGroup, criterion_id: int, words: CriterionWords, reason: str
) -> Correction:
    """Put a change of a frozen set before a second index manager. Raises PermissionDenied for anybody but an index
    manager, Invalid for words that cannot be taken, Refused where nothing would change, where a correction waits
    already, and where the set is not frozen."""
    rules.require_manager(actor)
    told = clean_lines(reason)
    if not told:
        raise Invalid({"reason": "Nhập lý do đính chính: căn cứ, số văn bản nếu có."})
    with transaction.atomic():
        blocks = _locked_blocks(block.criteria_set_id)
        row = _locked_criterion(block, criterion_id)
        if not any(one.frozen_at for one in blocks):
            raise Refused("Bộ tiêu chí này chưa khóa: sửa trực tiếp, không cần đính chính.")
        before, after = _change(row, words, _maxima(row, words))
        if not after:
            raise Refused("Chưa có gì thay đổi so với tiêu chí đang dùng.")
        with one_open("Tiêu chí này đã có đính chính chờ xác nhận: xử lý đính chính đó trước."):
            correction = Correction.objects.create(
                criterion=row, before=before, after=after, reason=told, proposed_at=clock.now(), proposed_by=actor
            )
        record(actor=actor, verb=VERB_PROPOSE, obj=row, after=correction_facts(correction), reason=told)
        mails.tell_proposed(correction, block)
    return correction


def confirm_correction(*, actor: User, block: RoundGroup, correction_id: int, seen_above: int = 0) -> Correction:
    """The second person lets a correction count: the set is written, frozen anew as it is then, and the units and the
    council of every block that it measures are told. The survey's points are made anew from its tallies; then those of
    sheets that are not submitted are counted anew; what was submitted or decided stays. Points above a new maximum are
    cut by nobody: `seen_above` is how many of them the person saw. Raises PermissionDenied for anybody but an index
    manager; Refused for who proposed it, for a role that is itself too fresh, for what no longer waits or no longer
    fits, where another number stands above, and while a finished figure of the survey is above."""
    rules.require_manager(actor)
    with transaction.atomic():
        blocks = _locked_blocks(block.criteria_set_id)
        correction = _locked_correction(block, correction_id)
        if not rules.may_confirm_correction(actor, correction):
            raise Refused("Người xác nhận phải khác người đề nghị và giữ vai trò đủ lâu theo quy định.")
        row = _locked_criterion(block, correction.criterion_id)
        if _standing(row, correction.before) != correction.before:
            raise Refused("Tiêu chí đã thay đổi từ khi có đề nghị: không xác nhận đề nghị này, lập đề nghị mới.")
        _require_seen(correction, seen_above)
        _refuse_finished(correction)
        _write(row, correction.after)
        if correction.maxima:
            touching.remake(actor, blocks)
        decide(correction, actor, _State.CONFIRMED)
        record(actor=actor, verb=VERB_CORRECT, obj=row, after=correction_facts(correction), reason=correction.reason)
        for one in blocks:
            if one.frozen_at:
                one.frozen_at = clock.now()  # what is kept of a frozen set is kept under this instant
                one.save(update_fields=["frozen_at"])
                log_freeze(one, actor)
                mails.tell_corrected(correction, one)
            inputs_changed(one.pk)
    if correction.moves_points:
        touching.recount(actor, correction)  # sheets are locked before blocks: not under these locks
    return correction


def recount_correction(*, actor: User, block: RoundGroup, correction_id: int) -> int:
    """Count anew once more what a confirmed correction touches and nobody has submitted, as when the confirmation was
    cut off; how many points moved. Raises PermissionDenied for anybody but an index manager, Refused before the
    confirmation."""
    rules.require_manager(actor)
    rows = Correction.objects.filter(pk=correction_id, criterion__criteria_set=block.criteria_set_id)
    correction = rows.filter(state=_State.CONFIRMED).first()
    if correction is None or not correction.moves_points:
        raise Refused("Chỉ tính lại được theo đính chính quy tắc hoặc điểm tối đa đã xác nhận.")
    return touching.recount(actor, correction)


def refuse_correction(*, actor: User, block: RoundGroup, correction_id: int, reason: str) -> Correction:
    """Not confirm a correction, or take one's own back, with a reason. Raises PermissionDenied for anybody but an index
    manager, Refused without a reason and for what no longer waits."""
    rules.require_manager(actor)
    words = told_reason(reason, "Nhập lý do không xác nhận.")
    with transaction.atomic():
        correction = _locked_correction(block, correction_id)
        decide(correction, actor, _State.REFUSED, words)
        after = correction_facts(correction)
        record(actor=actor, verb=VERB_REFUSE, obj=correction.criterion, after=after, reason=words)
    return correction


def _locked_blocks(criteria_set_id: int) -> list[RoundGroup]:
    rows = RoundGroup.objects.select_for_update(of=("self",)).select_related("round", "group")
    return list(rows.filter(criteria_set=criteria_set_id).order_by("pk"))


def _locked_criterion(block: RoundGroup, criterion_id: int) -> Criterion:
    rows = Criterion.objects.select_for_update(of=("self",))
    return rows.get(pk=criterion_id, criteria_set=block.criteria_set_id)


def _locked_correction(block: RoundGroup, correction_id: int) -> Correction:
    rows = Correction.objects.select_for_update(of=("self",)).select_related("criterion", "proposed_by")
    correction = rows.filter(pk=correction_id, criterion__criteria_set=block.criteria_set_id).first()
    if correction is None or correction.state != _State.OPEN:
        raise Refused("Đính chính này không còn chờ xác nhận.")
    return correction


def _require_seen(correction: Correction, seen_above: int) -> None:
    above = sum(cell.is_above for cell in touching.touched(correction)) if correction.maxima else 0
    if above != seen_above:
        raise Refused(
            f"{above} điểm đã cho cao hơn điểm tối đa mới và không tự giảm: "
            "xem danh sách, đánh dấu đã xem rồi xác nhận."
        )


def _refuse_finished(correction: Correction) -> None:
    """Raises Refused while points that were handed in finished do not fit the new maximum: they are no share of it."""
    stopping = [cell for cell in touching.surveyed(correction) if cell.stops]
    if stopping:
        named = "; ".join(f"{cell.unit}, {cell.criterion.code}, {cell.block}" for cell in stopping[:NAMED])
        rest = f" và {len(stopping) - NAMED} ô khác" if len(stopping) > NAMED else ""
        raise Refused(
            f"{len(stopping)} số liệu nhập sẵn bằng điểm cao hơn điểm tối đa mới: {named}{rest}. Nhập lại các số liệu "
            "đó không quá điểm tối đa mới, hoặc theo tỷ lệ %, rồi xác nhận."
        )


def _maxima(row: Criterion, words: CriterionWords) -> dict[str, Decimal]:
    """The maxima that would change, by code, with every total met. Raises Invalid."""
    rows = queries.rows_of(row.criteria_set_id)
    try:
        found = maxima.read_maxima(words.maxima, rows)
        if found and not any(code == row.code or code.startswith(f"{row.code}.") for code in found):
            raise maxima.MaximaProblem(f"Ghi cả điểm tối đa của tiêu chí {row.code}, hoặc mở trang của tiêu chí đó.")
        rules = {one.code: one.rule for one in rows if one.is_leaf}
        if row.is_leaf:
            rules[row.code] = rule_of(words.rule, found.get(row.code, row.max_points))
        maxima.check_maxima(found, rows, rules)
    except maxima.MaximaProblem as problem:
        raise Invalid({"maxima": str(problem)}) from None
    return found


def _standing(row: Criterion, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields of a criterion as they stand now; of maxima, those of its set."""
    rows = queries.rows_of(row.criteria_set_id) if "maxima" in fields else []
    points = {one.code: exact(one.max_points) for one in rows}
    return {
        name: {code: points.get(code) for code in fields[name]} if name == "maxima" else getattr(row, name)
        for name in fields
    }


def _change(
    row: Criterion, words: CriterionWords, maxima: Mapping[str, Decimal]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that would change, as they stand and as they would be. Raises Invalid."""
    name = clean(words.name)
    if not name:
        raise Invalid({"name": "Nhập nội dung tiêu chí như trong quyết định."})
    if len(name) > MAX_NAME:
        raise Invalid({"name": f"Nội dung dài {len(name)} ký tự, tối đa {MAX_NAME}: rút gọn nội dung."})
    guidance = guidance_text(clean_lines(words.guidance), clean_lines(words.evidence))
    if len(guidance) > MAX_GUIDANCE:
        raise Invalid({"guidance": f"Hướng dẫn dài {len(guidance)} ký tự, tối đa {MAX_GUIDANCE}: rút gọn."})
    wish: dict[str, Any] = {"name": name, "guidance": guidance}
    if row.is_leaf:
        rule = rule_of(words.rule, maxima.get(row.code, row.max_points))
        wish["rule"] = row.rule if scoring.in_words(rule) == scoring.in_words(row.rule) else rule
    after = {field: value for field, value in wish.items() if getattr(row, field) != value}
    if maxima:
        after["maxima"] = {code: exact(points) for code, points in maxima.items()}
    return _standing(row, after), after


def _write(row: Criterion, after: dict[str, Any]) -> None:
    for code, points in after.get("maxima", {}).items():
        Criterion.objects.filter(criteria_set=row.criteria_set_id, code=code).update(max_points=Decimal(points))
    own = {field: value for field, value in after.items() if field != "maxima"}
    for field, value in own.items():
        setattr(row, field, value)
    if own:
        row.save(update_fields=list(own))
