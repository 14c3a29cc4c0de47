"""What if one thing were different: pure, and nothing moves without a reason."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results import ranking
from results.analysis.influence import influences
from results.analysis.whatif import Supposition, shown, what_if
from results.ranking import LeafStanding, Policies, TreeRow

ROWS = (
    TreeRow("1", None, True, "self", "normal", Decimal(10)),
    TreeRow("2", None, True, "self", "normal", Decimal(20)),
    TreeRow("3", None, True, "survey", "normal", Decimal(10)),
    TreeRow("4", None, True, "self", "bonus", Decimal(5)),
)
WORTH = {row.code: row.max_points for row in ROWS}
standing = st.one_of(
    st.none(), st.just(ranking.NOT_APPLICABLE), st.integers(0, 10).map(Decimal)
)  # a share of ten of the leaf's maximum
policies = st.builds(
    Policies, st.sampled_from(("rescale", "shrink", "full")), st.sampled_from(("competition", "dense"))
)


def _cell(code: str, drawn: Decimal | str | None) -> LeafStanding:
    if drawn is None:
        return ranking.MISSING
    if isinstance(drawn, str):
        return LeafStanding(drawn)
    return LeafStanding(ranking.SCORED, WORTH[code] * drawn / 10)


def _cells(drawn: dict[str, Decimal | str | None]) -> dict[str, LeafStanding]:
    return {code: _cell(code, share) for code, share in drawn.items()}


unit_cells = st.fixed_dictionaries(dict.fromkeys(WORTH, standing)).map(_cells)
blocks = st.lists(unit_cells, min_size=1, max_size=6).map(lambda each: {f"U{n}": own for n, own in enumerate(each)})
Drawn = dict[str, dict[str, LeafStanding]]


@given(blocks, policies)
def test_supposing_nothing_moves_nothing(cells: Drawn, policy: Policies) -> None:
    assert not any(one.changed for one in what_if(ROWS, policy, cells, Supposition()))


@given(blocks, policies, st.sampled_from(sorted(WORTH)), st.tuples(st.integers(0, 10), st.integers(0, 10)))
def test_a_higher_score_never_lowers_ones_index(
    cells: Drawn, policy: Policies, code: str, shares: tuple[int, int]
) -> None:
    def index(share: int) -> object:
        supposed = Supposition(unit="U0", criterion=code, points=WORTH[code] * share / 10)
        return next(one.after.index for one in what_if(ROWS, policy, cells, supposed) if one.unit == "U0")

    low, high = index(min(shares)), index(max(shares))
    assert low == high or low < high  # type: ignore[operator]  # both are None where another cell is open


@given(blocks, policies, st.sampled_from(sorted(WORTH)))
def test_dropping_a_leaf_moves_whom_its_influence_counts(cells: Drawn, policy: Policies, code: str) -> None:
    both = what_if(ROWS, policy, cells, Supposition(dropped=code))
    influence = next(one for one in influences(ROWS, policy, cells) if one.code == code)
    assert sum(one.moved for one in both) == influence.moved


def test_a_rank_that_appears_has_moved_but_by_no_number_of_places() -> None:
    cells = {
        "U0": _cells({"1": Decimal(9), "2": None, "3": Decimal(9)}),
        "U1": _cells(dict.fromkeys("123", Decimal(5))),
    }
    both = what_if(ROWS, Policies(), cells, Supposition(dropped="2"))
    assert [(one.unit, one.before.rank, one.after.rank, one.moved) for one in both] == [
        ("U0", None, 1, True),
        ("U1", 1, 2, True),
    ]
    influence = next(one for one in influences(ROWS, Policies(), cells) if one.code == "2")
    assert (influence.moved, influence.largest_move) == (2, 1)


def test_a_rank_that_goes_has_moved() -> None:
    cells = {"U0": _cells(dict.fromkeys("13", ranking.NOT_APPLICABLE) | {"2": Decimal(5)})}
    (only,) = what_if(ROWS, Policies(), cells, Supposition(dropped="2"))
    assert (only.before.rank, only.after.rank, only.moved, only.changed) == (1, None, True, True)
    influence = next(one for one in influences(ROWS, Policies(), cells) if one.code == "2")
    assert (influence.moved, influence.largest_move) == (1, 0)


def test_shows_the_first_ten_who_changes_and_the_unit() -> None:
    cells = {f"U{n:02}": {code: _cell(code, Decimal(9)) for code in WORTH} for n in range(15)}
    both = what_if(ROWS, Policies(), cells, Supposition(unit="U13", criterion="1", points=Decimal(0)))
    assert both[-1].unit == "U13"
    assert (both[-1].before.rank, both[-1].after.rank) == (1, 15)
    assert [one.unit for one in shown(both, "U13")] == [*(f"U{n:02}" for n in range(10)), "U13"]


def test_another_tie_policy_counts_on_without_a_gap() -> None:
    shares = {"A": 9, "B": 9, "C": 8}
    cells = {unit: {code: _cell(code, Decimal(share)) for code in WORTH} for unit, share in shares.items()}
    both = what_if(ROWS, Policies(), cells, Supposition(ties=ranking.DENSE))
    assert [(one.unit, one.before.rank, one.after.rank) for one in both] == [("A", 1, 1), ("B", 1, 1), ("C", 3, 2)]


@pytest.mark.parametrize(
    "supposed",
    [
        Supposition(unit="U0", criterion="1", points=Decimal(11)),
        Supposition(unit="U0", criterion="1", points=Decimal(-1)),
        Supposition(unit="X", criterion="1", points=Decimal(1)),
        Supposition(dropped="9"),
        Supposition(na="other"),
    ],
)
def test_refuses_what_the_block_does_not_hold(supposed: Supposition) -> None:
    with pytest.raises(ValueError, match="cannot|no leaf|unknown"):
        what_if(ROWS, Policies(), {"U0": {}}, supposed)
