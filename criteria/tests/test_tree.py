"""Codes: their order, their parents, and the repairs of misprints by order and context."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria import tree
from criteria.annex.repairs import PrintedLine, Repair, repairs

parts = st.lists(st.integers(1, 99), min_size=1, max_size=5)
codes = parts.map(lambda numbers: ".".join(map(str, numbers)))
trees = st.sets(codes, min_size=1, max_size=40)


def complete_tree(shape: list[Any], stem: str = "") -> Iterator[str]:
    """Codes 1 … n at each level, children before the next sibling: a sound full annex."""
    for number, below in enumerate(shape, start=1):
        yield f"{stem}{number}"
        yield from complete_tree(below, f"{stem}{number}.")


Shape = list[Any]
"""Lists in lists: how many rows stand below each."""
shapes: st.SearchStrategy[Shape] = st.recursive(st.just([]), lambda below: st.lists(below, max_size=14), max_leaves=60)


def repaired(*printed: Any) -> dict[str, str]:
    return {r.printed: r.code for r in repairs([PrintedLine(code, Decimal(1)) for code in printed])}


# --- order, parents, leaves ------------------------------------------------------------------------


@given(trees)
def test_natural_order_is_the_order_of_the_numbers(known: set[str]) -> None:
    by_numbers = sorted(known, key=lambda code: [int(part) for part in code.split(".")])
    assert sorted(known, key=tree.natural_key) == by_numbers


def test_ten_comes_after_nine() -> None:
    assert sorted(["1.10", "1.9", "1.2", "1"], key=tree.natural_key) == ["1", "1.2", "1.9", "1.10"]


def test_what_is_no_number_comes_after_all_numbers_by_its_letters() -> None:
    printed = ["1.b", "1.999", "1.a", "1.2", "2", "A", "1.\u00b2"]
    assert sorted(printed, key=tree.natural_key) == ["1.2", "1.999", "1.a", "1.b", "1.\u00b2", "2", "A"]


def test_a_root_has_no_parent_and_a_code_the_nearest_that_is_there() -> None:
    assert tree.prefixes("1.4.3") == ["1.4", "1"]
    assert (tree.prefixes("1"), tree.parent_code("1", {"1", "2"})) == ([], None)
    assert (tree.parent_code("1.4.3", {"1"}), tree.parent_code("1.4.3", {"1", "1.4", "1.4.3"})) == ("1", "1.4")


def test_the_code_after_nine_is_ten() -> None:
    assert [tree.successor(code) for code in ("1.9", "1", "1.2.3")] == ["1.10", "2", "1.2.4"]


@given(codes, trees)
def test_parent_is_the_longest_proper_prefix_present(code: str, known: set[str]) -> None:
    parent = tree.parent_code(code, known)
    ancestors = [other for other in known if code.startswith(f"{other}.")]
    assert parent == max(ancestors, key=len, default=None)


@given(trees)
def test_leaves_are_the_rows_without_children(known: set[str]) -> None:
    assert tree.leaf_codes(known) == {c for c in known if not any(o.startswith(f"{c}.") for o in known)}


@given(codes)
def test_successor_follows_directly(code: str) -> None:
    assert tree.natural_key(tree.successor(code)) > tree.natural_key(code)
    assert tree.prefixes(tree.successor(code)) == tree.prefixes(code)


# --- normal form -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("1.4.3", "1.4.3"),
        ("4.4.", "4.4"),
        ("6..1.4", "6.1.4"),
        (" 6 . 1 .5 ", "6.1.5"),
        ("6,1,5", "6.1.5"),
        ("６．１．５", "6.1.5"),
        ("6。1", "6.1"),
        ("01.02", "1.2"),
        ("1.0", "1"),
        (".1.2", "1.2"),
        (". 1.2", "1.2"),
        ("1.0.0", "1"),
        ("999.1", "999.1"),
        ("111.111.111.111.111.111.111.11", "111.111.111.111.111.111.111.11"),
    ],
)
def test_a_printed_code_is_normalised(printed: str, code: str) -> None:
    assert tree.normalise(printed) == code


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "I",
        "A.1",
        "X.1.2.X",
        "1.4 3",
        "1-4",
        "0",
        "1.0.2",
        "9999",
        "1" * 31,
        "1000",
        "1.1000",
        "0.0",
        "1.2.3a",
        "111.111.111.111.111.111.111.111",
        "1/2",
        "١.٢",
        "½",
    ],
)
def test_what_is_no_code_is_not_guessed(printed: str) -> None:
    assert tree.normalise(printed) == ""


@given(codes)
def test_a_sound_code_is_its_own_normal_form(code: str) -> None:
    assert tree.normalise(code) == code


@given(st.text(max_size=40))
def test_normalising_any_text_twice_is_normalising_it_once(text: str) -> None:
    assert tree.normalise(tree.normalise(text)) == tree.normalise(text)


# --- repairs ---------------------------------------------------------------------------------------


@given(shapes)
def test_a_complete_annex_has_nothing_to_repair(shape: Shape) -> None:
    assert repairs([PrintedLine(code) for code in complete_tree(shape)]) == []


@given(st.sets(st.lists(st.integers(1, 9), min_size=1, max_size=4).map(lambda p: ".".join(map(str, p))), max_size=40))
def test_an_annex_in_order_has_nothing_to_repair(known: set[str]) -> None:
    assert repairs([PrintedLine(code) for code in sorted(known, key=tree.natural_key)]) == []


@given(st.lists(st.text("0123456789., ", max_size=8), max_size=30), st.randoms())
def test_repairs_never_fail_and_name_rows_that_exist(printed: list[str], random: Random) -> None:
    lines = [PrintedLine(code, random.choice([None, Decimal(1), Decimal("0.5")])) for code in printed]
    repaired = repairs(lines)
    assert [r.index for r in repaired] == sorted({r.index for r in repaired})
    assert all(r.printed == lines[r.index].code and r.code != r.printed for r in repaired)


def test_ten_after_nine_is_no_misprint() -> None:
    assert repaired("1.8", "1.9", "1.10", "1.11", "1.12", "2") == {}


@pytest.mark.parametrize(
    ("rows", "printed", "code"),
    [
        (("1.43", "1.6.1", "1.6.2"), "1.43", "1.4.3"),
        (("1", "1.4", "1.43", "1.6", "1.6.1"), "1.43", "1.4.3"),
        (("5.7.1", "5.72", "5.7.3"), "5.72", "5.7.2"),
        (("1.1", "14.3", "1.6.1"), "14.3", "1.4.3"),
        (("7.2.3", "7.34", "9.2"), "7.34", "7.3.4"),
        (("2.1.9", "2.110", "2.2"), "2.110", "2.1.10"),
    ],
)
def test_a_lost_dot_is_found_by_its_neighbours(rows: tuple[str, ...], printed: str, code: str) -> None:
    assert repaired(*rows) == {printed: code}


def test_an_odd_number_that_fits_nowhere_else_is_left_alone() -> None:
    assert repaired("1.4.3", "1.43", "1.6.1") == {}


def misfiled(points: Decimal | None, *, after: str = "9.3") -> list[Repair]:
    return repairs(
        [
            PrintedLine("7.3.6", Decimal("0.5")),
            PrintedLine("9.2", points),
            *(PrintedLine(f"9.4.{n}", Decimal(2)) for n in range(1, 6)),
            *([PrintedLine(after, Decimal(3))] if after else []),
        ]
    )


@pytest.mark.parametrize("points", [Decimal(10), None])
def test_children_printed_under_a_code_that_is_not_there_belong_to_the_row_above(points: Decimal | None) -> None:
    assert [r.code for r in misfiled(points)] == ["9.2.1", "9.2.2", "9.2.3", "9.2.4", "9.2.5"]


def test_children_printed_before_their_alleged_parent_belong_to_the_row_above() -> None:
    assert [r.code for r in misfiled(Decimal(10), after="9.4")] == [f"9.2.{n}" for n in range(1, 6)]


def test_misfiled_rows_that_do_not_add_up_are_named_without_a_repair() -> None:
    repaired = misfiled(Decimal(9))
    assert len(repaired) == 5
    assert all(r.code == "" and "9.2" in r.reason for r in repaired)


@pytest.mark.parametrize("after", ["", "9.5"])
def test_rows_in_order_are_not_misfiled(after: str) -> None:
    assert misfiled(Decimal(10), after=after) == []


def test_leaves_at_mixed_depth_are_no_misprint() -> None:
    assert repaired("1.4.3", "2.5", "4.1", "5.7.1", "5.7.2", "6.4", "9.2", "9.2.1", "9.3") == {}
