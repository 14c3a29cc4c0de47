"""What a page shows of a block's report, kept by each process until something of the block moves; then of the units
alone that moved the decisions are read again.

To read and compare thousands of decisions takes a hundred times as long as an empty page, and between two looks one or
two units have changed. Whether anything has moved at all says a mark of the block that never comes back
(`RoundGroup.inputs_mark`); which units have, what their rows were read from (`unit_versions`). The verbs read anew,
under the block's lock: a page that had kept something wrong would be told so.
"""

from bisect import insort
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from appraisal.consistency import comparing, outliers
from appraisal.consistency.comparing import ComparedDecision, Contradiction, MemberSums, ScoreGap
from appraisal.consistency.outliers import CouncilStep, Move
from appraisal.core.queries.versions import UnitVersion, unit_versions
from cchc_index.lib.canonical import canonical_json, text_digest
from cchc_index.lib.prepared import Prepared
from criteria import queries as criteria_queries
from criteria.models import Criterion, RoundGroup
from units.models import Unit

from .report import FEW, Findings, Own, Report, content, council_steps, own_scores

KEPT_BLOCKS = 4
"""How many blocks' decisions stay in memory: those that are being looked at."""


class UnitReading(NamedTuple):
    """What the decisions on one unit say, by themselves."""

    version: UnitVersion
    contents: dict[int, str]
    """By criterion, what the report's fingerprint takes of it."""
    clashing: dict[int, ComparedDecision]
    """By criterion, those that may contradict another unit's."""
    judged: list[ComparedDecision]
    moves: list[Move]
    often: list[list[Move]]
    own: Own
    members: frozenset[int]
    gap: ScoreGap | None


class ClashColumn(NamedTuple):
    """The decisions on one criterion that may contradict each other, and those that do."""

    decisions: tuple[ComparedDecision, ...]
    contradictions: list[Contradiction]


@dataclass(frozen=True)
class _KeptBlock:
    """The readings of a block, by unit in the order of their codes, and what was joined of them."""

    stamp: Hashable
    readings: dict[int, UnitReading]
    members: MemberSums
    columns: dict[int, ClashColumn]
    texts: dict[int, str]
    """By criterion, what the fingerprint takes of all units."""
    findings: Findings


_blocks: dict[tuple[int, int], _KeptBlock] = {}
"""By block and criteria set, that which was read last at the end."""


def forget() -> None:
    """Keep nothing: the next look reads everything."""
    _blocks.clear()


def findings(round_group: RoundGroup) -> Findings:
    """Those of `report`. No query while nothing of the block has moved; else eight, five more where few units have."""
    round_ = round_group.round
    stamp = round_group.inputs_mark, round_group.group.units_version, round_.assessed_from, round_.assessed_to
    key = round_group.pk, round_group.criteria_set_id
    kept = _blocks.get(key)
    if kept is None or kept.stamp != stamp:
        kept = _renewed(round_group, stamp, kept)
        _blocks.pop(key, None)
        _blocks[key] = kept
        for oldest in list(_blocks)[:-KEPT_BLOCKS]:
            _blocks.pop(oldest, None)
    return kept.findings


def _renewed(round_group: RoundGroup, stamp: Hashable, last: _KeptBlock | None) -> _KeptBlock:
    """The versions are read before the rows: a row that moves in between is read again at the next look."""
    measured = _UNITS.rows(group=round_group.group_id, at=round_group.round.assessed_to)
    units = [pk for (pk,) in measured]
    versions = unit_versions(round_group, units)
    former = last.readings if last else {}
    moved = [pk for pk, version in versions.items() if pk not in former or former[pk].version != version]
    again = _readings(round_group, moved, versions, everything=len(moved) == len(units))
    readings = {pk: again.get(pk) or former[pk] for pk in versions}
    gone = [one for pk, one in former.items() if readings.get(pk) is not one]
    members = (last.members if last else MemberSums()).moved(
        chain.from_iterable(one.judged for one in gone), chain.from_iterable(one.judged for one in again.values())
    )
    columns = _columns(readings.values(), last.columns if last else {})
    texts = _texts(readings, last)
    found = _joined(round_group, readings, members, columns, texts, _moves(readings, last))
    return _KeptBlock(stamp, readings, members, columns, texts, found)


_UNITS = Prepared(
    lambda group, at: Unit.objects.filter(group=group).valid_between(at, at).order_by("code").values_list("pk")
)
"""By code as the database orders it: the fingerprint is taken so."""


def _readings(
    round_group: RoundGroup, units: Collection[int], versions: Mapping[int, UnitVersion], *, everything: bool
) -> dict[int, UnitReading]:
    """Of those units; two queries where there are any."""
    if not units:
        return {}
    asked = None if everything else units
    own: dict[int, Own] = {unit: {} for unit in units}
    for cell, value in own_scores(round_group, asked).items():
        own.get(cell[0], {})[cell] = value
    steps: dict[int, list[CouncilStep]] = {unit: [] for unit in units}
    for step in council_steps(round_group, asked):
        steps.get(step.unit, []).append(step)
    return {
        unit: _reading(unit, Report(round_group, own[unit], outliers.replays(steps[unit])), versions[unit])
        for unit in units
    }


def _reading(unit: int, report: Report, version: UnitVersion) -> UnitReading:
    standing = [(one.standing.criterion, content(one, report.own)) for one in report.replays if one.standing]
    decisions = report.decisions
    return UnitReading(
        version=version,
        contents={criterion: canonical_json(said) for criterion, said in standing},
        clashing={one.criterion: one for one in decisions if one.adjusted and one.reason is not None},
        judged=report.judged,
        moves=report.moves,
        often=outliers.often(report.moves),
        own=report.moved_own,
        members=report.members,
        gap=comparing.by_unit(decisions).get(unit),
    )


def _columns(readings: Iterable[UnitReading], former: Mapping[int, ClashColumn]) -> dict[int, ClashColumn]:
    """By criterion; one whose decisions are as they were is compared no more."""
    rows: dict[int, list[ComparedDecision]] = {}
    for reading in readings:
        for criterion, one in reading.clashing.items():
            rows.setdefault(criterion, []).append(one)
    found = {}
    for criterion, decisions in rows.items():
        column, known = tuple(decisions), former.get(criterion)
        same = known is not None and known.decisions == column
        found[criterion] = known if known and same else ClashColumn(column, comparing.contradictions(column))
    return found


def _texts(readings: Mapping[int, UnitReading], last: _KeptBlock | None) -> dict[int, str]:
    """By criterion, the texts of the units in their order; of one that nobody moved, that of the last look."""
    if last is not None and list(last.readings) == list(readings):
        former = last.texts
        changed = set[int]()
        for unit, one in readings.items():
            before = last.readings[unit]
            if one is not before:
                changed |= {criterion for criterion, _ in one.contents.items() ^ before.contents.items()}
    else:
        former, changed = {}, set().union(*(one.contents for one in readings.values()))
    rows = [one.contents for one in readings.values()]
    anew = {criterion: ",".join([row[criterion] for row in rows if criterion in row]) for criterion in changed}
    return {criterion: text for criterion, text in (former | anew).items() if text}


def _moves(readings: Mapping[int, UnitReading], last: _KeptBlock | None) -> list[Move]:
    """Every move in the order of time; of few units that were read again, those alone are put in their place."""
    rows = readings.values()
    again = {unit for unit, one in readings.items() if last is None or last.readings.get(unit) is not one}
    if last is None or len(again) > FEW or last.readings.keys() - readings.keys():
        return sorted(chain.from_iterable(one.moves for one in rows), key=outliers.in_time)
    found = [move for move in last.findings.moves if move.step.unit not in again]
    for move in chain.from_iterable(readings[unit].moves for unit in again):
        insort(found, move, key=outliers.in_time)
    return found


def _joined(
    round_group: RoundGroup,
    readings: Mapping[int, UnitReading],
    members: MemberSums,
    columns: Mapping[int, ClashColumn],
    texts: Mapping[int, str],
    moves: Sequence[Move],
) -> Findings:
    rows = readings.values()
    order = _in_order(round_group, set(texts))
    own: Own = {}
    for one in rows:
        own.update(one.own)
    return Findings(
        round_group_id=round_group.pk,
        fingerprint=_fingerprint(round_group.pk, [texts[criterion] for criterion in order]),
        decided=sum(len(one.contents) for one in rows),
        members=frozenset().union(*(one.members for one in rows)),
        contradictions=[
            one for criterion in order if criterion in columns for one in columns[criterion].contradictions
        ],
        by_unit={unit: one.gap for unit, one in readings.items() if one.gap},
        by_member=members.gaps(),
        moves=moves,
        often=outliers.most_moved(chain.from_iterable(one.often for one in rows)),
        own=own,
    )


def _in_order(round_group: RoundGroup, decided: set[int]) -> list[int]:
    """Criteria by their place; no query where the set of the block is frozen and has them all."""
    places = {row.pk: (row.position, row.pk) for row in criteria_queries.tree_of(round_group)}
    if decided <= places.keys():
        return sorted(decided, key=places.__getitem__)
    rows = Criterion.objects.filter(pk__in=decided).order_by("position", "pk")
    return list(rows.values_list("pk", flat=True))


def _fingerprint(block: int, texts: Iterable[str]) -> str:
    """As `Report.fingerprint` takes it, from texts that were written before: by criterion, then by unit."""
    return text_digest(f"[{block},[{','.join(texts)}]]")
