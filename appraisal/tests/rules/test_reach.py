"""What a person judges and reads in a block, told from their assignments alone."""

from appraisal.rules.reach import Holdings, Part, Scope
from criteria.models import Criterion

AREA, LEFT, RIGHT, SURVEY, OTHER = range(1, 6)
TREE = [
    Criterion(pk=AREA, is_leaf=False, source=""),
    Criterion(pk=LEFT, is_leaf=True, source="self", parent_id=AREA),
    Criterion(pk=RIGHT, is_leaf=True, source="self", parent_id=AREA),
    Criterion(pk=SURVEY, is_leaf=True, source="survey", parent_id=AREA),
    Criterion(pk=OTHER, is_leaf=True, source="self"),
]
HERE, THERE, HOME = 10, 11, 12
ALL_LEAVES = frozenset({LEFT, RIGHT, OTHER})


def held(*parts: tuple[int | None, tuple[int, ...]], reads_all: bool = False) -> Scope:
    return Holdings(parts, closed=(HOME,), reads_all=reads_all).within(TREE)


def covered(scope: Scope) -> set[tuple[int, int]]:
    return {(unit, leaf) for unit in (HERE, THERE, HOME) for leaf in range(1, 6) if scope.covers(unit, leaf)}


def test_the_whole_tree_at_every_unit_but_the_closed() -> None:
    scope = held((None, ()))
    assert covered(scope) == {(unit, leaf) for unit in (HERE, THERE) for leaf in ALL_LEAVES}
    assert (scope.leaves, scope.own_units, scope.reads_all) == (ALL_LEAVES, frozenset({HOME}), False)


def test_a_branch_or_a_leaf_at_some_units() -> None:
    assert held((AREA, (HERE,))).parts == (Part(frozenset({LEFT, RIGHT}), frozenset({HERE})),)
    assert covered(held((AREA, (HERE,)), (OTHER, ()))) == {
        (HERE, LEFT),
        (HERE, RIGHT),
        (HERE, OTHER),
        (THERE, OTHER),
    }
    assert covered(held((SURVEY, ()))) == covered(held()) == set()


def test_who_reads_all_is_shown_every_appraised_cell_but_judges_none_unassigned() -> None:
    scope = held(reads_all=True)
    shown = {(unit, leaf) for unit in (HERE, HOME) for leaf in range(1, 6) if scope.shows(unit, leaf)}
    assert shown == {(unit, leaf) for unit in (HERE, HOME) for leaf in ALL_LEAVES}
    assert covered(scope) == set()
    member = held((LEFT, (HERE,)))
    assert [cell for cell in ((HERE, LEFT), (THERE, LEFT), (HERE, RIGHT)) if member.shows(*cell)] == [(HERE, LEFT)]
