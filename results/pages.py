"""Reads for the pages, with a constant number of queries.

Public pages read the published bundle alone: its text is parsed once per publication and kept, since a
frozen publication never changes. Live tables are read for the index manager's pages only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from criteria.models import Phase, Round, RoundGroup
from selfassess.models import SelfAssessment
from units.models import Unit
from units.rules import AnyUser

from . import charts, queries, reading, rules
from .models import Computation, Job, Publication
from .reading import AreaShare, Block, Book, Cell, Criterion, Row

PUBLISHED = Publication.State.PUBLISHED
KEPT_BOOKS = 8
"""How many parsed publications stay in memory: the ones that are being read."""


def published(round_: Round | None) -> Publication | None:
    """The publication in force of a round, without its text."""
    if round_ is None:
        return None
    found = _light(Publication.objects.filter(round=round_, state=PUBLISHED))
    return found.order_by("-published_at", "-pk").first()


def publications(round_: Round | None) -> list[Publication]:
    """Everything published in a round, the one in force first."""
    found = _light(Publication.objects.filter(round=round_, state=PUBLISHED))
    return list(found.order_by("-published_at", "-pk"))


def find(user: AnyUser, year: int, number: str) -> Publication | None:
    """The publication at a stable address, when the person may see it: a published one before others."""
    found = _light(rules.visible_publications(user).filter(round__year=year))
    same = [p for p in found if reading.slug(p.number) == number]
    order = (PUBLISHED, Publication.State.PROPOSED, Publication.State.WITHDRAWN)
    return min(same, key=lambda p: (order.index(Publication.State(p.state)), -p.pk), default=None)


def _light(found: QuerySet[Publication]) -> QuerySet[Publication]:
    return found.defer("bundle").select_related("round", "superseded_by", "supersedes")


def other_published_years() -> list[int]:
    """The years that have a publication, newest first: where an empty page can lead."""
    found = Publication.objects.filter(state=PUBLISHED).order_by("-round__year")
    return list(found.values_list("round__year", flat=True).distinct())


def book_of(publication: Publication) -> Book:
    """The bundle as objects; read from the database once per publication."""
    return _book(publication.pk, publication.digest)


@lru_cache(maxsize=KEPT_BOOKS)
def _book(pk: int, digest: str) -> Book:
    return reading.parse(Publication.objects.values_list("bundle", flat=True).get(pk=pk, digest=digest))


@dataclass(frozen=True)
class Place:
    """Where the pages of a bundle lie: at a publication's stable address, or in the manager's preview."""

    year: int
    number: str = ""
    preview: bool = False

    @classmethod
    def of(cls, publication: Publication) -> "Place":
        return cls(publication.round.year, reading.slug(publication.number))

    def _reverse(self, name: str, *arguments: str) -> str:
        if self.preview:
            return reverse(f"results:preview{name}", args=arguments)
        return reverse(f"results:publication{name}", args=[self.year, self.number, *arguments])

    def home(self) -> str:
        return self._reverse("")

    def unit(self, group: str, code: str) -> str:
        return self._reverse("-unit", group, code)

    def criterion(self, group: str, code: str) -> str:
        return self._reverse("-criterion", group, code)

    def compare(self, group: str) -> str:
        return self._reverse("-compare", group)

    def file(self, kind: str) -> str:
        """A file of the publication; a preview has none."""
        return (
            ""
            if self.preview
            else reverse(
                "results:file",
                kwargs={"year": self.year, "number": self.number, "named_year": self.year, "kind": kind},
            )
        )


SORTS = {
    "hang": ("Hạng", None),
    "ten": ("Đơn vị", None),
    "chi-so": ("Chỉ số (%)", "index"),
    "tham-dinh": ("Thẩm định (%)", "appraised_index"),
    "dtxhh": ("ĐTXHH (%)", "survey_index"),
}
"""?sap= → heading and the number it sorts by, highest first."""


def sorted_rows(rows: Sequence[Row], by: str) -> list[Row]:
    if by == "ten":
        return sorted(rows, key=lambda r: reading.sort_key(r.name))
    field = SORTS.get(by, ("", None))[1]
    if field is None:
        return list(rows)
    return sorted(rows, key=lambda r: _highest_first(getattr(r, field)))


def _highest_first(value: Decimal | None) -> tuple[bool, Decimal]:
    return value is None, -(value or Decimal(0))


def ranking_chart(book: Book, block: Block, rows: Sequence[Row], highlight: str = "") -> str:
    title = f"Chỉ số CCHC năm {book.year} – {block.name}"
    return charts.ranking_dots([(r.name, r.index) for r in rows], title=title, highlight=highlight)


def areas_chart(row: Row, areas: Iterable[AreaShare]) -> str:
    bars = [(f"{a.criterion.code}. {a.criterion.name}", a.share, a.median) for a in areas]
    return charts.area_bars(bars, title=f"Mức đạt theo lĩnh vực của {row.name} so với trung vị khối (%)")


@dataclass(frozen=True)
class Line:
    """A row of the criteria table of one unit (or two, side by side)."""

    criterion: Criterion
    address: str
    cells: tuple[Cell, ...]


def lines(place: Place, block: Block, rows: Sequence[Row]) -> list[Line]:
    return [
        Line(
            c,
            place.criterion(block.code, c.code) if c.is_leaf else "",
            tuple(block.cell(r.unit, c.code) for r in rows) if c.is_leaf else (),
        )
        for c in block.criteria
    ]


CLASSES = 8
"""More different points than this are put into five classes of share."""


def distribution(criterion: Criterion, column: Sequence[tuple[Row, Cell]]) -> list[tuple[str, int]]:
    """How many units reached which points; classes of a fifth of the maximum when points differ much."""
    points = [cell.points for _, cell in column if cell.points is not None]
    if len(set(points)) <= CLASSES:
        return [(reading.numbers.vn_short(value), n) for value, n in sorted(Counter(points).items())]
    classes = Counter(min(int(value * 5 / criterion.max_points), 4) for value in points)
    return [(f"{20 * n}–{20 * n + 20} %", classes[n]) for n in range(5)]


def states(column: Sequence[tuple[Row, Cell]]) -> list[tuple[str, int]]:
    """How many units stand in which state, in words."""
    counted = Counter(cell.state for _, cell in column)
    return [(words, counted[state]) for state, words in reading.STATE_WORDS.items() if counted[state]]


def report_job(publication: Publication, unit: Unit | None = None) -> Job | None:
    """The job that makes (or has made) a publication's file: a finished one before others."""
    found = list(Job.objects.filter(kind=Job.Kind.REPORT, publication=publication, unit=unit).order_by("-pk"))
    order = (Job.State.DONE, Job.State.RUNNING, Job.State.QUEUED, Job.State.FAILED)
    return min(found, key=lambda j: order.index(Job.State(j.state)), default=None)


@dataclass(frozen=True)
class Progress:
    """How far one unit is: the words of its state, and cells done of cells wanted."""

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
        return f"còn thiếu {self.missing} ô điểm" if self.submitted else "chưa nộp"

    @property
    def mark(self) -> str:
        if not self.missing:
            return "st-ok"
        return "st-wait" if self.submitted else "st-low"


@dataclass(frozen=True)
class BlockRoom:
    """One block in the control room."""

    round_group: RoundGroup
    units: list[Progress]
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


def control_room(round_: Round) -> list[BlockRoom]:
    """Every block of the round, its units with the least complete first. The queries grow with the
    blocks (which are few), never with units or criteria."""
    groups = queries.measured_groups(round_)
    assessments = _assessments(groups)
    computations = {c.round_group_id: c for c in Computation.objects.filter(round_group__in=groups, current=True)}
    jobs = {j.round_group_id: j for j in queries.live_jobs(Job.Kind.RECOMPUTE).filter(round_group__in=groups)}
    return [_room(g, assessments, computations.get(g.pk), jobs.get(g.pk)) for g in groups]


def _assessments(groups: Sequence[RoundGroup]) -> dict[tuple[int, int], SelfAssessment]:
    found = SelfAssessment.objects.filter(round_group__in=groups).order_by("pk")
    return {(a.round_group_id, a.unit_id): a for a in found}


def _room(
    group: RoundGroup,
    assessments: Mapping[tuple[int, int], SelfAssessment],
    computation: Computation | None,
    job: Job | None,
) -> BlockRoom:
    inputs = queries.group_inputs(group)
    units = list(queries.criteria.units_of(group))
    counts = _counts(inputs)
    progress = [_progress(unit, assessments.get((group.pk, unit.pk)), counts) for unit in units]
    progress.sort(key=lambda p: (p.submitted, -p.missing, reading.sort_key(p.unit.name)))
    fresh = computation is not None and queries.is_up_to_date(group)
    return BlockRoom(group, progress, computation, job, fresh and computation.code_version == queries.code_version())  # type: ignore[union-attr]


def _counts(inputs: Mapping[str, Any]) -> Counter[tuple[str, bool, bool]]:
    """(unit code, assessed half?, has a result?) → cells; bonus and deduction do not hold a unit back."""
    sources = {c["code"]: c["source"] for c in inputs["criteria"] if c["is_leaf"] and c["kind"] == "normal"}
    return Counter(
        (cell["unit"], sources[cell["criterion"]] == "self", cell["state"] in ("scored", "not_applicable"))
        for cell in inputs["cells"]
        if cell["criterion"] in sources
    )


def _progress(unit: Unit, assessment: SelfAssessment | None, counts: Counter[tuple[str, bool, bool]]) -> Progress:
    def done_of(assessed: bool) -> tuple[int, int]:
        done = counts[unit.code, assessed, True]
        return done, done + counts[unit.code, assessed, False]

    appraised, surveyed = done_of(True), done_of(False)
    words = assessment.get_state_display() if assessment else "chưa bắt đầu"
    submitted = assessment is not None and assessment.state == SelfAssessment.State.SUBMITTED
    return Progress(unit, words, submitted, *appraised, *surveyed, assessment.pk if assessment else None)


@dataclass(frozen=True)
class PhaseLine:
    """A phase of the year as the control room shows it, also where it is not set yet."""

    kind: str
    label: str
    phase: Phase | None


def phases(round_: Round) -> list[PhaseLine]:
    standing = {p.kind: p for p in round_.phases.prefetch_related("extensions__unit").order_by("pk")}
    return [PhaseLine(kind, label, standing.get(kind)) for kind, label in Phase.Kind.choices]


def preview_book(round_: Round) -> Book:
    """What would be published now, computed from the live tables. For index managers and observers."""
    return reading.read(queries.preview_bundle(round_))
