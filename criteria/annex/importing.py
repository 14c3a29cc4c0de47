"""Writing an annex into a set: what is added, changed and removed. Called by `actions.import_criteria`,
inside its transaction; every refusal is raised before the first row is written."""

import hashlib
import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model, ProtectedError

from cchc_index.lib import clock
from cchc_index.lib.days import is_plausible_year
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.numbers import NumberProblem, exact_text, parse_decimal, vn_short
from cchc_index.lib.text import clean, clean_lines, fold
from criteria import published, scoring, tree
from criteria.models import SURVEY_SOURCES, CriteriaSet, Criterion, Decision, Provenance, Round, RoundGroup
from criteria.queries import earlier_block, is_last_years_set
from criteria.queries import tree as tree_rows
from units.actions import block_code
from units.models import UnitGroup

from .reading import Annex, Extras, halves
from .settling import Kept, Settled, Settlement, settle
from .totals import Expected, by_part, counted, misses
from .words import guidance_parts, guidance_text

CONTENT = (
    "name", "printed_code", "printed_max", "is_leaf", "source", "kind", "max_points", "provenance", "rule", "guidance",
    "previous_code",
)  # fmt: skip
WRITTEN = (*CONTENT, "parent", "previous", "position")


AcceptedRepairs = bool | Collection[str]
"""Every repair, none, or those of these keys."""


@dataclass(slots=True)
class AnnexImport:
    """What an import did. `notices` are sentences for the operator, `repairs` the faults carried out."""

    round_group: RoundGroup
    rows: int = 0
    leaves: int = 0
    points: dict[str, Decimal] = field(default_factory=dict)
    """The file's points: by source for what counts, under "bonus" and "penalty" for what does not."""
    added: list[str] = field(default_factory=list)
    changed: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    totals: dict[str, Decimal] = field(default_factory=dict)
    """The points of the whole set after it, in the parts of `points`."""
    notices: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What was left out of the file, or understood otherwise than it stands there."""
    repairs: list[Fault] = field(default_factory=list)

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)

    def summary(self) -> dict[str, Any]:
        """What the log keeps: codes, old and new values, the repairs carried out."""
        return {
            "round_group": str(self.round_group),
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "repairs": [str(fault) for fault in self.repairs],
        }


@dataclass(slots=True)
class Destination:
    """Where an annex goes; `notices` say what had to be made or switched for it."""

    round_group: RoundGroup
    criteria_set: CriteriaSet
    notices: list[str]
    made: bool
    fresh: list[Model]
    """Records that had to be made for it; the log marks them."""
    former_set: int | None = None
    """The set that measured the block until now, where the annex brings another."""


def refuse_names(*, year: int, group: str, decision: str, na_policy: str, ties: str) -> None:
    """What is said beside a file, looked at before the file is read: whoever mistyped need not wait for a long annex,
    nor mend its faults first. Raises Refused for a year, a block's code, a decision's number or a policy that cannot
    be."""
    if not is_plausible_year(year):
        raise Refused(f"Năm chỉ số “{year}” không đúng; gõ năm gồm bốn chữ số, ví dụ 2024.")
    block_code(group)
    _decision_number(decision)
    for policy, allowed in ((na_policy, CriteriaSet.NaPolicy.values), (ties, CriteriaSet.Ties.values)):
        if policy and policy not in allowed:
            raise Refused(f"Không có cách “{policy[:40]}”; chọn một trong: {', '.join(allowed)}.")


def _decision_number(number: str) -> str:
    number = clean(number)
    if len(number) > 60 or not any(letter in "0123456789" for letter in number):
        raise Refused("Số quyết định phải có chữ số và không dài quá 60 ký tự, ví dụ 3598/QĐ-UBND.")
    return number


def place(*, year: int, group: str, decision: str) -> Destination:
    """The year's round, the block, the decision and its set: found or made; the set is locked. The names have passed
    `refuse_names`. Raises Refused for a block frozen on another set."""
    notices: list[str] = []
    fresh: list[Model] = []
    round_ = _round(year, notices, fresh)
    block = _block(group, notices, fresh)
    criteria_set = _set(decision, block, notices, fresh)
    round_group = RoundGroup.objects.select_for_update(of=("self",)).filter(round=round_, group=block).first()
    if round_group is None:
        published.refuse_published(round_.pk, year, f"thêm khối “{block}”")
        round_group = RoundGroup.objects.create(round=round_, group=block, criteria_set=criteria_set)
        notices.append(f"{round_group} dùng bộ tiêu chí theo {criteria_set.decision}.")
    former = round_group.criteria_set_id if round_group.criteria_set_id != criteria_set.pk else None
    if former is not None:
        _switch(round_group, criteria_set, notices)
    return Destination(round_group, criteria_set, notices, made=bool(notices), fresh=fresh, former_set=former)


def _round(year: int, notices: list[str], fresh: list[Model]) -> Round:
    period = {"assessed_from": date(year, 1, 1), "assessed_to": date(year, 12, 31)}
    round_, made = Round.objects.get_or_create(year=year, defaults=period)
    if made:
        fresh.append(round_)
        notices.append(f"Đã tạo kỳ đánh giá năm {year}, thời kỳ đánh giá 01/01–31/12.")
    return Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round_.pk)


def _block(code: str, notices: list[str], fresh: list[Model]) -> UnitGroup:
    code = block_code(code)
    block, made = UnitGroup.objects.get_or_create(code=code, defaults={"name": code})
    if made:
        fresh.append(block)
        notices.append(f"Chưa có khối “{code}”: đã tạo; đặt tên khối ở trang Quản trị.")
    return block


def _set(number: str, block: UnitGroup, notices: list[str], fresh: list[Model]) -> CriteriaSet:
    number = _decision_number(number)
    decision, made = Decision.objects.get_or_create(number=number)
    if made:
        fresh.append(decision)
        notices.append(f"Đã tạo quyết định {number}.")
    criteria_set, made = CriteriaSet.objects.get_or_create(decision=decision, group=block)
    if made:
        fresh.append(criteria_set)
        notices.append(f"Đã tạo bộ tiêu chí {criteria_set}.")
    return (
        CriteriaSet.objects.select_for_update(of=("self",)).select_related("decision", "group").get(pk=criteria_set.pk)
    )


def _switch(round_group: RoundGroup, criteria_set: CriteriaSet, notices: list[str]) -> None:
    published.refuse_published(round_group.round_id, round_group.round.year, "đổi bộ tiêu chí của khối")
    if round_group.frozen_at:
        raise Refused(
            f"{round_group} đã có điểm theo {round_group.criteria_set.decision}; "
            f"không đổi sang {criteria_set.decision} được nữa. Dùng đúng quyết định đó, hoặc nhập cho năm khác."
        )
    notices.append(f"{round_group} chuyển từ {round_group.criteria_set.decision} sang {criteria_set.decision}.")
    round_group.criteria_set = criteria_set
    round_group.save(update_fields=["criteria_set"])


def blocks_measured_by(criteria_set: CriteriaSet) -> list[int]:
    """The blocks of any year whose ranking depends on the set."""
    return list(RoundGroup.objects.filter(criteria_set=criteria_set).order_by("pk").values_list("pk", flat=True))


def set_policies(criteria_set: CriteriaSet, na_policy: str, ties: str) -> dict[str, list[str]]:
    """Set what was given and differs; the fields changed with their old and new values."""
    changed: dict[str, list[str]] = {}
    for name, policy in (("na_policy", na_policy), ("ties", ties)):
        if policy and policy != getattr(criteria_set, name):
            changed[name] = [getattr(criteria_set, name), policy]
            setattr(criteria_set, name, policy)
    if changed:
        criteria_set.save(update_fields=list(changed))
    return changed


def policy_notices(changed: Mapping[str, list[str]]) -> list[str]:
    """A sentence for each policy that an import changed; the ranking is computed anew with it."""
    names = {"na_policy": "Cách tính khi không áp dụng", "ties": "Cách xếp sau hạng bằng nhau"}
    return [f"{names[field]} đổi từ {old} sang {new}; chỉ số được tính lại." for field, (old, new) in changed.items()]


def repair_key(fault: Fault) -> str:
    """By what a repair that was looked at is known again."""
    return hashlib.sha256(str(fault).encode()).hexdigest()[:16]


def write(
    sheet: Annex, where: Destination, *, default_source: str, accept_repairs: AcceptedRepairs, expected: Expected
) -> AnnexImport:
    """Bring the rows of the annex into the set. Raises ImportRefused with every fault of the file and every total
    that the set would miss, Refused when the set is frozen and the file would change it."""
    existing = {row.code: row for row in Criterion.objects.filter(criteria_set=where.criteria_set).order_by("pk")}
    gone = _replaced(existing, sheet, default_source)
    states = {code: Kept(row.source, row.kind, row.max_points) for code, row in existing.items()}
    named = sheet.codes()
    kept = {code: state for code, state in states.items() if code not in named and code not in gone}
    settled = settle(sheet, kept, {code: states[code] for code in named & states.keys()}, default_source)
    if not all(fault.repairable for fault in settled.faults):
        raise ImportRefused(settled.faults)  # its totals are not yet those of the decision
    outcome = _outcome(where, settled)
    writer = Writer(where, existing, outcome)
    writer.plan(settled.rows, settled.kept, gone)
    _refuse_faults([*settled.faults, *misses(expected, writer.rows.values())], accept_repairs)
    outcome.notices += _notices_of_repairs(settled, writer.rows.values())
    outcome.totals = by_part(writer.rows.values())
    writer.carry_out()
    return outcome


def _notices_of_repairs(settled: Settlement, rows: Iterable[Criterion]) -> list[str]:
    """What the repairs make of the set's total: a wrong maximum may have been the right one of a missing row."""
    if not any(row.printed_max and not row.is_leaf for row in settled.rows):
        return []
    total = sum(counted(by_part(rows)).values(), Decimal(0))
    return [f"Sau khi sửa điểm, bộ tiêu chí có tổng {vn_short(total)} điểm; đối chiếu với quyết định."]


def _replaced(existing: Mapping[str, Criterion], sheet: Annex, default_source: str) -> set[str]:
    """The illustrative leaves of the file's halves that it does not name, and the groups left empty."""
    named = sheet.codes()
    sources = halves(sheet, default_source, {code for code, row in existing.items() if row.is_illustrative})
    if sources & set(SURVEY_SOURCES):
        sources |= set(SURVEY_SOURCES)
    gone = {c for c, row in existing.items() if c not in named and row.is_illustrative and row.source in sources}
    while True:
        standing = {*named, *existing} - gone
        leaves = tree.leaf_codes(standing)
        empty = {c for c in leaves - named if not existing[c].is_leaf}
        if not empty:
            return gone
        gone |= empty


def _refuse_faults(faults: Iterable[Fault], accept_repairs: AcceptedRepairs) -> None:
    every_fault = list(faults)
    if not all(fault.repairable and _is_accepted(fault, accept_repairs) for fault in every_fault):
        raise ImportRefused(every_fault)


def _is_accepted(fault: Fault, accepted: AcceptedRepairs) -> bool:
    return accepted if isinstance(accepted, bool) else repair_key(fault) in accepted


def _outcome(where: Destination, settled: Settlement) -> AnnexImport:
    leaves = [row for row in settled.rows if row.is_leaf]
    return AnnexImport(
        where.round_group,
        len(settled.rows),
        len(leaves),
        by_part(leaves),
        notices=where.notices,
        repairs=settled.faults,
    )


class Writer:
    """The plan over the whole set, then its writing in a constant number of statements."""

    def __init__(self, where: Destination, existing: Mapping[str, Criterion], outcome: AnnexImport) -> None:
        self.where, self.existing, self.outcome = where, existing, outcome
        self.code_of: dict[int | None, str] = {row.pk: code for code, row in existing.items()}
        self.rows: dict[str, Criterion] = {}
        self.gone: list[Criterion] = []
        self.earlier = _earlier_criteria(where)
        earlier_rows = Criterion.objects.filter(later__criteria_set=where.criteria_set)
        self.linked = dict(earlier_rows.order_by("pk").values_list("pk", "code"))
        self.own_last_year = is_last_years_set(where.round_group)
        self.lost: list[str] = []
        self.unsaid_rules: list[str] = []

    def plan(self, rows: Collection[Settled], kept: Mapping[str, Kept], gone: Collection[str]) -> None:
        self.gone = [self.existing[code] for code in gone]
        self.outcome.removed = sorted(gone, key=tree.natural_key)
        before = {code: _state(row, self.code_of.get(row.parent_id)) for code, row in self.existing.items()}
        for settled in rows:
            self.rows[settled.code] = self._filled(settled)
        for code, state in kept.items():
            self.rows[code] = self._recomputed(code, state)
        for code in sorted(self.rows, key=tree.natural_key):
            self._compare(code, before.get(code))
        self._order()
        self._say_left()

    def _say_left(self) -> None:
        if self.unsaid_rules:
            words = "ô Quy tắc để trống nên giữ quy tắc đang có; ghi “nhập điểm trực tiếp” nếu muốn bỏ"
            self.outcome.said.append(f"Tiêu chí {_some(self.unsaid_rules)}: {words}.")
        if self.lost:
            words = "không có ở bộ tiêu chí kỳ trước, giữ nguyên như đã ghi"
            self.outcome.said.append(f"Mã năm trước {words}: {'; '.join(self.lost)}.")

    def _filled(self, settled: Settled) -> Criterion:
        """The row as the annex has it; the rule and guidance an officer gave it stay, invented ones go."""
        row = self.existing.get(settled.code) or Criterion(criteria_set=self.where.criteria_set, code=settled.code)
        extras = settled.extras
        provenance = Provenance(extras.provenance or self._standing_provenance(row, settled))
        if row.pk and row.is_illustrative and provenance == Provenance.OFFICIAL:
            self._drop_invented(row, settled)
        if row.pk is None or not _same_print(settled.printed_code, row.printed_code, settled.code):
            row.printed_code = settled.printed_code
        if settled.printed_max or not _reads_as(row.printed_max, settled.max_points):
            row.printed_max = settled.printed_max
        row.name = row.name if clean(row.name) == settled.name else settled.name
        row.is_leaf, row.source, row.kind = settled.is_leaf, settled.source, settled.kind
        row.provenance = provenance
        self._set_rule(row, settled)
        self._set_guidance(row, extras)
        self._set_previous(row, extras.previous)
        return row

    def _standing_provenance(self, row: Criterion, settled: Settled) -> str:
        """A file without the column is the decision's own; a blank cell says nothing of what stands."""
        return row.provenance if row.pk and settled.extras.provenance is not None else Provenance.OFFICIAL

    def _set_rule(self, row: Criterion, settled: Settled) -> None:
        """The rule of the file, unless it says what stands; a rule that stands and no longer fits goes."""
        if settled.rule is None:
            self._set_maximum(row, settled.max_points)
            if row.rule and settled.extras.rule is not None:
                self.unsaid_rules.append(row.code)
            return
        row.max_points = settled.max_points
        if scoring.in_words(row.rule) != scoring.in_words(settled.rule):
            row.rule = settled.rule

    def _set_guidance(self, row: Criterion, extras: Extras) -> None:
        guidance, evidence = guidance_parts(row.guidance)
        if extras.guidance or extras.evidence:
            words = guidance_text(extras.guidance or guidance, extras.evidence or evidence)
            row.guidance = row.guidance if clean_lines(row.guidance) == words else words

    def _set_previous(self, row: Criterion, written: str | None) -> None:
        """The criterion of the earlier set that the file names, else the one of the same code and name. A code that
        no earlier set holds is kept as written."""
        if written is None:
            earlier = self.earlier.get(row.code)
            if row.previous_id is None and earlier is not None and fold(earlier.name) == fold(row.name):
                row.previous = earlier
            return
        if not written or (row.previous_id is not None and self.linked.get(row.previous_id) == written):
            return
        if self.own_last_year and written == row.code:
            return
        row.previous = self.earlier.get(written) or self.earlier.get(tree.normalise(written))
        row.previous_code = "" if row.previous else written
        if row.previous is None:
            self.lost.append(f"{row.code} ghi “{written}”")

    def _drop_invented(self, row: Criterion, settled: Settled) -> None:
        """Clear the rule, the guidance and the link that were invented for an illustrative row: the row is the
        decision's now."""
        brings_words = settled.extras.guidance or settled.extras.evidence
        if (row.rule and settled.rule is None) or (row.guidance and not brings_words):
            self.outcome.notices.append(
                f"Tiêu chí {row.code}: bỏ quy tắc chấm và hướng dẫn minh họa; nhập quy tắc thật ở Chuẩn bị kỳ."
            )
        row.rule, row.guidance, row.previous, row.previous_code = {}, "", None, ""

    def _recomputed(self, code: str, state: Kept) -> Criterion:
        row = self.existing[code]
        if row.is_leaf and not state.source:
            self.outcome.notices.append(
                f"Tiêu chí {code} có tiêu chí thành phần trong tệp nên không còn chấm điểm trực tiếp."
            )
        row.is_leaf, row.source, row.kind = bool(state.source), state.source, state.kind
        self._set_maximum(row, state.max_points)
        return row

    def _set_maximum(self, row: Criterion, points: Decimal) -> None:
        """A rule that does not fit the new maximum is taken back to direct entry, and said so."""
        if row.max_points == points:
            return
        row.max_points = points
        if row.rule and row.is_leaf and scoring.validate(row.rule, points):
            row.rule = {}
            self.outcome.notices.append(
                f"Tiêu chí {row.code}: quy tắc chấm cũ không hợp với điểm tối đa mới nên đã bỏ; hãy đặt lại quy tắc."
            )

    def _compare(self, code: str, before: Mapping[str, Any] | None) -> None:
        after = _state(self.rows[code], tree.parent_code(code, self.rows))
        if before is None:
            self.outcome.added.append(code)
        elif before != after:
            self.outcome.changed[code] = {k: [before[k], after[k]] for k in after if before[k] != after[k]}

    def _order(self) -> None:
        """Printed order is the order of the codes; rows are renumbered only when that does not hold yet."""
        order = sorted(self.rows, key=tree.natural_key)
        positions = [self.rows[code].position for code in order]
        if self.outcome.added or any(a >= b for a, b in itertools.pairwise(positions)):
            for position, code in enumerate(order, start=1):
                self.rows[code].position = position

    def carry_out(self) -> None:
        if not self.outcome.changes:
            return
        self._refuse_frozen()
        order = sorted(self.rows, key=tree.natural_key)
        fresh = [self.rows[code] for code in order if self.rows[code].pk is None]
        Criterion.objects.bulk_create(fresh)
        saved = dict(Criterion.objects.filter(criteria_set=self.where.criteria_set).values_list("code", "pk"))
        for code in order:
            row = self.rows[code]
            row.pk = saved[code]
            row.parent_id = saved.get(tree.parent_code(code, self.rows) or "")
        Criterion.objects.bulk_update([self.rows[code] for code in order], WRITTEN, batch_size=200)
        self._remove()
        if not any(row.is_illustrative for row in self.rows.values()):
            # The note said that the content is illustrative; it no longer is.
            CriteriaSet.objects.filter(pk=self.where.criteria_set.pk).update(note="")

    def _refuse_frozen(self) -> None:
        blocks = self.where.criteria_set.round_groups.select_for_update(of=("self",)).select_related("round", "group")
        frozen = next((block for block in blocks.order_by("pk") if block.frozen_at), None)
        if frozen is None or frozen.frozen_at is None:
            return
        raise Refused(
            f"{frozen} đã khóa bộ tiêu chí từ {clock.in_words(frozen.frozen_at)} vì đã có điểm, "
            f"mà tệp này làm thay đổi {self.outcome.changes} tiêu chí ({_some(self._touched())}). "
            "Sửa tệp cho khớp bộ đang dùng, hoặc nhập theo một quyết định khác cho năm khác."
        )

    def _touched(self) -> list[str]:
        return [*self.outcome.added, *self.outcome.changed, *self.outcome.removed]

    def _remove(self) -> None:
        """Nothing that stays hangs below these rows any more; a row that carries scores never goes."""
        try:
            Criterion.objects.filter(pk__in=[row.pk for row in self.gone]).delete()
        except ProtectedError:
            raise Refused(
                f"Tiêu chí minh họa {_some(self.outcome.removed)} không có trong tệp nhưng đã có điểm hoặc câu hỏi "
                "gắn vào. Gỡ các điểm, câu hỏi đó trước, hoặc nhập theo một quyết định khác."
            ) from None


def _state(row: Criterion, parent: str | None) -> dict[str, Any]:
    """What counts as a change, in JSON values; positions follow from the codes and do not."""
    state = {name: getattr(row, name) for name in CONTENT}
    return {**state, "max_points": exact_text(row.max_points), "previous": row.previous_id, "parent": parent}


def _earlier_criteria(where: Destination) -> dict[str, Criterion]:
    """The criteria of the block's most recent earlier set, by code."""
    earlier = earlier_block(where.round_group)
    return {} if earlier is None else {row.code: row for row in tree_rows(earlier.criteria_set_id)}


def _same_print(printed: str, stored: str, code: str) -> bool:
    return (printed or code) == (stored or code)


def _reads_as(printed: str, points: Decimal) -> bool:
    """Whether the printed maximum is the same number as `points`."""
    try:
        return parse_decimal(printed) == points
    except NumberProblem:
        return False


def _some(codes: Collection[str]) -> str:
    shown = list(codes)[:5]
    return ", ".join(shown) + ("…" if len(codes) > len(shown) else "")
