"""What the report is made of: points as pages show them, and of the answers only what is told."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from fractions import Fraction
from functools import cached_property

from cchc_index.lib.canonical import digest
from cchc_index.lib.whole import whole_bytes
from criteria.models import RoundGroup
from results.computation.queries import code_version
from results.models import Job
from surveys.analysis.queries import CountedSurvey, survey_of
from surveys.coverage.queries import left_boxes
from surveys.models import ImportBatch
from surveys.scores.adjusting import adjusted
from surveys.scores.queries import ScoreTable, ballot_counts, rule_of, score_table, tells_nothing_yet, untold_parts

from .findings import CellByPeople, GroupFinding, NamedShare, SurveyFindings, mean_of


@dataclass(frozen=True)
class SurveyMaterial:
    """A block's report before it is written."""

    block: RoundGroup
    findings: SurveyFindings

    @cached_property
    def mark(self) -> str:
        """A digest of everything the report says, and of the program that says it."""
        findings = self.findings
        parts = [
            [[name, str(share)] for name, share in findings.units],
            findings.lacking,
            [[name, str(share)] for name, share in findings.criteria],
            [[group.name, group.answers, str(group.mean), group.untold] for group in findings.groups],
            [[year, str(share), n] for year, share, n in findings.years],
            [[*map(str, astuple(cell))] for cell in findings.by_people],
            [list(box) for box in findings.left],
        ]
        names = [self.block.round.year, self.block.group.code, self.block.group.name, self.block.round.illustrative]
        return digest([code_version(), *names, parts])


def waiting_report(block: RoundGroup, ending: str) -> Job | None:
    """The job that is to make the same file and has read nothing yet. One query."""
    jobs = Job.objects.filter(kind=Job.Kind.SURVEY, round_group=block, paper=ending, state=Job.State.QUEUED)
    return jobs.order_by("pk").first()


def made_before(block: RoundGroup, ending: str, mark: str) -> bytes | None:
    """The file of just these contents, where one was made and is whole still; none while the store does not
    answer. One query."""
    jobs = Job.objects.filter(kind=Job.Kind.SURVEY, round_group=block, paper=ending, mark=mark, state=Job.State.DONE)
    made = jobs.order_by("pk").first()
    try:
        return whole_bytes(made.file, made.digest) if made else None
    except OSError:
        return None


def rows_mark(block: RoundGroup, told: SurveyMaterial) -> str:
    """A digest of what the data with one row per ballot follow from: the report, the plan's rules and answers, and the
    batches, by which alone ballots come and go. Some ten queries."""
    counts = [[*pair, n] for pair, n in sorted(ballot_counts(block).items())]
    batches = ImportBatch.objects.filter(round_group=block).order_by("pk").values_list("pk", "state", "committed_at")
    options = [[group, leaf, value, label, str(share)] for group, leaf, value, label, share in survey_of(block).options]
    return digest([told.mark, list(rule_of(block)), options, counts, [[*map(str, row)] for row in batches]])


def survey_material(block: RoundGroup) -> SurveyMaterial:
    """Some twenty queries, and nine for each earlier year of the block."""
    table = score_table(block)
    units, lacking = _units(table)
    years = [*_earlier(block)]
    mean = mean_of([share for _, share in units])
    if mean is not None:
        years.append((block.round.year, mean, len(units)))
    left = [(row.after["name"], row.after["ballots"]) for row in left_boxes(block)]
    findings = SurveyFindings(units, lacking, _criteria(table), _groups(block), years, _by_people(block, table), left)
    return SurveyMaterial(block, findings)


def _units(table: ScoreTable) -> tuple[list[NamedShare], list[str]]:
    whole: list[NamedShare] = []
    lacking = []
    for unit, cells, total, missing in table.rows:
        applying = zip(table.leaves, cells, strict=True)
        maximum = sum(
            (Fraction(leaf.max_points) for leaf, cell in applying if not (cell and cell.not_applicable)), Fraction(0)
        )
        if missing or total is None or not maximum:
            lacking.append(unit.name)
        else:
            whole.append((unit.name, Fraction(total) / Fraction(maximum)))
    return sorted(whole, key=lambda row: -row[1]), lacking


def _criteria(table: ScoreTable) -> list[NamedShare]:
    findings: list[NamedShare] = []
    for place, leaf in enumerate(table.leaves):
        cells = [cells[place] for _, cells, _, _ in table.rows]
        points = [Fraction(cell.points) for cell in cells if cell and cell.points is not None]
        middle = mean_of(points)
        if middle is not None and leaf.max_points:
            findings.append((f"{leaf.code} {leaf.name}", middle / Fraction(leaf.max_points)))
    return findings


def _by_people(block: RoundGroup, table: ScoreTable) -> list[CellByPeople]:
    told = adjusted(block)
    rows = []
    for place, leaf in enumerate(table.leaves):
        for unit, cells, _, _ in table.rows:
            score, made = cells[place], told.get((unit.pk, leaf.pk))
            if made is None or score is None or score.points is None or not leaf.max_points:
                continue
            rows.append(
                CellByPeople(
                    unit.name,
                    f"{leaf.code} {leaf.name}",
                    leaf.max_points,
                    score.points,
                    made.formula.points,
                    made.bounds,
                    made.line,
                )
            )
    return rows


def _groups(block: RoundGroup) -> list[GroupFinding]:
    survey, away = survey_of(block), untold_parts(block)
    told = _told(survey, set(away))
    untold: dict[int, int] = defaultdict(int)
    for group, _, _ in away:
        untold[group] += 1
    return [
        GroupFinding(group.name, told[pk][0], told[pk][1] / told[pk][0] if told[pk][0] else None, untold[pk])
        for pk, group in survey.groups.items()
        if group.takes_ballots
    ]


def _told(survey: CountedSurvey, away: set[tuple[int, int, int]]) -> dict[int, tuple[int, Fraction]]:
    """Group → (answers that enter a mean, sum of their shares), of the cells that are told."""
    shares = {(group, leaf, value): share for group, leaf, value, _, share in survey.options}
    sums: dict[int, tuple[int, Fraction]] = defaultdict(lambda: (0, Fraction(0)))
    for group, unit, leaf, value, count in survey.answers:
        share = shares.get((group, leaf, value))
        if (group, unit, leaf) not in away and share is not None:
            n, worth = sums[group]
            sums[group] = n + count, worth + count * Fraction(str(share))
    return sums


def _earlier(block: RoundGroup) -> Iterator[tuple[int, Fraction, int]]:
    """The same block in earlier years, where all that is told is told already."""
    rows = RoundGroup.objects.filter(group=block.group_id, round__year__lt=block.round.year)
    for earlier in rows.select_related("round", "group").order_by("round__year"):
        units, _ = ([], []) if tells_nothing_yet(earlier) else _units(score_table(earlier))
        mean = mean_of([share for _, share in units])
        if mean is not None:
            yield earlier.round.year, mean, len(units)
