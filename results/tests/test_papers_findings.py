"""What the papers say of the numbers is what the numbers are."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results import bundle as bundles
from results.book import BookBlock, read_bundle
from results.papers import paper, words
from results.papers.findings import findings
from results.tests import bundles as samples
from results.years import common_leaves

POINTS = st.sampled_from(["0", "0.25", "0.5", "0.75", "1"])


def block_of(points: Mapping[tuple[str, str], str], **changed: object) -> BookBlock:
    """The small block with these points in places that are scored."""
    group = samples.group("so", "Sở, cơ quan tương đương Sở", samples.units(4))
    for cell in group["cells"]:
        if cell["points"] is not None and (cell["unit"], cell["criterion"]) in points:
            cell["points"] = points[cell["unit"], cell["criterion"]]
    block = read_bundle(bundles.build(samples.header(**changed), [group])).block("so")
    assert block is not None
    return block


def leaves() -> list[str]:
    return [row["code"] for row in samples.criteria(4) if row["is_leaf"] and row["kind"] == "normal"]


def spread() -> st.SearchStrategy[dict[tuple[str, str], str]]:
    places = [(unit["code"], code) for unit in samples.units(4) for code in leaves()]
    return st.lists(POINTS, min_size=len(places), max_size=len(places)).map(
        lambda given: dict(zip(places, given, strict=True))
    )


@given(spread())
def test_what_is_lost_by_part_and_by_criterion_adds_up_to_the_maximum_less_the_points(points: Any) -> None:
    block = block_of(points)
    found = findings(block)
    cells = [(leaf, block.cell(row.unit, leaf.code)) for row in block.rows for leaf in block.leaves if leaf.counts]
    lost = sum((leaf.max_points - cell.points for leaf, cell in cells if cell.points is not None), Decimal(0))
    assert found.parts.total == lost
    assert sum(loss.points for loss in found.losses) <= lost
    assert all(loss.share == Fraction(loss.points) / Fraction(lost) for loss in found.losses)


@given(spread())
def test_criteria_that_tell_nothing_are_those_on_which_all_have_the_same(points: Any) -> None:
    block = block_of(points)
    found = findings(block)
    for leaf in block.leaves:
        got = {block.cell(row.unit, leaf.code).points for row in block.rows} - {None}
        alike = leaf.counts and len(got) == 1
        assert (leaf in [*found.all_at_maximum, *found.all_alike]) == alike
        assert (leaf in found.all_at_maximum) == (alike and got == {leaf.max_points})


@given(spread(), spread())
def test_a_change_speaks_of_the_common_criteria_only(before: Any, after: Any) -> None:
    earlier, later = block_of(before, year=2030, date="2031-03-01"), block_of(after)
    change = findings(later, (2030, earlier)).change
    assert change is not None
    assert (change.year, change.units, change.points) == (2030, 4, Decimal(8))
    shares = [later.areas_of(row.unit) for row in later.rows]
    points = [sum(a.points for a in areas) / sum(a.max_points for a in areas) * 100 for areas in shares]
    assert abs(Fraction(sum(points)) / 4 - change.after) < Fraction(1, 10**9)


def test_a_criterion_with_another_maximum_is_another_criterion() -> None:
    later, earlier = block_of({}), block_of({})
    later.criteria[1] = type(later.criteria[1])(
        **{**_fields(later.criteria[1]), "max_points": Decimal(2)},
    )
    later.__dict__.pop("leaves", None)
    assert len(common_leaves(later, earlier)) == len(leaves()) - 1


def _fields(criterion: Any) -> dict[str, Any]:
    return {name: getattr(criterion, name) for name in criterion.__dataclass_fields__}


def test_a_first_year_is_not_compared() -> None:
    found = findings(block_of({}))
    assert words.change(found) == words.NOT_COMPARABLE
    assert words.moves(found) == [words.NOT_COMPARABLE]


def test_the_overview_names_first_and_last_with_their_numbers() -> None:
    found = findings(block_of({}))
    said = " ".join(words.overview(found))
    assert "4 đơn vị được xếp hạng" in said
    assert f"{found.highest[0].name} (" in said
    assert f"{found.lowest[0].name} (" in said


@pytest.mark.parametrize(
    ("units", "heights"), [(1, (1, 0)), (2, (1, 1)), (9, (5, 4)), (15, (8, 7)), (20, (10, 10)), (126, (10, 10))]
)
def test_the_two_columns_of_a_slide_are_of_one_height(units: int, heights: tuple[int, int]) -> None:
    rows = (
        read_bundle(bundles.build(samples.header(), [samples.group("so", "Sở", samples.units(units))])).blocks[0].rows
    )
    pairs = paper._two_columns(rows)
    assert tuple(sum(row is not None for row in column) for column in zip(*pairs, strict=True)) == heights
    assert pairs[0][0] == rows[0]
    assert [row for row in (*(left for left, _ in pairs), *(right for _, right in pairs)) if row][-1] == rows[-1]
