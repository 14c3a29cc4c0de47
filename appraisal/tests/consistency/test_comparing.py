"""Like cases judged alike: the arithmetic, against the definitions written out the long way."""

from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.consistency.comparing import (
    NOTHING,
    ComparedDecision,
    MemberGap,
    ScoreGap,
    by_unit,
    contradiction,
    contradictions,
    deduction,
    fences,
    median,
    member_gaps,
    share_of,
    unit_gaps,
)
from cchc_index.lib.tests.present import present

POINTS = [None, *(Decimal(quarters) / 4 for quarters in range(9))]
REASONED = [(False, None), (True, None), (True, 1), (True, 2)]
CELLS = [(unit, criterion) for unit in range(1, 7) for criterion in range(1, 5)]


@st.composite
def decisions(draw: st.DrawFn) -> list[ComparedDecision]:
    """Some cells of a small block; one draw seeds the rest, which keeps the generation quick."""
    random = draw(st.randoms(use_true_random=False))
    cells = random.sample(CELLS, draw(st.integers(0, len(CELLS))))
    return [
        ComparedDecision(
            unit,
            criterion,
            random.choice(POINTS),
            random.choice(POINTS),
            *random.choice(REASONED),
            random.choice([None, 1, 2, 3]),
        )
        for unit, criterion in cells
    ]


DECISIONS = decisions()
some = settings(max_examples=60)


def adjusted(
    unit: int, own: str | None, council: str | None, *, criterion: int = 1, reason: int = 1, member: int = 1
) -> ComparedDecision:
    given, taken = (None if text is None else Decimal(text) for text in (own, council))
    return ComparedDecision(unit, criterion, given, taken, True, reason, member)


def test_the_same_reason_that_took_different_points_is_a_contradiction() -> None:
    rows = [adjusted(1, "2", "1"), adjusted(2, "1.5", "1"), adjusted(3, "1", "0")]
    found = contradictions(rows)
    assert [one.key for one in found] == [(1, 1)]
    assert [(g.deduction, [d.unit for d in g.decisions]) for g in found[0].groups] == [
        (Decimal(1), [1, 3]),
        (Decimal("0.5"), [2]),
    ]


def test_another_reason_another_criterion_or_the_same_deduction_is_none() -> None:
    rows = [
        adjusted(1, "2", "1"),
        adjusted(2, "2", "1.50", reason=2),
        adjusted(3, "2", "1.5", criterion=2),
        adjusted(4, "1.5", "0.50"),
        ComparedDecision(5, 1, Decimal(2), Decimal(2), False, None, 1),
    ]
    assert contradictions(rows) == []


def test_not_applicable_and_not_scored_stand_apart_and_contradict_nobody() -> None:
    rows = [adjusted(1, "2", "1"), adjusted(2, "2", None), adjusted(3, None, "1")]
    assert contradictions(rows) == []
    found = contradictions([*rows, adjusted(4, "2", "0")])
    assert [one.unit for one in found[0].apart] == [2, 3]


def test_points_given_are_a_deduction_below_zero() -> None:
    assert deduction(Decimal(1), Decimal("1.5")) == Decimal("-0.5")
    assert deduction(None, Decimal(1)) is None
    assert deduction(Decimal(1), None) is None
    assert len(contradictions([adjusted(1, "1", "1.5"), adjusted(2, "1", "0.5")])) == 1


def test_a_deduction_as_a_part_of_the_maximum_compares_different_maxima() -> None:
    assert share_of(Decimal("0.5"), Decimal(2)) == share_of(Decimal(1), Decimal(4)) == Decimal("0.2500")
    assert share_of(Decimal(1), Decimal(3)) == Decimal("0.3333")
    assert share_of(Decimal(0), Decimal(0)) == 0


def test_contradictions_stand_in_the_order_of_the_criteria_then_of_the_reasons() -> None:
    rows = [
        adjusted(unit, "9", str(unit), criterion=criterion, reason=reason)
        for criterion, reason, units in ((7, 2, (1, 2)), (3, 1, (1, 2)), (7, 1, (3, 4)))
        for unit in units
    ]
    recognised = ComparedDecision(1, 3, Decimal(1), Decimal(1), False)
    assert [one.key for one in contradictions(rows)] == [(7, 1), (7, 2), (3, 1)]
    assert [one.key for one in contradictions([recognised, *rows])] == [(3, 1), (7, 1), (7, 2)]


def test_what_a_contradiction_says_is_its_units_and_points() -> None:
    found = contradictions([adjusted(2, "2", "1", reason=4), adjusted(1, "2", "0", reason=4, member=5)])
    assert [one.content for one in found] == [[1, 4, [[1, Decimal(2), Decimal(0)], [2, Decimal(2), Decimal(1)]]]]


@some
@given(DECISIONS)
def test_a_contradiction_is_a_pair_that_differs(rows: list[ComparedDecision]) -> None:
    """The definition, pair by pair."""
    pairs = {
        (one.criterion, one.reason)
        for one in rows
        for other in rows
        if one.adjusted
        and other.adjusted
        and one.reason is not None
        and (one.criterion, one.reason) == (other.criterion, other.reason)
        and (one.own is not None and one.council is not None)
        and (other.own is not None and other.council is not None)
        and one.own - one.council != other.own - other.council
    }
    assert {one.key for one in contradictions(rows)} == pairs


@some
@given(DECISIONS, st.randoms())
def test_the_order_of_the_rows_changes_no_content(rows: list[ComparedDecision], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert sorted(map(str, (one.content for one in contradictions(rows)))) == sorted(
        map(str, (one.content for one in contradictions(shuffled)))
    )


@some
@given(DECISIONS)
def test_every_decision_of_the_key_is_shown_once(rows: list[ComparedDecision]) -> None:
    for found in contradictions(rows):
        wanted = [d for d in rows if d.adjusted and (d.criterion, d.reason) == found.key]
        assert sorted([*found.decisions, *found.apart], key=str) == sorted(wanted, key=str)
        assert [g.deduction for g in found.groups] == sorted(
            {present(d.deduction) for d in found.decisions}, reverse=True
        )


@some
@given(DECISIONS)
def test_gaps_of_units_add_up_to_the_block(rows: list[ComparedDecision]) -> None:
    gaps = unit_gaps(by_unit(rows))
    assert sum(one.gap.decided for one in gaps) == len(rows)
    assert sum(one.gap.total for one in gaps) == sum(Fraction(d.deduction or 0) for d in rows)
    middle = median([one.gap.mean for one in gaps if one.gap.mean is not None])
    for one in gaps:
        assert one.deviation == (None if one.gap.mean is None else one.gap.mean - present(middle))
    sizes = [abs(one.deviation) for one in gaps if one.deviation is not None]
    assert sizes == sorted(sizes, reverse=True)


def test_a_unit_far_from_the_block_stands_out_and_a_small_block_has_none() -> None:
    leaves = range(1, 6)
    alike = [adjusted(unit, "2", "1.75", criterion=leaf) for unit in range(1, 6) for leaf in leaves]
    far = [adjusted(6, "2", "0", criterion=leaf) for leaf in leaves]
    assert [one.unit for one in unit_gaps(by_unit([*alike, *far])) if one.stands_out] == [6]
    assert unit_gaps(by_unit([*alike, *far]))[0].deviation == Fraction(7, 4)
    assert not any(one.stands_out for one in unit_gaps(by_unit([*alike[:10], *far]))), "three units are no block"
    assert not any(one.stands_out for one in unit_gaps(by_unit([*alike, *far[:4]]))), "four decisions say too little"


def test_the_fences_are_quartiles_and_their_reach() -> None:
    assert fences([Fraction(n) for n in (1, 2, 3, 4, 5)]) == (Fraction(2 - 3), Fraction(4 + 3))
    assert fences([Fraction(n) for n in (4, 1, 3, 2)]) == (Fraction(3, 2) - 3, Fraction(7, 2) + 3)
    assert fences([Fraction(7)]) == (Fraction(7), Fraction(7))
    assert fences([]) == (Fraction(0), Fraction(0))
    assert [median(map(Fraction, rows)) for rows in ((3, 1, 2), (4, 1, 3, 2), (9,), ())] == [2, Fraction(5, 2), 9, None]


def block(*lost: str, leaves: int = 5) -> list[ComparedDecision]:
    """Units 1, 2 …, each of which lost so much on every leaf."""
    return [
        adjusted(unit, "9", str(9 - Decimal(points)), criterion=leaf)
        for unit, points in enumerate(lost, start=1)
        for leaf in range(leaves)
    ]


def standing_out(rows: list[ComparedDecision]) -> list[int]:
    return [one.unit for one in unit_gaps(by_unit(rows)) if one.stands_out]


def test_five_units_are_a_block_and_who_lies_on_a_fence_does_not_stand_out() -> None:
    assert standing_out(block("1", "1", "1", "1", "2")) == [5]
    assert standing_out(block("1", "1", "1", "1", "0")) == [5]
    assert standing_out(block("1", "1", "1", "2")) == []
    assert set(standing_out(block("0", "3", "3", "4", "4", "7"))) == {1, 6}
    assert standing_out(block("3", "3", "4", "4", "4", "5.5")) == []
    assert standing_out(block("3", "3", "4", "4", "4", "5.6")) == [6]
    assert standing_out(block("4", "4", "3", "3", "3", "1.5")) == []
    assert standing_out(block("4", "4", "3", "3", "3", "1.4")) == [6]


def test_units_with_few_decisions_set_no_fences() -> None:
    few = [adjusted(unit, "9", "5") for unit in (6, 7, 8, 9)]
    assert standing_out([*block("1", "1", "1", "1", "2"), *few]) == [5]
    assert standing_out([*block("1", "1", "1", "2"), *few]) == []


def test_units_stand_the_farthest_first_then_as_they_are_met_and_those_without_a_measure_last() -> None:
    unmeasured = [adjusted(unit, "2", None) for unit in (9, 8)]
    rows = [*unmeasured, *block("2", "1", "2", "3", "5")]
    assert [one.unit for one in unit_gaps(by_unit(rows))] == [5, 2, 4, 1, 3, 9, 8]


def test_what_is_counted_of_a_unit() -> None:
    rows = [
        adjusted(1, "2", "1.5"),
        adjusted(1, "2", None, criterion=2),
        ComparedDecision(1, 3, Decimal(1), Decimal(2), False),
    ]
    gap = unit_gaps(by_unit(rows))[0].gap
    assert gap == ScoreGap(decided=3, adjusted=2, measured=2, total=Fraction(-1, 2))
    assert (gap.share_adjusted, gap.mean) == (Fraction(2, 3), Fraction(-1, 4))
    assert (NOTHING.share_adjusted, NOTHING.mean) == (Fraction(0), None)


def test_a_member_with_hard_criteria_is_not_called_severe() -> None:
    """Member 1 judges the hard criterion, on which everybody takes one point; member 2 takes more there."""
    hard = [adjusted(unit, "2", "1", criterion=1, member=1) for unit in range(1, 5)]
    hard += [adjusted(5, "2", "0", criterion=1, member=2)]
    easy = [ComparedDecision(unit, 2, Decimal(1), Decimal(1), False, None, 2) for unit in range(1, 5)]
    easy += [ComparedDecision(5, 2, Decimal(1), Decimal(1), False, None, 3)]
    found = {one.member: one for one in member_gaps([*hard, *easy])}
    assert found[1].gap.mean == 1 > present(found[2].gap.mean)
    assert found[1].excess == 1 - 2
    assert found[2].expected_mean == Fraction(1, 5), "one hard cell where the others took 1, four easy ones"
    assert found[2].excess == Fraction(1, 5)
    assert found[3].excess == 0


def test_a_member_alone_on_the_criteria_is_compared_with_nobody() -> None:
    found = member_gaps([adjusted(1, "2", "0", criterion=1, member=1), adjusted(1, "2", "2", criterion=2, member=2)])
    assert [(one.excess, one.compared) for one in found] == [(None, 0), (None, 0)]
    assert found[0] == MemberGap(1, ScoreGap(1, 1, 1, Fraction(2)), 0, None, None, None, None)


def test_members_stand_the_farthest_first_then_by_member_and_those_compared_with_nobody_last() -> None:
    taken = {4: "3", 3: "1", 2: "1", 1: "1"}
    rows = [adjusted(member, "9", str(9 - Decimal(lost)), member=member) for member, lost in taken.items()]
    alone = [adjusted(1, "2", "0", criterion=member, member=member) for member in (9, 8)]
    found = member_gaps([*alone, *rows])
    assert [(one.member, one.excess) for one in found] == [
        (4, 2),
        *((member, Fraction(-2, 3)) for member in (1, 2, 3)),
        (8, None),
        (9, None),
    ]
    assert found[0] == MemberGap(
        4, ScoreGap(1, 1, 1, Fraction(3)), 1, Fraction(3), Fraction(1), Fraction(1), Fraction(1)
    )


def test_members_who_differ_in_nothing_stand_after_those_who_differ_a_little() -> None:
    alike = [adjusted(1, "2", "1", criterion=1, member=member) for member in (1, 2)]
    apart = [adjusted(1, "2", council, criterion=2, member=member) for member, council in ((3, "1"), (4, "0.75"))]
    assert [(one.member, one.excess) for one in member_gaps([*alike, *apart])] == [
        (3, Fraction(-1, 4)),
        (4, Fraction(1, 4)),
        (1, 0),
        (2, 0),
    ]


def test_what_a_member_decided_without_points_counts_as_decided_but_is_compared_with_nothing() -> None:
    rows = [adjusted(1, "2", None, member=1), adjusted(2, "2", "1", member=1), adjusted(3, "2", "2", member=2)]
    nobody = ComparedDecision(4, 1, Decimal(2), Decimal(0), True, 1, None)
    found = {one.member: one for one in member_gaps([*rows, nobody])}
    assert set(found) == {1, 2}
    assert (found[1].gap.decided, found[1].compared, found[1].excess) == (2, 1, Fraction(1))


@some
@given(DECISIONS)
def test_members_are_compared_as_written_out_the_long_way(rows: list[ComparedDecision]) -> None:
    measured = [
        (d, Fraction(d.own - d.council))
        for d in rows
        if d.member is not None and d.own is not None and d.council is not None
    ]
    for found in member_gaps(rows):
        kept: list[Fraction] = []
        expected, share, own_adjusted = Fraction(0), Fraction(0), 0
        for one, taken in ((d, taken) for d, taken in measured if d.member == found.member):
            others = [(d, t) for d, t in measured if d.criterion == one.criterion and d.member != one.member]
            if others:
                kept.append(taken)
                own_adjusted += one.adjusted
                expected += sum((t for _, t in others), Fraction(0)) / len(others)
                share += Fraction(sum(d.adjusted for d, _ in others), len(others))
        assert found.compared == len(kept)
        if kept:
            assert found.excess == (sum(kept, Fraction(0)) - expected) / len(kept)
            assert found.expected_share == share / len(kept)
            assert found.compared_share == Fraction(own_adjusted, len(kept))


@some
@given(DECISIONS)
def test_rows_without_a_difference_are_no_contradiction(rows: list[ComparedDecision]) -> None:
    same = [d._replace(own=Decimal(2), council=Decimal(1)) for d in rows]
    assert contradictions(same) == []
    assert not rows or contradiction(same) is None
