"""The check that what readers see, the current results, follows from the inputs stored now."""

from collections.abc import Iterator

from cchc_index.lib.numbers import exact_text
from criteria.models import RoundGroup
from results import bundle
from results.models import Computation, CriterionResult
from units.auditlog.digests import Facts

from . import queries

Cells = dict[tuple[str, str], tuple[str, str | None, str | None]]


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
    if _stored_cells(computation) != _cells(inputs):
        yield f"{block}: điểm từng tiêu chí trong kết quả không bằng điểm đang có."


def _cells(inputs: Facts) -> Cells:
    return {
        (cell["unit"], cell["criterion"]): (cell["state"], cell["self_points"], cell["points"])
        for cell in inputs["cells"]
    }


def _stored_cells(computation: Computation) -> Cells:
    rows = CriterionResult.objects.filter(computation=computation).order_by("pk")
    values = rows.values_list("unit__code", "criterion__code", "state", "self_points", "points").iterator()
    return {(unit, code): (state, exact_text(own), exact_text(points)) for unit, code, state, own, points in values}
