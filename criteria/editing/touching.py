"""What a correction of a rule touches, from the rooms to the right.

Here nobody knows scores or decisions; who does registers a reader and a writer when the system starts
(`AppConfig.ready`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cchc_index.lib.numbers import vn_short
from criteria.models import SURVEY_SOURCES, Correction, Criterion, RoundGroup, Source
from units.models import Unit, User


@dataclass(frozen=True, slots=True)
class TouchedCell:
    """A unit whose declared figures count otherwise by the new rule or maximum, or whose points are above that."""

    criterion: Criterion
    maximum: Decimal
    """The new one."""
    block: RoundGroup
    unit: Unit
    submitted: bool
    own: Decimal | None
    """What the unit's sheet says now."""
    by_rule: Decimal | None
    """By the new rule; None: the figures declared so far are not enough."""
    decided: bool
    council: Decimal | None
    """What the council decided; None where it has not, or "not applicable"."""

    @property
    def is_behind(self) -> bool:
        """Whether the sheet still says what the old rule made of it, and may be counted anew."""
        return not self.submitted and self.by_rule is not None and self.own != self.by_rule

    @property
    def is_above(self) -> bool:
        """Whether points that were given are more than may be given now."""
        return any(points is not None and points > self.maximum for points in (self.own, self.council))

    @property
    def waits(self) -> str:
        """What becomes of it."""
        if self.is_above and not self.is_behind:
            return f"cao hơn điểm tối đa mới, {self._who_gives_anew}"
        if self.decided:
            return "Hội đồng xem xét lại"
        if self.submitted:
            return "Hội đồng xem khi thẩm định"
        if self.by_rule is None:
            return "đơn vị khai thêm số liệu"
        return "tính lại theo quy tắc mới" if self.is_behind else "đã theo quy tắc mới"

    @property
    def _who_gives_anew(self) -> str:
        if self.decided:
            return "Hội đồng xem xét lại"
        return "Hội đồng xem khi thẩm định" if self.submitted else "đơn vị nhập lại"


@dataclass(frozen=True, slots=True)
class SurveyedCell:
    """A unit whose points from the survey are others by the new maximum, or came in finished and are above it."""

    criterion: Criterion
    maximum: Decimal
    """The new one."""
    block: RoundGroup
    unit: Unit
    points: Decimal | None
    """By the maximum before."""
    after: Decimal | None
    """By the new one; None: points that nothing is computed from."""
    finished: Decimal | None
    """Points of a figure or an archive above the new maximum: they are no share of it, and nobody cuts them."""

    @property
    def stops(self) -> bool:
        return self.finished is not None

    @property
    def waits(self) -> str:
        """What becomes of it."""
        if self.finished is None:
            return "tính lại theo điểm tối đa mới"
        return f"số liệu nhập sẵn {vn_short(self.finished)} điểm, cao hơn điểm tối đa mới: nhập lại trước khi xác nhận"


@dataclass(frozen=True, slots=True)
class CorrectedLeaf:
    """A leaf whose points a correction moves: its rule and its maximum before and after."""

    criterion: Criterion
    rules: tuple[Mapping[str, Any], Mapping[str, Any]]
    maxima: tuple[Decimal, Decimal]


def changed_leaves(correction: Correction) -> list[CorrectedLeaf]:
    """Whether or not the correction has been written; one query."""
    codes = {correction.criterion.code, *correction.maxima}
    rows = Criterion.objects.filter(criteria_set=correction.criterion.criteria_set_id, code__in=codes, is_leaf=True)
    return [_changed(correction, row) for row in rows.order_by("position")]


def _changed(correction: Correction, row: Criterion) -> CorrectedLeaf:
    steps = correction.before, correction.after
    is_own = row.pk == correction.criterion_id
    rules = [step.get("rule", row.rule) if is_own else row.rule for step in steps]
    maxima = [Decimal(step.get("maxima", {}).get(row.code, row.max_points)) for step in steps]
    return CorrectedLeaf(row, (rules[0], rules[1]), (maxima[0], maxima[1]))


def halves(correction: Correction) -> tuple[bool, bool]:
    """Whether the correction moves points that units give themselves, and points of the survey. One query."""
    if not correction.moves_points:
        return False, False
    sources = [leaf.criterion.source for leaf in changed_leaves(correction)]
    return Source.SELF in sources, any(source in SURVEY_SOURCES for source in sources)


CellReader = Callable[[list[CorrectedLeaf]], list[TouchedCell]]
Recounter = Callable[[User, int], int]
"""Takes who acts and a criterion; counts anew what no head has submitted, and says how many points moved."""

SurveyReader = Callable[[list[CorrectedLeaf]], list[SurveyedCell]]
Remaker = Callable[[User, RoundGroup], int]
"""Takes who acts and a block that is locked; makes the points of its survey anew, and says how many moved."""

_readers: dict[str, CellReader] = {}
_writers: dict[str, Recounter] = {}
_surveys: dict[str, tuple[SurveyReader, Remaker]] = {}


def register_reader(name: str, reader: CellReader) -> None:
    _readers[name] = reader


def register_writer(name: str, writer: Recounter) -> None:
    _writers[name] = writer


def register_survey(name: str, reader: SurveyReader, remaker: Remaker) -> None:
    _surveys[name] = reader, remaker


def surveyed(correction: Correction) -> list[SurveyedCell]:
    """The points of the survey that a new maximum moves, those that stop it among them."""
    leaves = changed_leaves(correction) if correction.maxima else []
    return [cell for reader, _ in _surveys.values() for cell in reader(leaves)]


def remake(actor: User, blocks: Iterable[RoundGroup]) -> int:
    """Within the correction's transaction, once its maxima are written."""
    return sum(remaker(actor, block) for block in blocks for _, remaker in _surveys.values())


def touched(correction: Correction) -> list[TouchedCell]:
    leaves = changed_leaves(correction)
    return [cell for reader in _readers.values() for cell in reader(leaves)]


def recount(actor: User, correction: Correction) -> int:
    leaves = changed_leaves(correction)
    return sum(writer(actor, leaf.criterion.pk) for writer in _writers.values() for leaf in leaves)
