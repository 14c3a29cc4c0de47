"""The check that what readers see, the current results, follows from the inputs stored now."""

from collections.abc import Iterator
from decimal import Decimal

from criteria.models import RoundGroup
from results import bundle, ranking
from results.bundle import Json

from . import queries


def check() -> Iterator[str]:
    """A Vietnamese sentence for every block whose current results do not follow from its inputs."""
    for block in RoundGroup.objects.select_related("round", "group", "criteria_set__decision").order_by("pk"):
        yield from _check_results(block)


def _check_results(block: RoundGroup) -> Iterator[str]:
    """A sentence for each way in which the current results of a block differ from what its inputs give. A block that
    waits to be computed again is skipped."""
    computation = queries.current(block)
    if computation is None or not queries.is_up_to_date(block):
        return
    inputs = queries.group_inputs(block)
    recomputed = sorted(bundle.results_of(inputs), key=lambda row: str(row["unit"]))
    if sorted(queries.result_rows(computation), key=lambda row: str(row["unit"])) != recomputed:
        yield f"{block}: kết quả hoặc thứ hạng không bằng kết quả tính lại từ điểm đang có."
    own = _own_points(inputs)
    if any(points != own.get(code) for code, points in queries.own_points(computation)):
        yield f"{block}: tổng điểm tự đánh giá không bằng tổng các điểm đơn vị đã nộp."


def _own_points(inputs: Json) -> dict[str, Decimal]:
    """By unit the sum of what it gave itself on leaves that are neither bonus nor penalty; a unit without any is not
    named."""
    normal = {row["code"] for row in inputs["criteria"] if row["kind"] == ranking.NORMAL}
    sums: dict[str, Decimal] = {}
    for cell in inputs["cells"]:
        if cell["self_points"] is not None and cell["criterion"] in normal:
            sums[cell["unit"]] = sums.get(cell["unit"], Decimal(0)) + Decimal(cell["self_points"])
    return sums
