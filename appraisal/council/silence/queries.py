"""The meaning of silence in a round, and whose silence it was, in sentences."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from appraisal import steps
from appraisal.assignments.queries import board
from appraisal.models import Action, AppraisalEntry, Assignment, Opinion, SilenceRule
from appraisal.rules.stages import Calendar, calendars
from cchc_index.lib.numbers import vn_count
from criteria import queries as criteria_queries
from criteria.models import Extension, RoundGroup, Stage
from criteria.tree import CellKey
from selfassess.models import SelfAssessment
from units.models import UNITS_BY_NAME, Unit, User


def rule_of(round_id: int) -> SilenceRule | None:
    return SilenceRule.objects.filter(round=round_id).first()


def sentences(round_id: int, *, names: bool = False) -> list[str]:
    """What is printed with the result: what silence means, and of each stage that has ended, whose it was and how
    much. Units are named; members where `names` (in the council's own papers: to others it answers as one). None where
    nothing was stated. The queries grow with blocks, never with units or members."""
    rule = rule_of(round_id)
    if rule is None:
        return []
    counted = [words for one in counts(round_id) for words in one.sentences(rule, names=names)]
    return [*rule.sentences, *counted]


_ALL_ANSWERED = "mọi đơn vị có tiêu chí được điều chỉnh đã trả lời"
_ALL_JUDGED = "mọi thành viên Hội đồng đã cho ý kiến về phần được phân công"


@dataclass(frozen=True)
class SilenceCount:
    """Who said nothing in a block until the end of a stage: {unit or member: how many criteria}."""

    block: RoundGroup
    stage: Stage
    units: Mapping[Unit, int] | None = None
    members: Mapping[User, int] | None = None

    @property
    def who(self) -> str:
        return "đơn vị" if self.units is not None else "thành viên Hội đồng"

    @property
    def nobody(self) -> str:
        return _ALL_ANSWERED if self.units is not None else _ALL_JUDGED

    @property
    def lines(self) -> list[tuple[str, int]]:
        """Name and number, as the page shows them."""
        silent: Mapping[Unit, int] | Mapping[User, int] = self.units or self.members or {}
        return [(str(one), count) for one, count in silent.items()]

    def sentences(self, rule: SilenceRule, *, names: bool) -> Iterator[str]:
        place = f"Khối {self.block.group}, đến hết {self.stage.title}"
        if self.units is not None:
            yield f"{place}: {_of_units(self.units, rule.get_of_unit_display())}."
        if self.members is not None:
            yield f"{place}: {_of_members(self.members, rule.get_of_member_display(), names=names)}."


def _of_units(silent: Mapping[Unit, int], meaning: str) -> str:
    if not silent:
        return _ALL_ANSWERED
    who = _listed((str(unit), count) for unit, count in silent.items())
    much = f"{len(silent)} đơn vị không trả lời {vn_count(sum(silent.values()))} tiêu chí được điều chỉnh"
    return f"{much} ({who}); {meaning}"


def _of_members(silent: Mapping[User, int], meaning: str, *, names: bool) -> str:
    if not silent:
        return _ALL_JUDGED
    who = f" ({_listed((str(member), count) for member, count in silent.items())})" if names else ""
    much = f"không cho ý kiến về {vn_count(sum(silent.values()))} lượt tiêu chí được phân công"
    return f"{len(silent)} thành viên Hội đồng {much}{who}; {meaning}"


def _listed(rows: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name}: {vn_count(count)}" for name, count in rows)


def counts(round_id: int) -> list[SilenceCount]:
    """Of every block, in the order of the year: its first appraisal once it has ended, each reply once it has."""
    rows = RoundGroup.objects.filter(round=round_id).select_related("round", "group", "criteria_set")
    blocks = list(rows.order_by("group__position", "group__code"))
    times = calendars(blocks)
    return [one for block in blocks for one in _of_block(block, times[block.pk])]


def _of_block(block: RoundGroup, now: Calendar) -> Iterator[SilenceCount]:
    first = next((stage for stage in now.deciding if stage.kind == Stage.Kind.APPRAISAL), None)
    for stage in now.stages:
        if stage == first and (stage.pk in now.released or _has_ended(stage, now)):
            members = _silent_members(block, stage)
            if members is not None:
                yield SilenceCount(block, stage, members=members)
        elif stage.kind == Stage.Kind.REPLY and now.answers(stage.pk) in now.released and _has_ended(stage, now):
            yield SilenceCount(block, stage, units=_silent_units(block, stage, now))


def _has_ended(stage: Stage, now: Calendar) -> bool:
    return stage.closes_at is not None and stage.closes_at <= now.at


def _silent_units(block: RoundGroup, reply: Stage, now: Calendar) -> dict[Unit, int]:
    """Units that left adjustments of the stage before unanswered, but those whose extension still runs; three
    queries."""
    later = AppraisalEntry.objects.filter(
        appraisal=OuterRef("appraisal"), undone_by=None, sequence__gt=OuterRef("sequence")
    )
    same = later.filter(stage=OuterRef("stage"), action__in=steps.DECISIONS)
    answer = later.filter(stage=reply, action__in=[Action.AGREE, Action.DISAGREE])
    left = AppraisalEntry.objects.filter(
        ~Exists(same.order_by()),
        ~Exists(answer.order_by()),
        appraisal__round_group=block,
        stage=now.answers(reply.pk),
        action=Action.ADJUST,
        undone_by=None,
    )
    by_unit = dict(left.order_by().values_list("appraisal__unit").annotate(count=Count("pk")))
    extended = Extension.objects.filter(stage=reply, closes_at__gt=now.at).order_by()
    still = set(extended.values_list("unit_id", flat=True)) if by_unit else set()
    units = Unit.objects.filter(pk__in=set(by_unit) - still).order_by(*UNITS_BY_NAME, "pk")
    return {unit: by_unit[unit.pk] for unit in units}


def _silent_members(block: RoundGroup, stage: Stage) -> dict[User, int] | None:
    """Members with cells of submitted units that nobody decided in the stage, and on which they gave no opinion either;
    None where nothing was assigned. A fixed number of queries, few where everything was decided: papers ask on every
    look."""
    if not Assignment.objects.filter(round_group=block).exists():
        return None
    submitted = SelfAssessment.objects.filter(round_group=block, state=SelfAssessment.State.SUBMITTED).order_by()
    units = set(submitted.values_list("unit_id", flat=True))
    decided = _decided(block, stage)
    leaves = [row.pk for row in criteria_queries.tree_of(block) if row.is_leaf and row.is_self]
    if all((unit, leaf) in decided for unit in units for leaf in leaves):
        return {}
    shared = board(block)
    given = Opinion.objects.filter(round_group=block, stage=stage).order_by()
    said = set(given.values_list("member_id", "unit_id", "criterion_id"))
    silent: Counter[int] = Counter()
    for member in shared.people:
        cells = (cell for cell in shared.cells_of(member) if cell[0] in units and cell not in decided)
        silent[member] = sum((member, *cell) not in said for cell in cells)
    return {person: silent[pk] for pk, person in shared.people.items() if silent[pk]}


def _decided(block: RoundGroup, stage: Stage) -> set[CellKey]:
    """What was decided in the stage, or came as an archive."""
    rows = AppraisalEntry.objects.filter(
        appraisal__round_group=block, action__in=steps.DECISIONS, undone_by=None, stage__round=block.round_id
    )
    rows = rows.filter(stage=stage) | rows.filter(stage_kind=Stage.Kind.ARCHIVE)
    return set(rows.order_by().values_list("appraisal__unit_id", "appraisal__criterion_id"))
