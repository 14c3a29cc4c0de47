"""What the log takes of a reason."""

from appraisal.models import Reason
from cchc_index.lib.canonical import digest
from units.auditlog.digests import RowKind, register_rows


def mark_of(row: Reason) -> str:
    return digest([row.code, row.text, row.active])


def register_marks() -> None:
    """Called where the app starts."""
    register_rows(RowKind(Reason, mark_of, lambda: Reason.objects.order_by("pk")))
