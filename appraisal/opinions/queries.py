"""Reads of blind opinions: which cells wait, and what one person may see of a cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from appraisal.core.queries.opinions import current
from appraisal.models import Opinion
from appraisal.rules import deciding, reach
from criteria.models import Criterion, RoundGroup, Stage
from units.models import Unit, User

from . import agreement


@dataclass(frozen=True, slots=True)
class Waiting:
    """A cell on the way to being settled."""

    unit: Unit
    criterion: Criterion
    count: int
    is_split: bool


def waiting(round_group: RoundGroup, stage: Stage | None) -> list[Waiting]:
    """The unsettled cells with an opinion, those that wait for the third decision first; one query. What the
    opinions say is not in it."""
    rows = current(round_group, stage).select_related("unit", "criterion")
    found = []
    for _, group in groupby(rows, key=lambda o: (o.unit_id, o.criterion_id)):
        said = list(group)
        found.append(Waiting(said[0].unit, said[0].criterion, len(said), _is_split(said)))
    return sorted(found, key=lambda w: not w.is_split)


def _is_split(opinions: Sequence[Opinion]) -> bool:
    return bool(opinions) and agreement.is_split(
        [agreement.Judgement(o.points, o.not_applicable) for o in opinions], opinions[0].tolerance
    )


@dataclass(frozen=True, slots=True)
class Panel:
    """What one person sees of the opinions on one cell. `count` and `is_split` speak of the unsettled set."""

    tolerance: Decimal
    count: int
    is_split: bool
    mine: Opinion | None
    may_give: bool
    shown: tuple[Opinion, ...]

    @property
    def note(self) -> str:
        """Why there is nothing to fill in."""
        if self.mine is not None:
            then = "một người khác đã quyết định giữa hai ý kiến" if self.is_split else "đủ ý kiến"
            return f"Bạn đã ghi ý kiến độc lập; ý kiến đã ghi không sửa được. Kết quả có khi {then}."
        return "Tiêu chí này cần hai ý kiến độc lập của thành viên được phân công."


def panel(
    user: User,
    scope: reach.Scope,
    stage: Stage | None,
    cell: tuple[RoundGroup, Unit, Criterion],
    *,
    tolerance: Decimal,
    versions: tuple[int, int],
) -> Panel:
    """One query. `versions`: of the standing and of the unit's score, as the page shows them. Of the
    others' opinions only sets with two or more are shown: then nobody can lean on them any more."""
    round_group, unit, criterion = cell
    rows = Opinion.objects.filter(round_group=round_group, unit=unit, criterion=criterion)
    order = ("at", "seat", "pk")
    everything = list(rows.select_related("member", "reason", "stage").order_by(*order))
    sets: dict[tuple[int, int, int], list[Opinion]] = {}
    for opinion in everything:
        sets.setdefault((opinion.stage_id, opinion.standing_version, opinion.score_version), []).append(opinion)
    now = sets.get((stage.pk if stage else 0, *versions), [])
    mine = next((o for o in now if o.member_id == user.pk), None)
    shown = [o for group in sets.values() for o in group if len(group) >= agreement.SEATS or o.member_id == user.pk]
    split = _is_split(now)
    may = deciding.may_settle if split else deciding.may_decide
    may_give = (
        stage is not None and stage.two_opinions and mine is None and may(user, stage, scope, unit.pk, criterion.pk)
    )
    return Panel(tolerance, len(now), split, mine, may_give, tuple(shown))
