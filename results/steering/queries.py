"""The control room's lines, counted by the database: the number of queries grows with nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from appraisal.assignments import sharing
from appraisal.assignments.queries import barred_pairs
from appraisal.models import Action, Appraisal, AppraisalEntry, Assignment, Question
from appraisal.review.grid.queries import Matrix
from appraisal.review.grid.table import matrix_of
from cchc_index.lib.prepared import AskedLater, Prepared, columns, instances
from cchc_index.lib.text import sort_key
from criteria import queries as criteria_queries
from criteria.models import Criterion, Round, RoundGroup, Source, Stage
from results.gates import listing
from results.gates import queries as gates
from results.gates.listing import Gate
from results.gates.queries import RoundFacts
from results.models import Publication
from selfassess.models import SelfAssessment, SelfScore
from surveys.models import SurveyScore
from units.models import Unit, User

from .tables import MemberPart, SteeredMember, SteeredUnit, by_risk, counts

ByUnit = Mapping[tuple[int, int], Any]
"""By block and unit."""


class SheetState(NamedTuple):
    """A unit's assessment, as the room counts it."""

    pk: int
    state: str
    submitted_at: datetime | None


@dataclass(frozen=True)
class Situation:
    """A round as its manager steers it."""

    facts: RoundFacts
    lines: list[SteeredUnit]
    gates: list[Gate]


def situation(round_: Round, *, for_page: bool = False) -> Situation:
    """Some twenty queries, whatever the number of blocks, units and criteria; `for_page` as `gates.facts` says."""
    facts = gates.facts(round_, for_page=for_page)
    return Situation(facts, by_risk(_lines(facts)), gates.gates_of(facts))


def _lines(facts: RoundFacts) -> list[SteeredUnit]:
    round_ = facts.round_.pk
    leaves = {pk: (own, total - own) for pk, own, total in _LEAVES.rows(round_=round_)}
    sheets = {row[:2]: SheetState(*row[2:]) for row in _SHEETS.rows(round_=round_)}
    own = {row[:2]: row[2:] for row in _OWN_SCORES.rows(round_=round_)}
    surveyed = {row[:2]: row[2] for row in _SURVEYED.rows(round_=round_)}
    asked, adjusted = facts.questions, _adjusted(facts)
    appraised: dict[tuple[int, int], int] = {}
    moved: dict[tuple[int, int], datetime] = {}
    for one in facts.standings:
        key = one.block, one.unit
        appraised[key] = appraised.get(key, 0) + one.count
        moved[key] = max(one.last, moved.get(key, one.last))
    closing = _closing(facts)
    rows = []
    for block, unit in facts.measured:
        key = block.pk, unit.pk
        sheet, (scored, saved) = sheets.get(key), own.get(key, (0, None))
        times = [at for at in (saved, moved.get(key), sheet.submitted_at if sheet else None) if at]
        submitted = sheet is not None and sheet.state == SelfAssessment.State.SUBMITTED
        self_leaves, survey_leaves = leaves.get(block.criteria_set_id, (0, 0))
        rows.append(
            SteeredUnit(
                block=block.group.code,
                block_name=block.group.name,
                code=unit.code,
                name=unit.name,
                pk=unit.pk,
                assessment=sheet.pk if sheet else None,
                state=SelfAssessment.State(sheet.state).label if sheet else "chưa bắt đầu",
                is_submitted=submitted,
                scored=self_leaves if submitted else scored,
                appraised=appraised.get(key, 0),
                leaves=self_leaves,
                surveyed=surveyed.get(key, 0),
                survey_leaves=survey_leaves,
                adjusted=adjusted.get(key, 0),
                asked=asked.get((*key, Question.State.OPEN), 0),
                answered=asked.get((*key, Question.State.ANSWERED), 0),
                closes=closing.get(unit.pk, closing.get(0)),
                last=max(times, default=None),
                now=facts.now,
            )
        )
    return rows


_LEAVES = Prepared(
    lambda round_: (
        Criterion.objects.filter(criteria_set__round_groups__round=round_, is_leaf=True)
        .order_by()
        .values("criteria_set_id")
        .annotate(own=Count("pk", filter=Q(source=Source.SELF)), total=Count("pk"))
        .values_list("criteria_set_id", "own", "total")
    )
)
"""By set: leaves the units assess, and all; bonus and deduction among them as the council counts."""
_SHEETS = Prepared(
    lambda round_: (
        SelfAssessment.objects.filter(round_group__round=round_)
        .order_by()
        .values_list("round_group_id", "unit_id", "pk", "state", "submitted_at")
    )
)
_OWN_SCORES = Prepared(
    lambda round_: (
        SelfScore.objects.filter(assessment__round_group__round=round_)
        .exclude(assessment__state=SelfAssessment.State.SUBMITTED)
        .order_by()
        .values("assessment__round_group_id", "assessment__unit_id")
        .annotate(done=Count("pk", filter=Q(points__isnull=False) | Q(na_claimed=True)), last=Max("updated_at"))
        .values_list("assessment__round_group_id", "assessment__unit_id", "done", "last")
    )
)
"""How many criteria a unit has scored that has not submitted, and when it last saved one."""
_SURVEYED = Prepared(
    lambda round_: (
        SurveyScore.objects.filter(round_group__round=round_)
        .filter(Q(points__isnull=False) | Q(not_applicable=True))
        .order_by()
        .values("round_group_id", "unit_id")
        .annotate(count=Count("pk"))
        .values_list("round_group_id", "unit_id", "count")
    )
)


def _adjusted(facts: RoundFacts) -> ByUnit:
    """Cells whose adjustment the unit may still answer and has not."""
    asked: dict[tuple[int, int], list[int]] = {}
    for block in facts.blocks:
        for stage_id, sequel in facts.times[block.pk].sequels.items():
            reply = next((stage for stage in facts.stages if stage.pk == sequel.reply), None)
            if sequel.is_asked and reply is not None and facts.is_open(reply):
                asked.setdefault((stage_id, reply.pk), []).append(block.pk)
    if not asked:
        return {}
    return facts.read_by_unit(_unanswered, *((*stages, tuple(blocks)) for stages, blocks in asked.items()))


def _unanswered(units: Sequence[int] | None, *asked: tuple[int, int, tuple[int, ...]]) -> ByUnit:
    """Cells adjusted in a stage, without an answer of their unit in the reply to it, of these blocks and units; one
    query, of few units one for each."""
    return {row[:2]: row[2] for row in gates.rows_of_units(_unanswered_in(*asked), units)}


@lru_cache(maxsize=16)
def _unanswered_in(*asked: tuple[int, int, tuple[int, ...]]) -> Prepared:
    """Of a round's stages and blocks, which are asked again after each step."""

    def build(**unit: AskedLater) -> QuerySet[Appraisal, Any]:
        places = Q()
        for stage_id, reply_id, blocks in asked:
            replied = AppraisalEntry.objects.filter(appraisal=OuterRef("pk"), stage=reply_id)
            places |= Q(~Exists(replied), stage=stage_id, round_group__in=blocks)
        rows = Appraisal.objects.filter(places, action=Action.ADJUST, **unit).order_by()
        return rows.values_list("round_group_id", "unit_id").annotate(Count("pk"))

    return Prepared(build)


def _closing(facts: RoundFacts) -> dict[int, datetime | None]:
    """{unit with more time: when its self-assessment closes; 0: when it closes for all}."""
    stage = next((one for one in facts.stages if one.kind == Stage.Kind.SELF_ASSESSMENT), None)
    if stage is None:
        return {}
    more = {one.unit_id: one.closes_at for one in facts.all_extensions if one.stage_id == stage.pk}
    return {0: stage.closes_at, **more}


def members(facts: RoundFacts) -> list[SteeredMember]:
    """Who holds what in the blocks whose appraisal takes decisions now, and how far they are: who has most to do first.
    The counts are those of the council's own pages. Six queries, and those of the pages' kept lines where something has
    moved."""
    blocks = {block.pk: block for block in facts.blocks if _appraises(facts, block)}
    rows = [row for row in _held(facts.round_.pk) if row.round_group_id in blocks] if blocks else []
    if not rows:
        return []
    chosen: dict[int, set[int]] = {}
    for assignment, unit_id in _CHOSEN_UNITS.rows(round_=facts.round_.pk):
        chosen.setdefault(assignment, set()).add(unit_id)
    barred = barred_pairs(row.member_id for row in rows)
    units: dict[int, list[Unit]] = {}
    for block, unit in facts.measured:
        units.setdefault(block.pk, []).append(unit)
    people = {row.member_id: row.member for row in rows}
    parts: dict[int, list[MemberPart]] = {pk: [] for pk in people}
    for pk, block in blocks.items():
        look = _BlockLook(block, units.get(pk, []), facts, chosen)
        for member in people:
            mine = [row for row in rows if (row.round_group_id, row.member_id) == (pk, member)]
            if mine:
                parts[member].append(look.part(member, mine, barred))
    found = [SteeredMember(pk, str(one), one.last_login is None, parts[pk]) for pk, one in people.items()]
    return sorted(found, key=lambda one: (-one.waiting, -one.idle, sort_key(one.name)))


def _held(round_: int) -> list[Assignment]:
    """The assignments of a round with their members."""
    found = []
    for row in _HELD.rows(round_=round_):
        assignment, assignment.member = instances(row, Assignment, User)
        found.append(assignment)
    return found


_HELD = Prepared(
    lambda round_: (
        Assignment.objects.filter(round_group__round=round_)
        .order_by("pk")
        .values_list(*columns(Assignment), *columns(User, "member__"))
    )
)
_CHOSEN_UNITS = Prepared(
    lambda round_: (
        Assignment.units.through.objects.filter(assignment__round_group__round=round_)
        .order_by()
        .values_list("assignment_id", "unit_id")
    )
)


def _appraises(facts: RoundFacts, block: RoundGroup) -> bool:
    stage = facts.times[block.pk].stage
    return stage is not None and stage.kind == Stage.Kind.APPRAISAL


KEPT_BLOCKS = 4
_matrices: dict[int, Matrix] = {}
"""What the council's pages keep of a block, as this process last saw it: opening it costs more than all queries."""


def forget() -> None:
    """Keep nothing: the next look reads everything."""
    _matrices.clear()


@lru_cache(maxsize=4096)
def _state_of(
    kinds: bytes, columns_held: frozenset[int], decided: frozenset[int], pending: frozenset[int]
) -> tuple[int, tuple[int, ...]]:
    """Of some columns of a line: how many are decided, and which wait."""
    return (
        sum(kinds[n] in decided for n in columns_held),
        tuple(n for n in columns_held if kinds[n] in pending),
    )


class _BlockLook:
    """How far every cell of a block is, by the lines that the council's pages keep."""

    def __init__(
        self, block: RoundGroup, units: list[Unit], facts: RoundFacts, chosen: Mapping[int, Collection[int]]
    ) -> None:
        """`chosen`: of assignments for some units alone, which."""
        self.block, self.units, self.chosen = block, units, chosen
        tree = criteria_queries.tree_of(block)
        self.parents = {row.pk: row.parent_id for row in tree}
        self.leaves = [row for row in tree if row.is_leaf and row.is_self]
        now, stood = facts.times[block.pk], facts.stood_in(block)
        self.matrix = matrix_of(block, units, self.leaves, now, _matrices.get(block.pk), stood)
        _matrices[block.pk] = self.matrix
        while len(_matrices) > KEPT_BLOCKS:
            _matrices.pop(next(iter(_matrices)), None)
        self.pending = self.matrix.those(lambda kind: kind.pending)
        self.decided = self.matrix.those(lambda kind: kind.decided and not kind.pending)

    def _columns(self, branch: int | None) -> frozenset[int]:
        lines = ((n, sharing.line(leaf.pk, self.parents)) for n, leaf in enumerate(self.leaves))
        return frozenset(n for n, line in lines if branch is None or branch in line)

    def part(self, member: int, rows: Sequence[Assignment], barred: Collection[tuple[int, int]]) -> MemberPart:
        """Each cell once, however many assignments name it; none of a unit that the member never judges."""
        held: dict[int, set[int]] = {}
        for row in rows:
            columns, chosen = self._columns(row.branch_id), self.chosen.get(row.pk, ())
            for unit in self.units:
                if (member, unit.pk) not in barred and (not chosen or unit.pk in chosen):
                    held.setdefault(unit.pk, set()).update(columns)
        done, left = 0, Counter[int]()
        for unit_id, columns_held in held.items():
            decided, pending = _state_of(
                self.matrix.lines[unit_id].kinds, frozenset(columns_held), self.decided, self.pending
            )
            done += decided
            left.update(pending)
        named = {self.leaves[n].code: left[n] for n in sorted(left)}
        total = sum(map(len, held.values()))
        return MemberPart(self.block.group.code, str(self.block.group), total, done, left.total(), named)


class NextStep(NamedTuple):
    """The one thing that comes next, worded as what it does, and where."""

    label: str
    address: str


def next_step(now: Situation, waiting: Publication | None, in_force: Publication | None) -> NextStep:
    """The main action of the room: what holds the year up, not the publication from the first day."""
    if waiting is not None:
        return NextStep(f"Xem đề nghị công bố số {waiting.number}", reverse("results:proposal", args=[waiting.pk]))
    if in_force is not None:
        return NextStep(f"Xem công bố số {in_force.number}", reverse("results:proposal", args=[in_force.pk]))
    facts, counted = now.facts, counts(now.lines)
    timed = [stage for stage in facts.stages if stage.kind not in (Stage.Kind.ARCHIVE, Stage.Kind.MEETING)]
    gate = next((one for one in now.gates if one.kind != listing.PHASE), None)
    steps = (
        (not now.lines, "Chuẩn bị kỳ", reverse("preparing:year", args=[facts.round_.year])),
        (
            counted["chua-nop"] and not any(stage.is_set for stage in timed),
            "Đặt giờ các giai đoạn",
            facts.address("calendar:stage-list"),
        ),
        *(
            (counted[key], f"{words} {counted[key]} đơn vị", f"{facts.address('results:remind')}&loc={key}")
            for key, words in _REMINDED
        ),
        (counted["tham-dinh"], f"Xem tiến độ thẩm định ({counted['tham-dinh']} đơn vị)", _appraising(now)),
        (counted["dtxhh"], "Xem tiến độ điều tra xã hội học", facts.address("surveys:home")),
        (gate, _gate_words(gate), gate.link if gate else ""),
    )
    found = next((NextStep(label, address) for holds, label, address in steps if holds), None)
    year = facts.round_.year
    return found or NextStep(f"Đề nghị công bố kết quả năm {year}", facts.address("results:propose"))


_REMINDED = (
    ("chua-nop", "Nhắc nộp bản tự đánh giá:"),
    ("giai-trinh", "Nhắc giải trình:"),
    ("cau-hoi", "Nhắc trả lời câu hỏi:"),
)


def _appraising(now: Situation) -> str:
    first = next((line.block for line in now.lines if "tham-dinh" in line.lacking), "")
    return now.facts.address("appraisal:progress", first) if first else ""


def _gate_words(gate: Gate | None) -> str:
    if gate is None:
        return ""
    words = {
        listing.STAGE: "Thông báo kết quả thẩm định cho đơn vị",
        listing.REPORT: "Rà soát tính thống nhất",
        listing.QUESTION: "Xem câu hỏi chưa đóng",
        listing.DISAGREEMENT: "Xem xét ý kiến không đồng ý",
        listing.REPLY: "Xem giai đoạn giải trình",
    }
    return words.get(gate.kind, "Trình Hội đồng thẩm định thông qua")
