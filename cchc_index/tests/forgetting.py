"""What the processes of the site remember of rows."""

from appraisal.consistency.queries import kept
from appraisal.core.queries import stood
from criteria.queries import frozen_rows, rules_corrected
from results.gates import queries as gates
from results.steering import queries as steering


def forget_rows() -> None:
    """When rows are taken back, those made next may have the same keys."""
    frozen_rows.cache_clear()
    rules_corrected.cache_clear()
    kept.forget()
    steering.forget()
    gates.forget()
    stood.forget()
