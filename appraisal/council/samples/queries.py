"""Reads of samples: what may be drawn, who may judge it again, what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import QuerySet

from appraisal import steps
from appraisal.core.digests import VERB_BULK
from appraisal.models import Action, AppraisalEntry, Assignment, Interest, Sample, SampledCell
from appraisal.rules import reach
from appraisal.rules import seats as seat_rules
from cchc_index.lib import numbers
from criteria import queries as criteria_queries
from criteria.models import RoundGroup
from criteria.tree import CellKey
from units import queries as unit_queries
from units import rules as people
from units.models import Membership, Role, User, by_name


@dataclass(frozen=True)
class SampleReport:
    """A sample with its findings."""

    sample: Sample
    cells: Sequence[SampledCell]

    @property
    def judged(self) -> int:
        return sum(bool(cell.result) for cell in self.cells)

    @property
    def differing(self) -> int:
        return sum(cell.result == SampledCell.Finding.OTHER for cell in self.cells)

    @property
    def share_differing(self) -> str:
        """Of those that were judged again."""
        return numbers.vn_percent(Fraction(self.differing, self.judged), 1) if self.judged else "–"

    @property
    def words(self) -> str:
        """The sample in a sentence, as it is printed."""
        return (
            f"Mẫu ngẫu nhiên {self.sample.share}% của {self.sample.population} lượt tiêu chí công nhận hàng loạt "
            f"(số gốc {self.sample.seed}): {len(self.cells)} lượt được rút, {self.judged} lượt đã thẩm định lại, "
            f"{self.differing} lượt khác kết quả ({self.share_differing})."
        )


def recognised_in_bulk(block: RoundGroup) -> dict[CellKey, AppraisalEntry]:
    """The recognitions among many that stand, by cell in the order of units and criteria; three queries."""
    rows = AppraisalEntry.objects.filter(appraisal__round_group=block).select_related("appraisal", "log")
    history: dict[CellKey, list[AppraisalEntry]] = {}
    for entry in rows.order_by("appraisal_id", "sequence"):
        history.setdefault((entry.appraisal.unit_id, entry.appraisal.criterion_id), []).append(entry)
    standing = {cell: counting[-1] for cell, taken in history.items() if (counting := steps.counting(taken))}
    bulk = {
        cell: entry
        for cell, entry in standing.items()
        if entry.action == Action.RECOGNISE and entry.log.verb == VERB_BULK
    }
    units = sorted(criteria_queries.measured(block), key=lambda unit: unit.code)
    leaves = [row for row in criteria_queries.tree_of(block) if row.is_leaf and row.is_self]
    return {
        (unit.pk, leaf.pk): bulk[unit.pk, leaf.pk] for unit in units for leaf in leaves if (unit.pk, leaf.pk) in bulk
    }


def judges_of(block: RoundGroup, cells: dict[CellKey, AppraisalEntry]) -> dict[CellKey, list[int]]:
    """Who may judge each cell again: members who are assigned it, did not recognise it, and for whom the unit is not
    closed. A constant number of queries."""
    tree = criteria_queries.tree_of(block)
    rows = Assignment.objects.filter(round_group=block, member__in=_members()).prefetch_related("units")
    assignments = list(rows.select_related("member").order_by("member__username", "pk"))
    closed = _closed({row.member_id for row in assignments})
    found: dict[CellKey, list[int]] = {cell: [] for cell in cells}
    for row in assignments:
        held = (((row.branch_id, tuple(unit.pk for unit in row.units.all()))),)
        scope = reach.Holdings(held, tuple(closed.get(row.member_id, ())), reads_all=False).within(tree)
        for (unit, leaf), entry in cells.items():
            judges = found[unit, leaf]
            if entry.actor_id != row.member_id and row.member_id not in judges and scope.covers(unit, leaf):
                judges.append(row.member_id)
    return found


def _members() -> QuerySet[User]:
    held = Membership.objects.in_force().filter(role=Role.COUNCIL_MEMBER).order_by()
    return User.objects.filter(pk__in=held.values("user"))


def _closed(members: set[int]) -> dict[int, frozenset[int]]:
    """What `reach.closed_units` says, for many people: three queries."""
    own: dict[int, set[int]] = {}
    held = Membership.objects.in_force().filter(user__in=members, unit__isnull=False).order_by()
    declared = Interest.objects.filter(member__in=members, withdrawn_at=None).order_by()
    for user, unit in [*held.values_list("user_id", "unit_id"), *declared.values_list("member_id", "unit_id")]:
        own.setdefault(user, set()).add(unit or 0)
    lines = unit_queries.lines_of(unit for units in own.values() for unit in units)
    return {user: frozenset[int]().union(*(lines[unit] for unit in units)) for user, units in own.items()}


def samples_of(block: RoundGroup) -> list[Sample]:
    return list(Sample.objects.filter(round_group=block).select_related("drawn_by").order_by("-pk"))


def visible_samples(user: people.AnyUser) -> QuerySet[Sample]:
    """Managers, observers and council members read samples and what was found."""
    rows = Sample.objects.select_related("round_group__round", "round_group__group", "drawn_by").order_by("pk")
    return rows if seat_rules.reads_councils(user) else rows.none()


def report(sample: Sample) -> SampleReport:
    """One query."""
    cells = sample.cells.select_related("unit", "criterion", "member", "entry__actor").order_by(
        *by_name(), "criterion__position"
    )
    return SampleReport(sample, list(cells))


def differing_cells(block: RoundGroup) -> frozenset[CellKey]:
    """Where another member found something else; one query."""
    rows = SampledCell.objects.filter(sample__round_group=block, result=SampledCell.Finding.OTHER).order_by()
    return frozenset(rows.values_list("unit_id", "criterion_id"))


def sentences(round_id: int) -> list[str]:
    """Every sample of a round in a sentence, for the minutes and the report; two queries."""
    rows = Sample.objects.filter(round_group__round=round_id).select_related("round_group__group").order_by("pk")
    return [
        f"Khối {sample.round_group.group}: {SampleReport(sample, list(sample.cells.all())).words}"
        for sample in rows.prefetch_related("cells")
    ]
