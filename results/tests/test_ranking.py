"""The arithmetic against the worked examples of the decisions and against an independent oracle."""

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from cchc_index.lib import numbers
from results import ranking
from results.ranking import GradeBand, LeafStanding, Policies, TreeRow

Cells = dict[str, LeafStanding]
Units = dict[str, Cells]
NA = LeafStanding(ranking.NOT_APPLICABLE)
NO_BALLOTS = LeafStanding(ranking.NO_BALLOTS)


def scored(points: str) -> LeafStanding:
    return LeafStanding(ranking.SCORED, Decimal(points))


def leaf(code: str, maximum: str, source: str = "self", kind: str = "normal", parent: str | None = None) -> TreeRow:
    return TreeRow(code, parent, True, source, kind, Decimal(maximum))


def group(code: str, maximum: str, kind: str = "normal", parent: str | None = None) -> TreeRow:
    return TreeRow(code, parent, False, "", kind, Decimal(maximum))


def one(rows: list[TreeRow], cells: dict[str, LeafStanding], **policies: Any) -> ranking.RankedUnit:
    return ranking.compute(rows, Policies(**policies), {"A": cells})["A"]


def shown(value: Fraction | None) -> str | None:
    return None if value is None else str(ranking.half_up(value, 2))


# The worked example: 70 + 30, one assessed leaf of 2 not applicable, 62 reached in the rest, survey 26.40.
EXAMPLE = [leaf("1", "68"), leaf("2", "2"), leaf("3", "30", "survey")]
EXAMPLE_CELLS = {"1": scored("62"), "2": NA, "3": scored("26.40")}


@pytest.mark.parametrize(
    ("policy", "points", "maximum", "index"),
    [("rescale", "90.2235", "100", "90.22"), ("shrink", "88.40", "98", "90.20"), ("full", "90.40", "100", "90.40")],
)
def test_not_applicable_under_each_policy_gives_the_worked_example(
    policy: str, points: str, maximum: str, index: str
) -> None:
    unit = one(EXAMPLE, EXAMPLE_CELLS, na=policy)

    assert unit.points == Decimal(points)
    assert unit.max_points == Decimal(maximum)
    assert shown(unit.index) == index


def test_rescaled_half_is_kept_at_four_places() -> None:
    assert one(EXAMPLE, EXAMPLE_CELLS).appraised.points == Decimal("63.8235")


def test_halves_of_so_in_2022_give_the_published_index() -> None:
    rows = [leaf("1", "69"), leaf("2", "31", "survey")]
    # 84.19 % of 69 and 89.19 % of 31, at four places
    cells = {"1": scored("58.0911"), "2": scored("27.6489")}

    unit = one(rows, cells)

    assert shown(unit.appraised.index) == "84.19"
    assert shown(unit.survey.index) == "89.19"
    assert shown(unit.index) == "85.74"


def test_scale_of_sixty_gives_per_cent_of_sixty() -> None:
    unit = one([leaf("1", "40"), leaf("2", "20", "survey")], {"1": scored("30"), "2": scored("15")})

    assert (unit.points, unit.max_points, unit.index) == (Decimal(45), Decimal(60), Fraction(75))


def test_sipas_and_papi_belong_to_the_survey_half() -> None:
    rows = [leaf("1", "4"), leaf("2", "3", "sipas"), leaf("3", "3", "papi")]

    unit = one(rows, {"1": scored("4"), "2": scored("1"), "3": scored("2")})

    assert (unit.survey.points, unit.survey.max_points) == (Decimal(3), Decimal(6))


def test_half_with_nothing_applicable_leaves_the_maximum_when_rescaled() -> None:
    unit = one([leaf("1", "70"), leaf("2", "30", "survey")], {"1": NA, "2": scored("15")})

    assert (unit.points, unit.max_points, unit.index) == (Decimal(15), Decimal(30), Fraction(50))
    assert unit.appraised.index is None


def test_nothing_applicable_at_all_has_neither_index_nor_rank() -> None:
    unit = one([leaf("1", "70")], {"1": NA})

    assert (unit.index, unit.rank, unit.incomplete) == (None, None, [])


def test_four_states_are_never_confused() -> None:
    rows = [leaf("1", "5"), leaf("2", "5"), leaf("3", "5", "survey"), leaf("10", "5")]
    cells = {"1": scored("0"), "2": NA, "3": NO_BALLOTS}

    unit = one(rows, cells, na="shrink")

    assert unit.incomplete == ["3", "10"]
    assert (unit.index, unit.rank, unit.points) == (None, None, Decimal(0))
    assert unit.max_points == Decimal(15)


def test_half_without_missing_leaves_keeps_its_index_while_the_unit_is_incomplete() -> None:
    unit = one([leaf("1", "10"), leaf("2", "10", "survey")], {"1": scored("7"), "2": NO_BALLOTS})

    assert unit.appraised.index == 70
    assert unit.survey.index is None
    assert unit.points == Decimal(7)


def test_missing_codes_come_in_natural_order() -> None:
    rows = [leaf(code, "1") for code in ("1.10", "1.2", "2", "1.9.1")]

    assert one(rows, {}).incomplete == ["1.2", "1.9.1", "1.10", "2"]


BONUS_ROWS = [
    leaf("1", "100"),
    group("B", "3", "bonus"),
    group("B.1", "2", "bonus", "B"),
    leaf("B.1.1", "2", kind="bonus", parent="B.1"),
    leaf("B.1.2", "2", kind="bonus", parent="B.1"),
    leaf("B.2", "2", kind="bonus", parent="B"),
    leaf("P", "4", kind="penalty"),
]


def test_bonus_is_capped_at_every_level_and_outside_the_maximum() -> None:
    cells = {"1": scored("80"), "B.1.1": scored("1.5"), "B.1.2": scored("1.5"), "B.2": scored("2"), "P": scored("1")}

    unit = one(BONUS_ROWS, cells)

    assert (unit.bonus, unit.penalty) == (Decimal(3), Decimal(1))
    assert (unit.points, unit.max_points, unit.index) == (Decimal(82), Decimal(100), Fraction(82))


def test_missing_bonus_counts_nothing_and_is_not_incomplete() -> None:
    unit = one(BONUS_ROWS, {"1": scored("80"), "P": NA})

    assert (unit.bonus, unit.penalty, unit.incomplete, unit.rank) == (Decimal(0), Decimal(0), [], 1)


def test_bonus_below_an_ordinary_group_is_not_capped_by_it() -> None:
    rows = [leaf("1", "10"), group("9", "0"), leaf("9.1", "2", kind="bonus", parent="9")]

    assert one(rows, {"1": scored("5"), "9.1": scored("2")}).bonus == Decimal(2)


def ranks(indexes: dict[str, str], ties: str) -> dict[str, int | None]:
    cells = {unit: {"1": scored(points)} for unit, points in indexes.items()}
    return {u: o.rank for u, o in ranking.compute([leaf("1", "100")], Policies(ties=ties), cells).items()}


def test_ties_by_competition_leave_a_gap() -> None:
    assert ranks({"A": "90", "B": "90", "C": "80"}, "competition") == {"A": 1, "B": 1, "C": 3}


def test_ties_dense_leave_none() -> None:
    assert ranks({"A": "90", "B": "90", "C": "80"}, "dense") == {"A": 1, "B": 1, "C": 2}


def test_equal_display_is_no_tie() -> None:
    """90.001 and 90.004 both show 90.00 and still rank apart."""
    assert ranks({"A": "90.001", "B": "90.004"}, "competition") == {"A": 2, "B": 1}


def test_incomplete_units_do_not_take_a_rank() -> None:
    rows = [leaf("1", "10"), leaf("2", "10")]
    cells = {"A": {"1": scored("10")}, "B": {"1": scored("1"), "2": scored("1")}}

    ranked = ranking.compute(rows, Policies(), cells)

    assert (ranked["A"].rank, ranked["B"].rank) == (None, 1)


def test_bands_compare_the_exact_index() -> None:
    bands = (GradeBand("Tốt", Decimal(90)), GradeBand("Khá", Decimal(80)))
    rows = [leaf("1", "100")]

    assert one(rows, {"1": scored("90")}, bands=bands).band == "Tốt"
    assert one(rows, {"1": scored("89.9999")}, bands=bands).band == "Khá"  # shows 90.00
    assert one(rows, {"1": scored("79")}, bands=bands).band == ""
    assert one(rows, {}, bands=bands).band == ""


def test_unknown_policy_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown policy"):
        Policies(na="forget")


# --- 1,000 random rounds against exact fractions ----------------------------------------------------


def random_round(rng: random.Random) -> tuple[list[TreeRow], Policies, Units]:
    rows = random_tree(rng)
    units = {f"U{i}": random_cells(rng, rows) for i in range(rng.randint(1, 8))}
    if len(units) > 2 and rng.random() < 0.5:
        units["U1"] = dict(units["U0"])
    bands = tuple(GradeBand(f"B{edge}", Decimal(edge)) for edge in (90, 70, 50)) if rng.random() < 0.5 else ()
    return rows, Policies(rng.choice(["rescale", "shrink", "full"]), rng.choice(["competition", "dense"]), bands), units


def random_tree(rng: random.Random) -> list[TreeRow]:
    rows: list[TreeRow] = []

    def grow(code: str, parent: str | None, kind: str, depth: int) -> None:
        maximum = str(Decimal(rng.randint(1, 40)) / rng.choice([1, 2, 4]))
        if depth < 3 and rng.random() < 0.5:
            rows.append(group(code, maximum, kind, parent))
            for i in range(1, rng.randint(2, 4)):
                grow(f"{code}.{i}", code, kind, depth + 1)
        else:
            rows.append(leaf(code, maximum, rng.choice(["self", "self", "survey", "sipas", "papi"]), kind, parent))

    for i in range(1, rng.randint(2, 6)):
        grow(str(i), None, "normal", 1)
    for i in range(rng.randint(0, 3)):
        grow(f"9{i}", None, rng.choice(["bonus", "penalty"]), 1)
    return rows


def random_cells(rng: random.Random, rows: list[TreeRow]) -> dict[str, LeafStanding]:
    cells, gaps = {}, rng.random() < 0.2
    for row in (row for row in rows if row.is_leaf):
        dice = rng.random()
        if dice < 0.12:
            cells[row.code] = NA
        elif dice < 0.3 and gaps:
            if rng.random() < 0.5:
                cells[row.code] = NO_BALLOTS
        else:
            share = rng.choice([Fraction(0), Fraction(1), Fraction(1, 2), Fraction(rng.randint(0, 10000), 10000)])
            points = numbers.quantize(Fraction(row.max_points) * share)
            cells[row.code] = LeafStanding(ranking.SCORED, points)
    return cells


@dataclass
class Line:
    """What the oracle finds of a unit."""

    points: Fraction
    most: Fraction
    halves: list[tuple[Fraction, Fraction]]
    extra: dict[str, Fraction]
    missing: set[str]
    index: Fraction | None
    rank: int | None = None
    band: str = ""


def oracle(rows: list[TreeRow], policies: Policies, units: Units) -> dict[str, Line]:
    """The rules of the decisions once more, in fractions, the long way round."""
    lines = {}
    for unit, cells in units.items():
        halves: list[tuple[Fraction, Fraction]] = []
        missing: set[str] = set()
        for is_self in (True, False):
            mine = [r for r in rows if r.is_leaf and r.kind == "normal" and (r.source == "self") == is_self]
            halves.append(oracle_half(mine, policies.na, cells, missing))
        extra = {kind: sum((worth(r, rows, cells) for r in rows if r.kind == kind and r.parent is None), Fraction(0))
                 for kind in ("bonus", "penalty")}  # fmt: skip
        points = sum((half[0] for half in halves), Fraction(0)) + extra["bonus"] - extra["penalty"]
        most = sum((half[1] for half in halves), Fraction(0))
        index = points / most * 100 if not missing and most else None
        lines[unit] = Line(points, most, halves, extra, missing, index)
    indexes = [line.index for line in lines.values() if line.index is not None]
    for line in lines.values():
        index = line.index
        better = [other for other in indexes if index is not None and other > index]
        line.rank = None if index is None else 1 + len(set(better) if policies.ties == "dense" else better)
        reached = [b.name for b in policies.bands if index is not None and index >= Fraction(b.edge)]
        line.band = reached[0] if reached else ""
    return lines


def oracle_half(leaves: list[TreeRow], policy: str, cells: Cells, missing: set[str]) -> tuple[Fraction, Fraction]:
    total = sum((Fraction(r.max_points) for r in leaves), Fraction(0))
    gone = sum((Fraction(r.max_points) for r in leaves if cells.get(r.code) == NA), Fraction(0))
    given = (cells[r.code].points for r in leaves if r.code in cells)
    got = sum((Fraction(points) for points in given if points is not None), Fraction(0))
    missing |= {r.code for r in leaves if r.code not in cells or cells[r.code] == NO_BALLOTS}
    if policy == "full":
        return got + gone, total
    if policy == "shrink":
        return got, total - gone
    if gone == 0:
        return got, total
    if gone == total:
        return Fraction(0), Fraction(0)
    ten_thousandths = got / (total - gone) * total * 10_000
    return Fraction(int(ten_thousandths + Fraction(1, 2)), 10_000), total


def worth(row: TreeRow, rows: list[TreeRow], cells: Cells) -> Fraction:
    if row.is_leaf:
        cell = cells.get(row.code)
        inner = Fraction(cell.points) if cell is not None and cell.points is not None else Fraction(0)
    else:
        inner = sum((worth(child, rows, cells) for child in rows if child.parent == row.code), Fraction(0))
    return min(Fraction(row.max_points), inner)


def test_a_thousand_random_rounds_agree_with_exact_fractions() -> None:
    rng = random.Random(6677)
    seen = {"tie": 0, "incomplete": 0, "bonus": 0}
    for number in range(1000):
        rows, policies, units = random_round(rng)
        expected, ranked = oracle(rows, policies, units), ranking.compute(rows, policies, units)
        for unit, line in expected.items():
            outcome, place = ranked[unit], (number, unit)
            assert outcome.points == line.points, place
            assert outcome.max_points == line.most, place
            assert outcome.index == line.index, place
            halves = [(Fraction(h.points), Fraction(h.max_points)) for h in (outcome.appraised, outcome.survey)]
            assert halves == line.halves, place
            assert outcome.bonus == line.extra["bonus"], place
            assert outcome.penalty == line.extra["penalty"], place
            assert (outcome.rank, outcome.band) == (line.rank, line.band), place
            assert set(outcome.incomplete) == line.missing, place
        placed = [line.rank for line in expected.values() if line.rank]
        seen["tie"] += len(placed) != len(set(placed))
        seen["incomplete"] += any(line.missing for line in expected.values())
        seen["bonus"] += any(line.extra["bonus"] for line in expected.values())
    assert all(count > 50 for count in seen.values()), seen


def test_no_float_comes_out() -> None:
    unit = one(EXAMPLE, EXAMPLE_CELLS)

    for value in (unit.points, unit.max_points, unit.bonus, unit.penalty, unit.appraised.points):
        assert isinstance(value, Decimal)
    assert isinstance(unit.index, Fraction)


def test_rounding_equals_that_of_lib_numbers() -> None:
    rng = random.Random(3598)
    for _ in range(500):
        value = Fraction(rng.randint(-(10**9), 10**9), rng.randint(1, 10**5))
        assert ranking.half_up(value, 4) == numbers.quantize(value)
        assert ranking.half_up(value, 2) == numbers.shown(value)


def test_bonus_group_without_children_is_worth_nothing() -> None:
    rows = [leaf("1", "10"), group("2", "3", "bonus")]
    assert one(rows, {"1": scored("5")}).bonus == 0


def test_bonus_leaf_under_a_group_of_another_kind_hangs_under_the_bonus_above() -> None:
    """The nearest ancestor of its kind caps it, past rows of other kinds."""
    rows = [
        leaf("1", "10"),
        group("2", "1", "bonus"),
        group("2.1", "5", "normal", "2"),
        leaf("2.1.1", "5", "self", "bonus", "2.1"),
    ]
    assert one(rows, {"1": scored("5"), "2.1.1": scored("4")}).bonus == 1


def test_bonus_leaf_whose_parents_go_round_is_a_root() -> None:
    rows = [
        leaf("1", "10"),
        group("2", "9", "normal", "3"),
        group("3", "9", "normal", "2"),
        leaf("2.1", "5", "self", "bonus", "2"),
    ]
    assert one(rows, {"1": scored("5"), "2.1": scored("4")}).bonus == 4


def test_bonus_leaf_whose_parent_is_not_in_the_set_is_a_root() -> None:
    rows = [leaf("1", "10"), leaf("2.1", "5", "self", "bonus", "2")]
    assert one(rows, {"1": scored("5"), "2.1": scored("4")}).bonus == 4


def test_missing_leaves_stand_in_the_order_of_their_codes() -> None:
    codes = ["A.1", "10", "2", "1.10", "1.2", "1.b", "1.a", "1.\u00b2"]
    outcome = one([leaf(code, "1") for code in codes], {})
    assert outcome.incomplete == ["1.2", "1.10", "1.a", "1.b", "1.\u00b2", "2", "10", "A.1"]


def test_zero_is_rounded_to_zero_and_codes_sort_numbers_before_letters() -> None:
    assert str(ranking.half_up(Fraction(0), 2)) == "0.00"
    assert ranking.natural_key("1.2") == ((0, 1, ""), (0, 2, ""))
    assert ranking.natural_key("1.b") == ((0, 1, ""), (1, 0, "b"))
