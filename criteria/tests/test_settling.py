"""Properties of an annex read and settled, without a database: no group row ever counts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_index.lib.faults import Fault, ImportRefused
from criteria import tree
from criteria.annex import reading
from criteria.annex.settling import Kept, Settled, settle
from criteria.tests.sheets import csv_file

HEADING = ("Mã", "Nội dung", "Điểm tối đa", "Nguồn", "Thưởng/trừ")
Points = Mapping[str, Decimal]
codes = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
halves = st.integers(1, 40).map(lambda number: Decimal(number) / 2)
trees = st.dictionaries(codes, halves, min_size=1, max_size=25)


def settled(
    rows: Sequence[Sequence[object]], kept: Mapping[str, Kept] | None = None, source: str = ""
) -> tuple[dict[str, Settled], list[Fault], dict[str, Kept]]:
    sheet = reading.read(csv_file([HEADING, *rows]))
    settlement = settle(sheet, kept or {}, {}, source)
    return {row.code: row for row in settlement.rows}, settlement.faults, settlement.kept


def sheet_rows(points: Points, group_cell: Callable[[Decimal], object]) -> Iterator[tuple[str, str, object]]:
    """The tree in order; a group prints what `group_cell` makes of its sum."""
    leaves = tree.leaf_codes(points)
    for code in sorted(points, key=tree.natural_key):
        below = sum((points[c] for c in leaves if c.startswith(f"{code}.")), Decimal(0))
        yield (code, f"Tiêu chí {code}", points[code] if code in leaves else group_cell(below))


@settings(max_examples=30)
@given(trees, st.sampled_from(["sum", "blank"]))
def test_leaves_add_up_and_groups_carry_their_sums(points: Points, groups: str) -> None:
    rows = list(sheet_rows(points, lambda below: below if groups == "sum" else ""))
    placed, faults, _ = settled(rows)
    leaves = tree.leaf_codes(points)
    assert faults == []
    assert sum(row.max_points for row in placed.values() if row.is_leaf) == sum(points[c] for c in leaves)
    for code, row in placed.items():
        assert row.is_leaf == (code in leaves)
        assert bool(row.source) == row.is_leaf
        if not row.is_leaf:
            assert row.max_points == sum(points[c] for c in leaves if c.startswith(f"{code}."))


@settings(max_examples=20)
@given(trees)
def test_a_wrong_group_maximum_is_repaired_to_its_sum(points: Points) -> None:
    placed, faults, _ = settled(list(sheet_rows(points, lambda below: below + 1)))
    groups = set(points) - tree.leaf_codes(points)
    assert len(faults) == len(groups)
    assert all(fault.repairable for fault in faults)
    assert all(placed[code].printed_max for code in groups)


@settings(max_examples=20)
@given(trees, st.data())
def test_two_halves_settle_as_the_whole(points: Points, data: st.DataObject) -> None:
    """A file that names some leaves, into a set that holds the others, gives the sums of the whole."""
    whole, _, _ = settled(list(sheet_rows(points, lambda below: below)))
    leaves = sorted(tree.leaf_codes(points))
    held = set(data.draw(st.lists(st.sampled_from(leaves), unique=True)))
    if held == set(leaves):
        return
    kept = {code: Kept("self" if row.is_leaf else "", "normal", row.max_points) for code, row in whole.items()}
    kept = {code: row for code, row in kept.items() if code in held or not row.source}
    rows = [row for row in sheet_rows(points, lambda below: below) if row[0] in set(leaves) - held]
    placed, faults, after = settled(rows, kept)
    assert faults == []
    for code, row in whole.items():
        assert (placed[code].max_points if code in placed else after[code].max_points) == row.max_points


cells = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(-5, 2000),
    st.sampled_from(["1.4.3", "1.43", "4.4.", "6..1", "9.2", "0,5", "Thưởng", "trừ", "ĐTXHH", "TỔNG ĐIỂM", "1/6/2001"]),
)


@settings(max_examples=80)
@given(st.lists(st.tuples(cells, cells, cells, cells, cells), max_size=12))
def test_whatever_the_cells_hold_the_answer_is_rows_or_faults(rows: list[tuple[object, ...]]) -> None:
    try:
        placed, faults, _ = settled(rows)
    except ImportRefused:
        return
    assert all(fault.message and fault.repair for fault in faults)
    if not faults:
        assert all(row.max_points > 0 and row.name and row.source for row in placed.values() if row.is_leaf)


@pytest.mark.parametrize("name", ["tep.csv", "tep.xlsx"])
def test_a_file_without_criteria_is_refused(name: str) -> None:
    with pytest.raises(ImportRefused):
        reading.read(csv_file([HEADING, ("", "", "")], name=name))
