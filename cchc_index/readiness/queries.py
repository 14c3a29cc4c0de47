"""What a year still lacks before its next stage, block by block: for `check_year` and whoever prepares a year."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.urls import reverse

from appraisal.assignments.queries import board
from appraisal.models import Reason
from cchc_index.lib import clock
from criteria import queries as criteria_queries
from criteria.annex.totals import contradictions
from criteria.calendar import queries as calendar
from criteria.models import SURVEY_SOURCES, Round, RoundGroup, Source, Stage
from criteria.rules import may_manage
from results.gates import listing
from results.gates.queries import open_gates
from results.publication.queries import published
from results.rules import may_publish, may_see_preview
from surveys.models import RespondentGroup
from surveys.rules import may_read
from units.models import Role
from units.queries import holders_of, people_of
from units.rules import AnyUser, may_manage_people, may_manage_units

MANAGERS = 2
"""One proposes a publication, another approves it."""
PAGES = {
    listing.STAGE: "Thẩm định, Thông báo kết quả",
    listing.QUESTION: "Thẩm định, Câu hỏi",
    listing.DISAGREEMENT: "Thẩm định",
    listing.REPORT: "Thẩm định, Báo cáo rà soát tính thống nhất",
}
"""Where a gate is closed; the others in Điều hành."""
_UNTIMED = (Stage.Kind.MEETING, Stage.Kind.SURVEY)
"""Without hours the meeting follows the release before it, and the survey is open."""


def _whoever_reads(_user: AnyUser) -> bool:
    """May open the page on which the list itself stands."""
    return True


def _calendar_page(year: int) -> str:
    return reverse("preparing:calendar", args=[year])


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is missing: what, where it is put right, the name of the stage that needs it first, the
    address of the page that puts it right ("" where there is none) and who may open that."""

    what: str
    where: str
    before: str
    address: str = field(default="", compare=False)
    opens: Callable[[AnyUser], bool] = field(default=may_manage, compare=False, repr=False)
    """For whom: who would meet a refusal there is told what is missing and given no link."""

    def seen_by(self, user: AnyUser) -> "Missing":
        return self if self.opens(user) else replace(self, address="")


@dataclass(frozen=True, slots=True)
class StageNeeds:
    """A stage that has not begun, and what it lacks that no stage before it lacks."""

    stage: Stage
    missing: list[Missing]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Of a year: the stage that comes next, if any, all that it and the stages before it still lack, and what the
    stages after it lack beside."""

    year: int
    following: Stage | None
    missing: list[Missing]
    later: list[StageNeeds] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """What people call the stages, by name."""

    def sentence(self, one: Missing) -> str:
        title = self.titles.get(one.before) or Stage.Kind(one.before).label
        return f"Trước giai đoạn {title}: {one.what} ({one.where})."

    @property
    def ready(self) -> bool:
        return not self.missing

    def seen_by(self, user: AnyUser) -> "Readiness":
        """The same with no address that would refuse the person."""
        later = [replace(needs, missing=[one.seen_by(user) for one in needs.missing]) for needs in self.later]
        return replace(self, missing=[one.seen_by(user) for one in self.missing], later=later)

    def as_json(self) -> dict[str, object]:
        kept = ("what", "where", "before")
        return {"ready": self.ready, "missing": [{name: getattr(one, name) for name in kept} for one in self.missing]}

    def lacked_by(self, kind: str) -> list[Missing]:
        """What the stage of this kind lacks, where it is the one that comes next."""
        stage = self.following
        return [one for one in self.missing if stage and stage.kind == kind and one.before == stage.name]


def readiness(year: int) -> Readiness:
    """A year that nobody has made lacks its round; one whose stages have all begun lacks nothing."""
    first = Stage.Kind.SELF_ASSESSMENT.value
    round_ = Round.objects.filter(year=year).first()
    if round_ is None:
        making = reverse("preparing:facts", args=[year])
        return Readiness(year, None, [Missing(f"chưa có kỳ {year}", "Điều hành", first, making)])
    stages = calendar.stages(round_.pk)
    if not stages:
        list_page = f"{reverse('calendar:stage-list')}?nam={year}"
        return Readiness(year, None, [Missing("chưa có giai đoạn nào", "Điều hành, Giai đoạn", first, list_page)])
    near, later = _ahead(stages, clock.now())
    titles = {stage.name: stage.title for stage in stages}
    if not near:
        return Readiness(year, None, _gates(round_, stages), titles=titles)
    blocks = list(criteria_queries.round_groups(round_))
    missing = [*_of_blocks(year, blocks, near[-1]), *(one for stage in near for one in _of_stage(year, stage, blocks))]
    if near[-1].kind == Stage.Kind.PUBLICATION:
        missing += _gates(round_, stages)
    told = {one.what for one in missing}
    needs = []
    for stage in later:
        fresh = [one for one in _of_stage(year, stage, blocks) if one.what not in told]
        told |= {one.what for one in fresh}
        needs.append(StageNeeds(stage, fresh))
    return Readiness(year, near[-1], missing, needs, titles)


def _gates(round_: Round, stages: list[Stage]) -> list[Missing]:
    """What is still open before the publication, once it is what comes next or has begun; not of a year that is
    published. Hours that still run are no gate here: they close by themselves."""
    if published(round_) is not None:
        return []
    last = next((stage.name for stage in stages if stage.kind == Stage.Kind.PUBLICATION), Stage.Kind.PUBLICATION.value)
    return [
        Missing(str(gate), PAGES.get(gate.kind, "Điều hành"), last, gate.link, _may_close(gate))
        for gate in open_gates(round_)
        if gate.kind != listing.PHASE
    ]


def _may_close(gate: listing.Gate) -> Callable[[AnyUser], bool]:
    return may_publish if gate.is_managers else may_see_preview


def _ahead(stages: list[Stage], now: datetime) -> tuple[list[Stage], list[Stage]]:
    """The stage that comes next, before it the survey, which runs beside the others, while it has not begun; and the
    stages after it."""
    waiting = [stage for stage in stages if stage.kind != Stage.Kind.ARCHIVE and not stage.has_begun(now)]
    course = [stage for stage in waiting if stage.kind != Stage.Kind.SURVEY]
    return [stage for stage in waiting if stage.kind == Stage.Kind.SURVEY] + course[:1], course[1:]


def _of_blocks(year: int, blocks: list[RoundGroup], stage: Stage) -> Iterator[Missing]:
    """What every stage needs."""
    units, sets = reverse("agencies:upload"), reverse("preparing:year", args=[year]) + "#bo-tieu-chi"
    if not blocks:
        yield Missing("kỳ chưa có khối nào", "import_criteria", stage.name, sets, _whoever_reads)
    for block in blocks:
        annex = reverse("annex:upload", args=[year, block.group.code])
        if not criteria_queries.units_of(block).exists():
            what = f"khối {block.group} chưa có đơn vị nào được đánh giá"
            yield Missing(what, "import_units", stage.name, f"{units}?khoi={block.group.code}", may_manage_units)
        if not criteria_queries.leaves(block.criteria_set_id).exists():
            yield Missing(f"khối {block.group} chưa có tiêu chí nào", "import_criteria", stage.name, annex)
        for fault in contradictions(criteria_queries.tree(block.criteria_set_id)):
            yield Missing(f"khối {block.group}: {fault.message}", "import_criteria, hoặc Quản trị", stage.name, annex)
        if block.proposed_from:
            what = f"khối {block.group}: bộ tiêu chí còn là đề xuất chép từ kỳ {block.proposed_from}"
            yield Missing(what, "Điều hành, hoặc import_criteria", stage.name, sets, _whoever_reads)


def _of_stage(year: int, stage: Stage, blocks: list[RoundGroup]) -> Iterator[Missing]:
    if not stage.is_set and stage.kind not in _UNTIMED:
        what = f"{stage.title} chưa đặt giờ mở, giờ đóng"
        yield Missing(what, "Điều hành, Giai đoạn", stage.name, _calendar_page(year))
    if stage.kind == Stage.Kind.SELF_ASSESSMENT:
        yield from _without_head(blocks, stage)
    elif stage.kind in (Stage.Kind.APPRAISAL, Stage.Kind.REPLY):
        yield from _without_appraiser(blocks, stage)
        yield from _without_reasons(year, stage)
    elif stage.kind == Stage.Kind.SURVEY:
        yield from _without_respondents(blocks, stage)
    elif stage.kind == Stage.Kind.PUBLICATION and len(holders_of(Role.INDEX_MANAGER)) < MANAGERS:
        what = "cần hai người quản lý Chỉ số: một đề nghị, một phê duyệt công bố"
        yield Missing(what, "Người dùng", stage.name, reverse("people:list"), may_manage_people)


def _without_head(blocks: list[RoundGroup], stage: Stage) -> Iterator[Missing]:
    """Units whose self-assessment nobody could submit."""
    for block in blocks:
        if criteria_queries.leaves(block.criteria_set_id, [Source.SELF]).exists():
            units = list(criteria_queries.units_of(block))
            headed = people_of((unit.pk for unit in units), Role.UNIT_HEAD)
            for unit in (unit for unit in units if unit.pk not in headed):
                what = f"{unit} ({unit.code}) chưa có thủ trưởng đơn vị"
                yield Missing(what, "Người dùng", stage.name, reverse("people:upload"), may_manage_people)


def _without_appraiser(blocks: list[RoundGroup], stage: Stage) -> Iterator[Missing]:
    """Criteria of units that no member of the council may judge."""
    for block in blocks:
        cells = sum(gap.count for gap in board(block).uncovered)
        if cells:
            what = f"khối {block.group} còn {cells} lượt tiêu chí chưa có thành viên Hội đồng thẩm định"
            address = reverse("appraisal:assignments-block", args=[block.group.code])
            yield Missing(what, "Thẩm định, Phân công", stage.name, f"{address}?nam={block.round.year}")


def _without_reasons(year: int, stage: Stage) -> Iterator[Missing]:
    """No member adjusts a point without a reason of the library."""
    if not Reason.objects.filter(active=True).exists():
        address = f"{reverse('appraisal:reasons')}?nam={year}"
        yield Missing("thư viện lý do điều chỉnh chưa có lý do nào", "Thẩm định, Thư viện lý do", stage.name, address)


def _without_respondents(blocks: list[RoundGroup], stage: Stage) -> Iterator[Missing]:
    """Blocks that ask people, and do not say whom."""
    for block in blocks:
        if not criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES).exists():
            continue
        if not RespondentGroup.objects.filter(survey__round_group=block).exists():
            where, what = "Điều tra xã hội học, Kế hoạch", f"khối {block.group} chưa có nhóm đối tượng điều tra"
            yield Missing(what, where, stage.name, reverse("surveys:plan", args=[block.pk]), may_read)
