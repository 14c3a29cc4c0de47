"""A signed table, its units and criteria read by their keys."""

from criteria.models import Criterion
from results.approval.queries import said_of_table
from surveys.models import TableSignature
from units.models import UNITS_BY_NAME, Unit

from .tables import PrintedTable


def printed_table(row: TableSignature) -> PrintedTable:
    """Five queries, whatever the size of the table."""
    cells = {(line[0], line[1]): line for line in row.table}
    units = Unit.objects.filter(pk__in={unit for unit, _ in cells}).order_by(*UNITS_BY_NAME)
    leaves = Criterion.objects.filter(pk__in={leaf for _, leaf in cells}).order_by("position", "pk")
    return PrintedTable(row, list(units), list(leaves), cells, said_of_table(row.round_group_id, row.digest))
