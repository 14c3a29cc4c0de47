"""The fair split: every cell once, never the own unit, one yardstick per leaf, even loads."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.assignments.sharing import Share, line, propose, rows_of

LEAF = 1000
Task = tuple[range, range, range, set[tuple[int, int]]]
"""Members, units, leaves, and who is barred from which unit."""
Bars = Callable[[range, range], st.SearchStrategy[set[tuple[int, int]]]]


def holders(share: Share, units: range, members: range, barred: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """{cell: member} as an appraiser would meet it: the owner where allowed, else the stand-in."""
    found = dict(share.stand_ins)
    for leaf, owner in share.owners.items():
        for unit in units:
            if (owner, unit) not in barred:
                assert (unit, leaf) not in found, "a cell has two holders"
                found[unit, leaf] = owner
    return found


@st.composite
def tasks(draw: st.DrawFn, bars: Bars | None = None) -> Task:
    members = range(1, draw(st.integers(1, 7)) + 1)
    units = range(100, 100 + draw(st.integers(1, 14)))
    leaves = range(LEAF, LEAF + draw(st.integers(0, 25)))
    pairs = st.tuples(st.sampled_from(members), st.sampled_from(units))
    return members, units, leaves, draw(bars(members, units) if bars else st.sets(pairs, max_size=20))


def own_units(members: range, units: range) -> st.SearchStrategy[set[tuple[int, int]]]:
    """Each member comes from one unit at most, and no two from the same."""
    homes = st.lists(st.sampled_from(units), unique=True, max_size=len(members))
    return homes.map(lambda found: set(zip(members, found, strict=False)))


@settings(max_examples=300)
@given(tasks())
def test_every_cell_is_held_exactly_once_or_named(task: Task) -> None:
    members, units, leaves, barred = task
    share = propose(members, units, leaves, barred)
    found = holders(share, units, members, barred)
    assert set(found) | set(share.uncovered) == {(unit, leaf) for unit in units for leaf in leaves}
    assert not set(found) & set(share.uncovered)
    for unit, _leaf in share.uncovered:
        assert all((member, unit) in barred for member in members)


@settings(max_examples=300)
@given(tasks())
def test_nobody_holds_a_unit_barred_to_them(task: Task) -> None:
    members, units, leaves, barred = task
    share = propose(members, units, leaves, barred)
    assert all((member, unit) not in barred for (unit, _), member in share.stand_ins.items())


@settings(max_examples=300)
@given(tasks())
def test_loads_are_what_is_held(task: Task) -> None:
    members, units, leaves, barred = task
    share = propose(members, units, leaves, barred)
    counted = Counter(holders(share, units, members, barred).values())
    assert share.loads == {member: counted[member] for member in members}


@settings(max_examples=500)
@given(tasks(own_units))
def test_loads_differ_by_at_most_one_leaf_when_each_member_has_one_own_unit(task: Task) -> None:
    members, units, leaves, barred = task
    if len(units) == 1 or len(members) == 1:
        return  # whoever comes from the only unit can hold nothing
    share = propose(members, units, leaves, barred)
    assert share.spread <= len(units)
    assert not share.uncovered


@settings(max_examples=300)
@given(tasks())
def test_a_leaf_has_one_owner_and_owners_follow_each_other_in_the_tree(task: Task) -> None:
    members, units, leaves, barred = task
    share = propose(members, units, leaves, barred)
    assert list(share.owners) in ([], list(leaves))
    runs = [
        owner for i, owner in enumerate(share.owners.values()) if i == 0 or owner != [*share.owners.values()][i - 1]
    ]
    assert len(runs) == len(set(runs))


def test_two_members_of_one_agency_leave_its_cells_to_the_third() -> None:
    share = propose([1, 2, 3], range(10, 20), range(LEAF, LEAF + 12), {(1, 10), (2, 10)})
    assert {member for (unit, _), member in share.stand_ins.items() if unit == 10} == {3}
    assert share.spread <= 10


def test_a_unit_all_come_from_has_nobody_and_is_named() -> None:
    share = propose([1, 2], [10, 11], [LEAF], {(1, 10), (2, 10)})
    assert share.uncovered == ((10, LEAF),)


def test_without_members_everything_is_named() -> None:
    assert propose([], [10], [LEAF], set()).uncovered == ((10, LEAF),)


def test_somebody_barred_from_most_units_owns_no_leaf() -> None:
    barred = {(1, unit) for unit in range(10, 16)}
    share = propose([1, 2, 3], range(10, 20), range(LEAF, LEAF + 6), barred | {(2, 19)})
    assert 1 not in share.owners.values()


def test_who_may_judge_nothing_owns_no_leaf_though_the_others_may_judge_little() -> None:
    barred = {(1, unit) for unit in (10, 11, 12)} | {(2, 10), (2, 11)}
    share = propose([1, 2], range(10, 13), [LEAF, LEAF + 1], barred)
    assert share.owners == {LEAF: 2, LEAF + 1: 2}
    assert share.loads == {1: 0, 2: 2}
    barred |= {(2, 12)}
    assert propose([1, 2], range(10, 13), [LEAF], barred) == Share(
        {}, {}, tuple((unit, LEAF) for unit in range(10, 13)), {1: 0, 2: 0}
    )


def test_the_size_of_a_real_year_is_split_evenly() -> None:
    """53 units, 100 leaves, ten members who each come from a unit."""
    members, units, leaves = range(1, 11), range(100, 153), range(LEAF, LEAF + 100)
    share = propose(members, units, leaves, {(member, 99 + member) for member in members})
    assert share.loads == dict.fromkeys(members, 530)


def test_the_same_input_gives_the_same_split() -> None:
    barred = {(1, 10), (2, 11)}
    assert propose([1, 2, 3], range(10, 20), range(LEAF, LEAF + 9), barred) == propose(
        [1, 2, 3], range(10, 20), range(LEAF, LEAF + 9), barred
    )


# --- rows ---------------------------------------------------------------------------------------------

TREE: dict[int, int | None] = {1: None, 11: 1, 12: 1, 121: 12, 122: 12, 2: None}
LEAVES = [11, 121, 122, 2]
UNITS = frozenset({7, 8, 9})


def rows(cells: set[tuple[int, int]]) -> list[tuple[int | None, frozenset[int] | None]]:
    return [(row.branch, row.units) for row in rows_of(cells, units=UNITS, leaves=LEAVES, parents=TREE)]


def test_everything_is_one_row() -> None:
    assert rows({(unit, leaf) for unit in UNITS for leaf in LEAVES}) == [(None, None)]


def test_a_whole_branch_is_one_row() -> None:
    assert rows({(unit, leaf) for unit in UNITS for leaf in (121, 122, 2)}) == [(12, None), (2, None)]


def test_leaves_at_other_units_stand_apart() -> None:
    cells = {(unit, 11) for unit in UNITS} | {(7, 121), (7, 122), (8, 2)}
    assert rows(cells) == [(11, None), (12, frozenset({7})), (2, frozenset({8}))]


@settings(max_examples=300)
@given(st.sets(st.tuples(st.sampled_from(sorted(UNITS)), st.sampled_from(LEAVES))))
def test_rows_hold_exactly_the_cells_and_no_branch_twice(cells: set[tuple[int, int]]) -> None:
    found = rows(cells)
    assert len({branch for branch, _ in found}) == len(found)
    held = [
        (unit, leaf)
        for branch, units in found
        for leaf in LEAVES
        if branch is None or branch in line(leaf, TREE)
        for unit in units or UNITS
    ]
    assert sorted(held) == sorted(cells)
