"""What the log takes of what was read in a document."""

from cchc_index.lib.canonical import digest
from selfassess.models import Document
from units.auditlog.digests import RowKind, register_rows


def reading_mark(row: Document) -> str | None:
    """None for what is to be read (again): the reading follows from the file, which has its own proof."""
    return None if row.reading is None else digest(row.reading)


def register_marks() -> None:
    """Called where the app starts."""
    register_rows(RowKind(Document, reading_mark, lambda: Document.objects.order_by("pk"), "nội dung đọc được"))
