"""What everybody may read: the ranking and what stands behind it, from the published bundle only."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cchc_index.lib.canonical import canonical_json
from cchc_index.lib.text import sort_key
from criteria.queries import round_in_view
from results import charts
from results.book import Book, BookBlock, BookLine
from results.files import answer, signing, spreadsheets
from results.grounds.tables import grounds_of, rule_of
from results.models import Publication
from results.publication.changes import MovedUnit, changes
from results.publication.queries import book_of, other_published_years, publications, published
from results.publication.rules import may_read_contents
from results.publication.views import BundleAddress, publication_or_404, standing
from results.signed import queries as signed_decisions
from results.years import YearChange, change_of

from . import changes as unit_changes
from . import listing, queries, reading, tables
from .answer import public_page

Context = dict[str, Any]
CLOSED_TO_ROBOTS = ("dieu-hanh", "quan-tri", "tu-danh-gia", "tham-dinh", "dieu-tra", "tai-khoan", "sao-ke", "viec")
COMPARED = 4
"""How many units are compared at once."""


@public_page
def ranking(request: HttpRequest) -> HttpResponse:
    """The ranking in force of the year in view; a sentence where none is published."""
    publication = published(round_in_view(request))
    if publication is None:
        recalled = publications(round_in_view(request))
        context = {"years": other_published_years(), "recalled": [(p, BundleAddress.of(p)) for p in recalled]}
        return render(request, "results/public/ranking_empty.html", context)
    about = {**standing(publication), **_signed(publication)}
    return ranking_page(request, book_of(publication), BundleAddress.of(publication), about)


@public_page
def publication(request: HttpRequest, year: int, number: str) -> HttpResponse:
    """The ranking of one publication at its stable address, superseded or not."""
    publication = publication_or_404(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(request, publication)
    about = {**standing(publication), **_signed(publication)}
    return ranking_page(request, book_of(publication), BundleAddress.of(publication), about)


@public_page
def unit(request: HttpRequest, year: int, number: str, group: str, code: str) -> HttpResponse:
    publication = publication_or_404(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(request, publication)
    return unit_page(request, book_of(publication), BundleAddress.of(publication), (group, code), standing(publication))


@public_page
def criterion(request: HttpRequest, year: int, number: str, group: str, code: str) -> HttpResponse:
    publication = publication_or_404(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(request, publication)
    return criterion_page(
        request, book_of(publication), BundleAddress.of(publication), (group, code), standing(publication)
    )


@public_page
def area(request: HttpRequest, year: int, number: str, group: str, code: str) -> HttpResponse:
    publication = publication_or_404(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(request, publication)
    place = BundleAddress.of(publication)
    return area_page(request, book_of(publication), place, (group, code), standing(publication))


@public_page
def years(request: HttpRequest) -> HttpResponse:
    """The years of a block: mean and every unit's index and rank, compared on what two years have in common; apart from
    them what Hà Nội published before this system."""
    held = queries.in_force()
    books = [(publication, book_of(publication)) for publication in held]
    blocks = {block.code: block.name for _, book in reversed(books) for block in book.blocks}
    blocks |= {code: name for code, name in reading.earlier_blocks().items() if code not in blocks}
    chosen = request.GET.get("khoi", "")
    code = chosen if chosen in blocks else next(iter(blocks), "")
    columns = [(p, block) for p, book in books if (block := book.block(code)) is not None]
    steps = queries.successions(code)
    by_year = [(p.round.year, block) for p, block in columns]
    context = {
        "blocks": blocks,
        "code": code,
        "columns": [(p, block, code in p.archives, BundleAddress.of(p)) for p, block in columns],
        "pairs": tables.year_pairs(by_year),
        "lines": tables.year_lines(by_year, unit_changes.origins(steps)),
        "steps": steps,
        "picture": charts.succession([step.drawn for step in steps], title="Đơn vị cũ và đơn vị mới"),
        "earlier": reading.earlier_results(code),
    }
    return render(request, "results/public/years.html", context)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What programs that read pages may read: what is public, not the work."""
    place = request.build_absolute_uri(reverse("results:sitemap"))
    closed = "".join(f"Disallow: /{path}/\n" for path in CLOSED_TO_ROBOTS)
    return HttpResponse(f"User-agent: *\n{closed}Sitemap: {place}\n", content_type="text/plain; charset=utf-8")


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """The public pages and those of every publication in force, unit by unit."""
    paths = [reverse(f"results:{name}") for name in ("ranking", "years", "method", "data", "publications")]
    for publication in queries.in_force():
        place = BundleAddress.of(publication)
        paths.append(place.home())
        for block in book_of(publication).blocks:
            paths += [place.unit(block.code, row.unit) for row in block.rows]
    context = {"addresses": [request.build_absolute_uri(path) for path in paths]}
    return render(request, "results/public/sitemap.xml", context, content_type="application/xml")


@public_page
def compare(request: HttpRequest, year: int, number: str, group: str) -> HttpResponse:
    publication = publication_or_404(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(request, publication)
    return compare_page(request, book_of(publication), BundleAddress.of(publication), group, standing(publication))


def _signed(publication: Publication) -> Context:
    """The decision as it was signed, where it was brought back."""
    row = signed_decisions.standing(publication)
    return {"signed": row, "signed_address": BundleAddress.of(publication).signed() if row else ""}


def _recalled(request: HttpRequest, publication: Publication) -> HttpResponse:
    """What stands at the address of a publication that was taken back: by whom, when and why."""
    context = {"publication": publication, "in_force": published(publication.round)}
    return render(request, "results/public/recalled.html", context)


@public_page
def method(request: HttpRequest) -> HttpResponse:
    """How the index is computed, with the policies of the published blocks."""
    publication = published(round_in_view(request))
    return render(request, "results/public/method.html", {"book": book_of(publication) if publication else None})


@public_page
def data(request: HttpRequest) -> HttpResponse:
    """Open data: every publication of the year with its files."""
    published = publications(round_in_view(request))
    decisions = signed_decisions.standing_of(p.pk for p in published)
    listed = [
        {
            "publication": p,
            "place": (place := BundleAddress.of(p)),
            "files": _files_of(p),
            "json": place.file("json"),
            "signed": decisions.get(p.pk),
        }
        for p in published
    ]
    context = {"listed": listed, "years": other_published_years(), "codebooks": _codebooks()}
    return render(request, "results/public/data.html", context)


@public_page
def all_publications(request: HttpRequest) -> HttpResponse:
    """Every publication of every year, in the order of publishing, with the head of the log and the signing key."""
    count, head = queries.log_head()
    lines = [(p, line, BundleAddress.of(p).home()) for p, line in queries.all_publications()]
    context = {"lines": lines, "count": count, "head": head, "key_mark": signing.key_mark()}
    return render(request, "results/public/publications.html", context)


@answer.open_data
def all_publications_json(request: HttpRequest) -> HttpResponseBase:
    """The same list for programs."""
    count, head = queries.log_head()
    listed = [{**line, "address": BundleAddress.of(p).file("json")} for p, line in queries.all_publications()]
    told = {
        "format": listing.FORMAT,
        "publications": listed,
        "log": {"entries": count, "digest": head},
        "key": {"kind": "Ed25519", "sha256": signing.key_mark(), "address": reverse("results:public-key")},
    }
    return answer.bytes_of(request, f"{canonical_json(told)}\n".encode(), "cong-bo.json")


def _codebooks() -> list[tuple[str, tuple[tuple[str, str, str], ...]]]:
    titles = ("Bảng xếp hạng", "Điểm từng tiêu chí", "Bộ tiêu chí", "Căn cứ của điểm (gói JSON của kỳ có công khai)")
    return list(zip(titles, spreadsheets.CODEBOOKS.values(), strict=True))


def _files_of(publication: Publication) -> list[tuple[str, str, str]]:
    """None of what was taken back."""
    recalled = publication.state == Publication.State.RECALLED
    return [] if recalled else _files(BundleAddress.of(publication))


def _files(place: BundleAddress) -> list[tuple[str, str, str]]:
    words = (
        ("JSON", place.file("json"), "gói đầy đủ, nguyên từng ký tự của bản công bố; kiểm tra lại được"),
        ("Chữ ký", place.file("sig"), "chữ ký số (Ed25519) trên gói JSON, kiểm tra bằng khóa công khai"),
        ("CSV: xếp hạng", place.file("csv"), "bảng xếp hạng, mỗi đơn vị một dòng"),
        ("CSV: điểm", place.table("cells"), "điểm từng tiêu chí của từng đơn vị, mỗi ô một dòng"),
        ("CSV: tiêu chí", place.table("criteria"), "bộ tiêu chí của mọi khối, có điểm tối đa và nguồn điểm"),
        ("Excel", place.file("xlsx"), "bảng xếp hạng và điểm từng tiêu chí, có công thức"),
        (
            "PDF",
            place.file("pdf"),
            "báo cáo: xếp hạng, biểu đồ, mức đạt theo lĩnh vực; phiếu của đơn vị ở trang đơn vị",
        ),
        ("Word", place.file("docx"), "báo cáo như bản PDF"),
    )
    return list(words)


def ranking_page(request: HttpRequest, book: Book, place: BundleAddress, about: Context) -> HttpResponse:
    """One block's table and picture; block, search and order stand in the address."""
    block = _chosen_block(request, book)
    search, by = request.GET.get("q", "").strip()[:100], request.GET.get("sap", "hang")
    rows = tables.sorted_rows(block.find(search), by)
    change = _change(book, block, place)
    context = {
        "book": book,
        "ranked": block,
        "place": place,
        "lines": [(row, place.unit(block.code, row.unit)) for row in rows],
        "q": search,
        "by": by if by in tables.SORTS else "hang",
        "sorts": tables.SORTS,
        "elsewhere": _elsewhere(book, block, place, search),
        "summary": tables.summary(block),
        "change": change,
        "changed": tables.shown(change.difference) if change else None,
        "corrected": _corrected(book, about.get("publication")),
        **tables.ranking_dots(book, block),
        **tables.ranking_maps(block, reading.tiles(block.code), place.unit),
        "compare": place.compare(block.code),
        "pdf": place.file("pdf"),
        **about,
    }
    return render(request, "results/public/ranking.html", context)


def _elsewhere(
    book: Book, block: BookBlock, place: BundleAddress, search: str
) -> list[tuple[str, list[tuple[BookLine, str]]]]:
    """What the search meets in the other blocks."""
    others = [(b, b.find(search)) for b in book.blocks if search and b is not block]
    return [(b.name, [(row, place.unit(b.code, row.unit)) for row in rows]) for b, rows in others if rows]


def _change(book: Book, block: BookBlock, place: BundleAddress) -> YearChange | None:
    """The block's mean against the published year before, on the common criteria; of what is published only."""
    earlier = None if place.preview else queries.year_before(book.year, illustrative=book.illustrative)
    old = book_of(earlier).block(block.code) if earlier else None
    return change_of(block, earlier.round.year, old) if earlier and old else None


def _corrected(book: Book, publication: Publication | None) -> list[MovedUnit]:
    """What a correction changed, with the values before and now."""
    if publication is None or publication.supersedes is None:
        return []
    blocks = changes(book_of(publication.supersedes), book)
    return [moved for block in blocks for moved in block.changed]


def _chosen_block(request: HttpRequest, book: Book) -> BookBlock:
    if not book.blocks:
        raise Http404
    return book.block(request.GET.get("khoi", "")) or book.blocks[0]


def unit_page(
    request: HttpRequest, book: Book, place: BundleAddress, which: tuple[str, str], about: Context
) -> HttpResponse:
    """One unit: index, halves, areas against the block's median, every criterion with its state."""
    block = _block_or_404(book, which[0])
    row = _row_or_404(block, which[1])
    areas = block.areas_of(row.unit)
    context = {
        "book": book,
        "ranked": block,
        "place": place,
        "row": row,
        "areas": areas,
        "area_lines": [
            (a, tables.area_rank(block, row.unit, a.criterion.code), place.area(block.code, a.criterion.code))
            for a in areas
        ],
        "chart": tables.areas_chart(row, areas),
        "narrow_chart": tables.areas_chart(row, areas, narrow=True),
        "lines": tables.lines(block, [row], place.criterion),
        "grounds": grounds_of(block, row.unit),
        "compare": f"{place.compare(block.code)}?a={row.unit}",
        "sheet": "" if place.preview else reverse("results:sheet", args=[place.year, place.number, *which]),
        "earlier": [] if place.preview else reading.earlier_results(block.code, row.unit),
        "object_until": _object_until(about.get("publication")),
        "own_statement": _own_statement(request, place, which),
        **about,
    }
    return render(request, "results/public/unit.html", context)


def _object_until(publication: Publication | None) -> date | None:
    """The last day on which a unit may object, where the city names a period."""
    if publication is None or publication.published_at is None or not settings.OBJECTION_DAYS:
        return None
    return timezone.localdate(publication.published_at) + timedelta(days=settings.OBJECTION_DAYS)


def _own_statement(request: HttpRequest, place: BundleAddress, which: tuple[str, str]) -> str:
    """Where the unit's own people read every movement of its points; nobody else is led there."""
    theirs = not place.preview and queries.is_home_unit(request.user, *which)
    return reverse("results:statement", args=[place.year, *which]) if theirs else ""


def criterion_page(
    request: HttpRequest, book: Book, place: BundleAddress, which: tuple[str, str], about: Context
) -> HttpResponse:
    """Every unit of the block on one criterion, and how the points spread."""
    block = _block_or_404(book, which[0])
    leaf = block.by_code.get(which[1])
    if leaf is None or not leaf.is_leaf:
        raise Http404
    column = block.column(leaf.code)
    spread = tables.distribution(leaf, column)
    context = {
        "book": book,
        "ranked": block,
        "place": place,
        "criterion": leaf,
        "rule": rule_of(block, leaf.code),
        "area": block.by_code[leaf.area],
        "lines": [(row, cell, place.unit(block.code, row.unit)) for row, cell in column],
        "spread": spread,
        "states": tables.states(column),
        "chart": charts.columns(spread, title=f"Số đơn vị theo điểm đạt – tiêu chí {leaf.code}"),
        **about,
    }
    return render(request, "results/public/criterion.html", context)


def area_page(
    request: HttpRequest, book: Book, place: BundleAddress, which: tuple[str, str], about: Context
) -> HttpResponse:
    """Every unit of the block in one area, the highest share first, and the area's criteria."""
    block = _block_or_404(book, which[0])
    found = next((c for c in block.areas if c.code == which[1]), None)
    if found is None:
        raise Http404
    ranked = tables.area_lines(block, found.code)
    title = f"Mức đạt ở lĩnh vực {found.code} – {block.name} (%)"
    context = {
        "book": book,
        "ranked": block,
        "place": place,
        "area": found,
        "median": block.area_median(found.code),
        "lines": [(rank, row, share, place.unit(block.code, row.unit)) for rank, row, share in ranked],
        "leaves": [(c, place.criterion(block.code, c.code)) for c in block.leaves if c.area == found.code],
        **tables.dots([(row.name, share) for _, row, share in ranked], title),
        **about,
    }
    return render(request, "results/public/area.html", context)


def compare_page(request: HttpRequest, book: Book, place: BundleAddress, group: str, about: Context) -> HttpResponse:
    """Two to four units of a block side by side, with what each is ahead of or behind the first."""
    block = _block_or_404(book, group)
    asked = [request.GET.get(name, "") for name in "abcd"]
    chosen = _chosen(block, asked)
    context = {
        "book": book,
        "ranked": block,
        "place": place,
        "pair": chosen,
        "fields": [(name, chosen[n] if n < len(chosen) else None) for n, name in enumerate("abcd")],
        "choices": sorted(block.rows, key=lambda r: sort_key(r.name)),
        "sections": tables.compared(block, chosen, place.criterion),
        **about,
    }
    return render(request, "results/public/compare.html", context)


def _chosen(block: BookBlock, asked: Sequence[str]) -> list[BookLine]:
    """The units that were chosen, each once; with fewer than two the next in rank."""
    rows = list(dict.fromkeys(code for code in asked if code in block.by_unit))[:COMPARED]
    rest = (row.unit for row in block.rows if row.unit not in rows)
    while len(rows) < min(2, len(block.rows)):
        rows.append(next(rest))
    return [block.by_unit[code] for code in rows]


def _block_or_404(book: Book, code: str) -> BookBlock:
    block = book.block(code)
    if block is None or not block.rows:
        raise Http404
    return block


def _row_or_404(block: BookBlock, code: str) -> BookLine:
    if code not in block.by_unit:
        raise Http404
    return block.by_unit[code]
