"""What the log takes of what was read in a document."""

from cchc_index.lib.canonical import digest
from selfassess.models import Document
from units.auditlog.digests import RowKind, register_rows

VERDICTS = (Document.Scan.CLEAN, Document.Scan.INFECTED)


def reading_mark(row: Document) -> str | None:
    """None for what is to be read (again): the reading follows from the file, which has its own proof."""
    return None if row.reading is None else digest(row.reading)


def verdict_mark(row: Document) -> str:
    """What the antivirus said of the file; all that waits for a verdict is one, for it is at most asked for again."""
    return row.scan_state if row.scan_state in VERDICTS else "none"


def register_marks() -> None:
    """Called where the app starts."""
    for mark, what, part in ((reading_mark, "nội dung đọc được", ""), (verdict_mark, "kết quả quét mã độc", "verdict")):
        register_rows(RowKind(Document, mark, lambda: Document.objects.order_by("pk"), what, part=part))
