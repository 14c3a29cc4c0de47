"""More than half of all members, present or not."""

import pytest

from appraisal.council.votes.majority import VoteCount, has_quorum


@pytest.mark.parametrize(
    ("in_favour", "electorate", "passed"),
    [(5, 10, False), (6, 10, True), (5, 9, True), (4, 9, False), (1, 1, True), (0, 0, False)],
)
def test_more_than_half_of_all_members_agree(in_favour: int, electorate: int, passed: bool) -> None:
    assert VoteCount(in_favour, 0, 0, electorate).is_passed is passed


def test_those_who_are_silent_agree_to_nothing() -> None:
    counted = VoteCount(5, 0, 0, 10, open=0)
    assert not counted.is_passed
    assert counted.silent == 5


@pytest.mark.parametrize(
    ("counted", "settled"),
    [
        (VoteCount(6, 0, 0, 10, open=4), True),  # passed whatever comes
        (VoteCount(5, 0, 0, 10, open=1), False),
        (VoteCount(4, 5, 0, 10, open=1), True),  # at most five
        (VoteCount(0, 0, 0, 10, open=10), False),
    ],
)
def test_when_no_further_vote_changes_the_end(counted: VoteCount, settled: bool) -> None:
    assert counted.is_settled is settled


@pytest.mark.parametrize(("present", "of", "enough"), [(5, 10, False), (6, 10, True), (5, 9, True), (0, 0, False)])
def test_a_meeting_needs_more_than_half(present: int, of: int, enough: bool) -> None:
    assert has_quorum(present, of) is enough
