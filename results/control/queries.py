"""How far the year is, block by block and unit by unit; its stages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cchc_index.lib.text import sort_key
from criteria.annex import matching
from criteria.annex.matching import Match
from criteria.calendar import queries as calendar
from criteria.models import Round, RoundGroup, Stage
from criteria.queries import earlier_block, leaves, units_of, unlinked
from results.computation.queries import code_version, group_inputs, is_up_to_date
from results.jobs.queries import live_jobs
from results.models import Computation, Job
from results.queries import measured_groups
from selfassess.models import SelfAssessment
from units.models import UNITS_BY_NAME, Unit


@dataclass(frozen=True)
class UnitProgress:
    """How far one unit is: the state of its assessment in words; of each half, how many cells have a result and how
    many there are."""

    unit: Unit
    assessment: str
    submitted: bool
    appraised: int
    appraised_of: int
    surveyed: int
    surveyed_of: int
    assessment_id: int | None = None

    @property
    def missing(self) -> int:
        return self.appraised_of - self.appraised + self.surveyed_of - self.surveyed

    @property
    def words(self) -> str:
        if not self.missing:
            return "đủ điểm"
        return f"còn thiếu điểm {self.missing} tiêu chí" if self.submitted else "chưa nộp"

    @property
    def mark(self) -> str:
        if not self.missing:
            return "st-ok"
        return "st-wait" if self.submitted else "st-low"


@dataclass(frozen=True)
class BlockRoom:
    """One block as Điều hành shows it."""

    round_group: RoundGroup
    units: list[UnitProgress]
    computation: Computation | None
    job: Job | None
    current: bool

    @property
    def submitted(self) -> int:
        return sum(p.submitted for p in self.units)

    @property
    def appraised(self) -> tuple[int, int]:
        return sum(p.appraised for p in self.units), sum(p.appraised_of for p in self.units)

    @property
    def surveyed(self) -> tuple[int, int]:
        return sum(p.surveyed for p in self.units), sum(p.surveyed_of for p in self.units)

    @property
    def complete(self) -> bool:
        return bool(self.units) and not any(p.missing for p in self.units)


@dataclass(frozen=True)
class MatchPart:
    """Criteria whose likeness to last year's lies in one stretch."""

    title: str
    year: int
    rows: list[Match]


def matches(round_group: RoundGroup) -> list[MatchPart]:
    """The block's criteria without one of an earlier year, each beside the likeliest, in three stretches. Three
    queries."""
    earlier = earlier_block(round_group)
    if earlier is None:
        return []
    found = matching.matches(list(unlinked(round_group)), list(leaves(earlier.criteria_set_id)))
    stretches = (
        (f"Giống từ {matching.NEAR}%", matching.NEAR, 101),
        (f"Giống từ {matching.FAR}% đến dưới {matching.NEAR}%", matching.FAR, matching.NEAR),
        (f"Giống dưới {matching.FAR}%", 0, matching.FAR),
    )
    parts = [
        MatchPart(title, earlier.round.year, [one for one in found if low <= one.percent < high])
        for title, low, high in stretches
    ]
    return [part for part in parts if part.rows]


def control_room(round_: Round) -> list[BlockRoom]:
    """Every block of the round, its units with the least complete first. The queries grow with the
    blocks (which are few), never with units or criteria."""
    groups = measured_groups(round_)
    assessments = _assessments(groups)
    computations = {c.round_group_id: c for c in Computation.objects.filter(round_group__in=groups, current=True)}
    jobs = {j.round_group_id: j for j in live_jobs(Job.Kind.RECOMPUTE).filter(round_group__in=groups)}
    return [_room(g, assessments, computations.get(g.pk), jobs.get(g.pk)) for g in groups]


def _assessments(groups: Sequence[RoundGroup]) -> dict[tuple[int, int], SelfAssessment]:
    assessments = SelfAssessment.objects.filter(round_group__in=groups).order_by("pk")
    return {(a.round_group_id, a.unit_id): a for a in assessments}


def _room(
    group: RoundGroup,
    assessments: Mapping[tuple[int, int], SelfAssessment],
    computation: Computation | None,
    job: Job | None,
) -> BlockRoom:
    inputs = group_inputs(group)
    units = list(units_of(group))
    counts = _counts(inputs)
    progress = [_progress(unit, assessments.get((group.pk, unit.pk)), counts) for unit in units]
    progress.sort(key=lambda p: (p.submitted, -p.missing, sort_key(p.unit.name)))
    fresh = computation is not None and is_up_to_date(group)
    return BlockRoom(group, progress, computation, job, fresh and computation.code_version == code_version())  # type: ignore[union-attr]


def _counts(inputs: Mapping[str, Any]) -> Counter[tuple[str, bool, bool]]:
    """(unit code, assessed half?, has a result?) → cells; bonus and deduction do not hold a unit back."""
    sources = {c["code"]: c["source"] for c in inputs["criteria"] if c["is_leaf"] and c["kind"] == "normal"}
    return Counter(
        (cell["unit"], sources[cell["criterion"]] == "self", cell["state"] in ("scored", "not_applicable"))
        for cell in inputs["cells"]
        if cell["criterion"] in sources
    )


def _progress(unit: Unit, assessment: SelfAssessment | None, counts: Counter[tuple[str, bool, bool]]) -> UnitProgress:
    def done_of(assessed: bool) -> tuple[int, int]:
        done = counts[unit.code, assessed, True]
        return done, done + counts[unit.code, assessed, False]

    appraised, surveyed = done_of(True), done_of(False)
    words = assessment.get_state_display() if assessment else "chưa bắt đầu"
    submitted = assessment is not None and assessment.state == SelfAssessment.State.SUBMITTED
    return UnitProgress(unit, words, submitted, *appraised, *surveyed, assessment.pk if assessment else None)


def stages(round_: Round) -> list[Stage]:
    """The calendar as the control room shows it, with who has more time; three queries."""
    return list(calendar.timed(round_).prefetch_related("extensions__unit"))


def measured_units(round_: Round) -> QuerySet[Unit]:
    """The units of the round's blocks by name."""
    return Unit.objects.filter(group__round_groups__round=round_).order_by(*UNITS_BY_NAME)
