"""What a year still lacks before its next stage, block by block: for `check_year` and whoever prepares a year."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from appraisal.assignments.queries import board
from cchc_index.lib import clock
from criteria import queries as criteria_queries
from criteria.annex.totals import contradictions
from criteria.calendar import queries as calendar
from criteria.models import SURVEY_SOURCES, Round, RoundGroup, Source, Stage
from surveys.models import RespondentGroup
from units.models import Role
from units.queries import holders_of, people_of

MANAGERS = 2
"""One proposes a publication, another approves it."""
_UNTIMED = (Stage.Kind.MEETING, Stage.Kind.SURVEY)
"""Without hours the meeting follows the release before it, and the survey is open."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is missing: what, where it is put right, and the name of the stage that needs it first."""

    what: str
    where: str
    before: str

    def __str__(self) -> str:
        return f"Trước giai đoạn {self.before}: {self.what} ({self.where})."


@dataclass(frozen=True, slots=True)
class Readiness:
    """Of a year: the stage that comes next, if any, and all that it and the stages before it still lack."""

    year: int
    following: Stage | None
    missing: list[Missing]

    @property
    def ready(self) -> bool:
        return not self.missing

    def as_json(self) -> dict[str, object]:
        return {"ready": self.ready, "missing": [asdict(one) for one in self.missing]}


def readiness(year: int) -> Readiness:
    """A year that nobody has made lacks its round; one whose stages have all begun lacks nothing."""
    first = Stage.Kind.SELF_ASSESSMENT.value
    round_ = Round.objects.filter(year=year).first()
    if round_ is None:
        return Readiness(year, None, [Missing(f"chưa có kỳ {year}", "Điều hành", first)])
    stages = calendar.stages(round_.pk)
    if not stages:
        return Readiness(year, None, [Missing("chưa có giai đoạn nào", "Điều hành, Giai đoạn", first)])
    ahead = _ahead(stages, clock.now())
    blocks = list(criteria_queries.round_groups(round_))
    missing = list(_of_blocks(blocks, ahead[-1])) if ahead else []
    missing += [one for stage in ahead for one in _of_stage(stage, blocks)]
    return Readiness(year, ahead[-1] if ahead else None, missing)


def _ahead(stages: list[Stage], now: datetime) -> list[Stage]:
    """The stage that comes next; before it the survey, which runs beside the others, while it has not begun."""
    waiting = [stage for stage in stages if stage.kind != Stage.Kind.ARCHIVE and not stage.has_begun(now)]
    course = [stage for stage in waiting if stage.kind != Stage.Kind.SURVEY]
    return [stage for stage in waiting if stage.kind == Stage.Kind.SURVEY] + course[:1]


def _of_blocks(blocks: list[RoundGroup], stage: Stage) -> Iterator[Missing]:
    """What every stage needs."""
    if not blocks:
        yield Missing("kỳ chưa có khối nào", "import_criteria", stage.name)
    for block in blocks:
        if not criteria_queries.units_of(block).exists():
            yield Missing(f"khối {block.group} chưa có đơn vị nào được đánh giá", "import_units", stage.name)
        if not criteria_queries.leaves(block.criteria_set_id).exists():
            yield Missing(f"khối {block.group} chưa có tiêu chí nào", "import_criteria", stage.name)
        for fault in contradictions(criteria_queries.tree(block.criteria_set_id)):
            yield Missing(f"khối {block.group}: {fault.message}", "import_criteria, hoặc Quản trị", stage.name)
        if block.proposed_from:
            what = f"khối {block.group}: bộ tiêu chí còn là đề xuất chép từ kỳ {block.proposed_from}"
            yield Missing(what, "Điều hành, hoặc import_criteria", stage.name)


def _of_stage(stage: Stage, blocks: list[RoundGroup]) -> Iterator[Missing]:
    if not stage.is_set and stage.kind not in _UNTIMED:
        yield Missing(f"{stage.title} chưa đặt giờ mở, giờ đóng", "Điều hành, Giai đoạn", stage.name)
    if stage.kind == Stage.Kind.SELF_ASSESSMENT:
        yield from _without_head(blocks, stage)
    elif stage.kind in (Stage.Kind.APPRAISAL, Stage.Kind.REPLY):
        yield from _without_appraiser(blocks, stage)
    elif stage.kind == Stage.Kind.SURVEY:
        yield from _without_respondents(blocks, stage)
    elif stage.kind == Stage.Kind.PUBLICATION and len(holders_of(Role.INDEX_MANAGER)) < MANAGERS:
        yield Missing("cần hai người quản lý Chỉ số: một đề nghị, một phê duyệt công bố", "Tài khoản", stage.name)


def _without_head(blocks: list[RoundGroup], stage: Stage) -> Iterator[Missing]:
    """Units whose self-assessment nobody could submit."""
    for block in blocks:
        if criteria_queries.leaves(block.criteria_set_id, [Source.SELF]).exists():
            units = list(criteria_queries.units_of(block))
            headed = people_of((unit.pk for unit in units), Role.UNIT_HEAD)
            for unit in (unit for unit in units if unit.pk not in headed):
                yield Missing(f"{unit} ({unit.code}) chưa có thủ trưởng đơn vị", "Tài khoản", stage.name)


def _without_appraiser(blocks: list[RoundGroup], stage: Stage) -> Iterator[Missing]:
    """Criteria of units that no member of the council may judge."""
    for block in blocks:
        cells = sum(gap.count for gap in board(block).uncovered)
        if cells:
            what = f"khối {block.group} còn {cells} lượt tiêu chí chưa có thành viên Hội đồng thẩm định"
            yield Missing(what, "Thẩm định, Phân công", stage.name)


def _without_respondents(blocks: list[RoundGroup], stage: Stage) -> Iterator[Missing]:
    """Blocks that ask people, and do not say whom."""
    for block in blocks:
        if not criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES).exists():
            continue
        if not RespondentGroup.objects.filter(survey__round_group=block).exists():
            where = "Quản trị, Nhóm đối tượng"
            yield Missing(f"khối {block.group} chưa có nhóm đối tượng điều tra", where, stage.name)
