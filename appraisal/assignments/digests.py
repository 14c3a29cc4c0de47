"""What the log takes of an assignment."""

from collections.abc import Iterable

from appraisal.models import Assignment
from criteria.models import Criterion, RoundGroup
from units.auditlog.digests import RowKind, register_rows


def assignment_mark(block: int, member: int, branch: int | None, units: Iterable[int]) -> str:
    return f"{block}:{branch or ''}:{member}:{','.join(map(str, sorted(units)))}"


def mark_of(row: Assignment) -> str:
    return assignment_mark(row.round_group_id, row.member_id, row.branch_id, (unit.pk for unit in row.units.all()))


def went_along(mark: str) -> bool:
    """A criterion or block that is deleted takes its assignments with it; the log names the criterion."""
    block, branch, *_ = mark.split(":")
    if branch and not Criterion.objects.filter(pk=branch).exists():
        return True
    return not RoundGroup.objects.filter(pk=block).exists()


def register_marks() -> None:
    """Called where the app starts."""
    rows = Assignment.objects.select_related("member", "branch", "round_group__group").prefetch_related("units")
    register_rows(RowKind(Assignment, mark_of, lambda: rows.order_by("pk"), went_along=went_along))
