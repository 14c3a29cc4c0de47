"""What the reading of the evidence found, in words. Warnings never refuse anything; they are computed from
what is stored, so a page asks two queries for them whatever it shows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from criteria.models import Round

from . import evidence_reading as reading
from .models import Document, Evidence, SelfAssessment

Scan = Document.Scan
PDF = "application/pdf"
ANYTIME = (date.min, date.max)
Twins = Mapping[str, tuple[str, ...]]
"""Digest → names of the other units that submitted the same file in the round."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What warnings are made of: a document's data and where in it the proof stands."""

    number: str
    issued_on: date | None
    content_type: str
    digest: str
    pages: int | None
    scan_state: str
    reading: reading.Reading | None
    page: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """About one piece of evidence: what to look at (`warnings`) and what is merely worth knowing (`notes`)."""

    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def say(paper: Paper, period: tuple[date, date], twins: tuple[str, ...] = (), *, names: bool = False) -> Said:
    """Every sentence about one paper. `names`: the reader may know which units submitted the same file."""
    found = paper.reading or {}
    warnings = [
        _scan(paper),
        _date(paper, period),
        _page(paper),
        _number(paper, found),
        _signature(paper, found),
        _twin(twins, names),
    ]
    return Said(tuple(filter(None, warnings)), tuple(filter(None, [_unread(paper, found)])))


def _scan(paper: Paper) -> str:
    return _SCAN_WARNINGS.get(paper.scan_state, "")


_SCAN_WARNINGS: dict[str, str] = {
    Scan.INFECTED: "Tệp có mã độc nên đã bị chặn: phải thay bằng tệp sạch.",
    Scan.SCANNING: "Tệp đang quét mã độc, chưa có kết quả.",
    Scan.FAILED: "Tệp chưa quét được mã độc; hệ thống sẽ tự quét lại.",
}


def _date(paper: Paper, period: tuple[date, date]) -> str:
    first, last = period
    if paper.issued_on is None or first <= paper.issued_on <= last:
        return ""
    return f"Ngày ban hành {_day(paper.issued_on)} ngoài thời kỳ đánh giá ({_day(first)} – {_day(last)})."


def _page(paper: Paper) -> str:
    if paper.page is None or paper.pages is None or paper.page <= paper.pages:
        return ""
    return f"Ghi trang {paper.page} nhưng tài liệu chỉ có {paper.pages} trang."


def _number(paper: Paper, found: reading.Reading) -> str:
    if found.get("number_found") is not False:
        return ""
    first = found.get("pages_read")
    where = f"{first} trang đầu của tệp" if first and paper.pages and first < paper.pages else "nội dung tệp"
    return f"Không thấy số ký hiệu {paper.number} trong {where}."


def _signature(paper: Paper, found: reading.Reading) -> str:
    return "Không thấy chữ ký số trong tệp PDF." if found.get("signed") is False and paper.content_type == PDF else ""


def _twin(twins: tuple[str, ...], names: bool) -> str:
    if not twins:
        return ""
    said = ", ".join(twins) if names else "đơn vị khác"
    return f"Cùng tệp này {said} cũng đã nộp trong kỳ."


def _unread(paper: Paper, found: reading.Reading) -> str:
    if paper.scan_state == Scan.INFECTED:
        return ""
    if not found:
        return "Tệp đang chờ đọc."
    return {
        reading.NONE: "Tệp không có lớp chữ, không đọc được số ký hiệu.",
        reading.UNREADABLE: "Tệp không đọc được nội dung để kiểm tra.",
    }.get(str(found.get("text")), "")


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


# --- reading them from the database -----------------------------------------------------------------

# Of a piece of evidence, in the order of Paper.
_FIELDS = (
    *("document__number", "document__issued_on", "document__content_type", "document__digest", "document__pages"),
    *("document__scan_state", "document__reading", "page"),
)


def of_evidence(rows: Iterable[Evidence], round_: Round, unit_id: int, *, names: bool = False) -> dict[int, Said]:
    """{evidence: what is said} of one unit's rows with their documents read; one query."""
    found = list(rows)
    twins = twins_of({row.document.digest for row in found}, round_, unit_id)
    period = (round_.assessed_from, round_.assessed_to)
    return {
        row.pk: say(paper_of(row.document, row.page), period, twins.get(row.document.digest, ()), names=names)
        for row in found
    }


def document_words(document: Document) -> Said:
    """What can be said of a document in whatever round: everything but its date and other units' files."""
    return say(paper_of(document), ANYTIME)


def paper_of(document: Document, page: int | None = None) -> Paper:
    return Paper(
        document.number,
        document.issued_on,
        document.content_type,
        document.digest,
        document.pages,
        document.scan_state,
        document.reading,
        page,
    )


def twins_of(digests: Iterable[str], round_: Round, unit_id: int) -> dict[str, tuple[str, ...]]:
    """Which other units submitted files with these digests in the round. A draft is its unit's own business."""
    found: dict[str, list[str]] = {}
    rows = _submitted(round_).filter(document__digest__in=set(digests)).exclude(document__unit=unit_id)
    for digest, name in rows.order_by("document__unit__code").values_list("document__digest", "document__unit__name"):
        if name not in found.setdefault(digest, []):
            found[digest].append(name)
    return {digest: tuple(names) for digest, names in found.items()}


def _submitted(round_: Round) -> QuerySet[Evidence]:
    return Evidence.objects.filter(
        removed_at=None,
        score__assessment__round_group__round=round_,
        score__assessment__state=SelfAssessment.State.SUBMITTED,
    )


@dataclass(frozen=True, slots=True)
class Named:
    """A row as a link needs it: no more is read of hundreds."""

    pk: int
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A document with its warnings and the criteria they hold for, on the page before submission."""

    document: Named
    warnings: tuple[str, ...]
    criteria: list[Named]


def of_assessment(assessment: SelfAssessment) -> list[Line]:
    """What is said about an assessment's evidence, the same words about a document once; two queries."""
    rows = Evidence.objects.filter(score__assessment=assessment, removed_at=None)
    named = ("document", "score__criterion", "score__criterion__code")
    found = [
        (Named(document, fields[0]), Named(criterion, code), Paper(*fields))
        for document, criterion, code, *fields in rows.order_by("score__criterion__position", "pk").values_list(
            *named, *_FIELDS
        )
    ]
    round_ = assessment.round_group.round
    twins = twins_of({paper.digest for _, _, paper in found}, round_, assessment.unit_id)
    period = (round_.assessed_from, round_.assessed_to)
    lines: dict[tuple[int, tuple[str, ...]], Line] = {}
    for document, criterion, paper in found:
        warnings = say(paper, period, twins.get(paper.digest, ())).warnings
        if warnings:
            line = lines.setdefault((document.pk, warnings), Line(document, warnings, []))
            line.criteria.append(criterion)
    return list(lines.values())


def of_documents(documents: Iterable[Document], round_: Round, unit_id: int) -> dict[int, Said]:
    """{document: what is said} of a unit's documents. The round's period concerns those used in it; two queries."""
    found = list(documents)
    live = Evidence.objects.filter(removed_at=None, score__assessment__round_group__round=round_)
    here = set(live.filter(document__unit=unit_id).order_by().values_list("document", flat=True))
    twins = twins_of({each.digest for each in found}, round_, unit_id)
    period = (round_.assessed_from, round_.assessed_to)
    return {
        each.pk: say(paper_of(each), period if each.pk in here else ANYTIME, twins.get(each.digest, ()))
        for each in found
    }


def infected(assessment: SelfAssessment) -> list[Document]:
    """Documents in use that hold malware: they keep the assessment from being submitted."""
    rows = Document.objects.filter(
        evidence__score__assessment=assessment, evidence__removed_at=None, scan_state=Scan.INFECTED
    )
    return list(rows.order_by("pk").distinct())


def warned_cells(
    round_: Round, group_id: int, unit: int | None = None, criterion: int | None = None
) -> dict[tuple[int, int], int]:
    """{(unit, criterion): pieces of evidence with a warning} of what a block has submitted, or one of its
    units, or all of them for one criterion; two queries."""
    rows = Evidence.objects.filter(
        removed_at=None,
        score__assessment__round_group=group_id,
        score__assessment__state=SelfAssessment.State.SUBMITTED,
        **({} if unit is None else {"score__assessment__unit": unit}),
        **({} if criterion is None else {"score__criterion": criterion}),
    )
    cells = rows.order_by().values_list("score__assessment__unit", "score__criterion", *_FIELDS)
    papers = [((row[0], row[1]), Paper(*row[2:])) for row in cells]
    shared = _shared_digests(round_, {paper.digest for _, paper in papers})
    period = (round_.assessed_from, round_.assessed_to)
    found: dict[tuple[int, int], int] = {}
    for cell, paper in papers:
        if say(paper, period, ("",) if paper.digest in shared else ()).warnings:
            found[cell] = found.get(cell, 0) + 1
    return found


_FIELDS = (
    *("document__number", "document__issued_on", "document__content_type", "document__digest", "document__pages"),
    *("document__scan_state", "document__reading", "page"),
)


def _shared_digests(round_: Round, digests: Collection[str]) -> frozenset[str]:
    """Those of the digests that more than one unit submitted in the round. They are named one by one: with a
    subquery the database takes longer to plan than to answer."""
    rows = _submitted(round_).filter(document__digest__in=digests).order_by().values("document__digest")
    counted = rows.annotate(units=Count("document__unit", distinct=True)).filter(units__gt=1)
    return frozenset(counted.values_list("document__digest", flat=True))
