from decimal import Decimal
from typing import Any

from cchc_index.lib.tests.present import present
from results import bundle as bundle_format
from results.book import BookBlock, read_bundle, slug
from results.tests import bundles


def block(**changed: Any) -> BookBlock:
    return read_bundle(bundles.small(4, **changed)).blocks[0]


def test_lines_stand_in_the_order_of_rank() -> None:
    assert [row.rank for row in block().rows] == sorted(present(row.rank) for row in block().rows)


def test_a_unit_without_rank_stands_last() -> None:
    bundle = bundles.small(3)
    cell = bundle["groups"][0]["cells"][0]
    cell.update(state="not_scored", points=None)
    bundle["groups"][0]["results"] = bundle_format.results_of(bundle["groups"][0])
    rows = read_bundle(bundle).blocks[0].rows
    assert rows[-1].unit == "S01"
    assert rows[-1].index is None
    assert rows[-1].incomplete == ("1.1",)


def test_what_is_not_applicable_leaves_the_maximum_of_its_area() -> None:
    area = block().areas_of("S02")[0]
    assert (area.max_points, area.missing) == (Decimal(3), 0)


def test_an_area_with_a_missing_score_has_no_share() -> None:
    bundle = bundles.small(3)
    bundle["groups"][0]["cells"][0].update(state="no_ballots", points=None)
    area = read_bundle(bundle).blocks[0].areas_of("S01")[0]
    assert (area.share, area.missing) == (None, 1)


def test_bonus_does_not_count_as_an_area() -> None:
    assert [area.code for area in block().areas] == ["1", "2"]
    assert block().has_extra


def test_the_median_of_an_area_is_exact() -> None:
    # Shares of area 1 by hand: S01 2.25/4, S02 0.75/3 (one leaf not applicable), S03 2.25/4, S04 3/4.
    shares = [present(area.share) for unit in ("S01", "S02", "S03", "S04") for area in block().areas_of(unit)[:1]]
    assert shares[1] != shares[0]
    low, high = block().area_range("1")
    assert low == min(shares)
    assert high == max(shares)
    assert min(shares) <= present(block().area_median("1")) <= max(shares)


def test_search_needs_no_accents_and_no_order() -> None:
    assert [row.name for row in block().find("NOI so vu")] == ["Sở Nội vụ"]
    assert block().find("không có ai") == []


def test_illustrative_books_never_look_official() -> None:
    assert "TRÌNH DIỄN" in read_bundle(bundles.small()).document_line
    official = read_bundle(bundles.small(illustrative=False))
    assert official.document_line == "Quyết định số 123/QĐ-UBND ngày 01/3/2032 của UBND thành phố Hà Nội"
    assert "chưa công bố" in read_bundle(bundles.small(illustrative=False, number=None, date=None)).document_line


def test_document_numbers_become_addresses() -> None:
    assert slug("1234/QĐ-UBND") == "1234-qd-ubnd"
    assert slug("///") == "-"
