"""The analysis: rank ranges, influence, lost points, perception gap – each against what can be told by hand."""

import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib.commands import CommandRefused
from criteria.models import RoundGroup
from results import ranking
from results.analysis import queries
from results.analysis.gaps import gaps
from results.analysis.influence import influences
from results.analysis.losses import CAUSES, LossCell, losses
from results.analysis.ranges import DrawnUnit, RankRange, ranges, ranks
from results.ranking import LeafStanding, Policies, TreeRow
from results.tests.factories import block as scored_block
from results.tests.factories import give
from surveys import tally
from surveys.batches import actions as batches
from surveys.tests.factories import asked_group, ballot_rows, csv_file


class TestRanks:
    @given(st.lists(st.lists(st.integers(0, 4), min_size=5, max_size=5), min_size=1, max_size=4), st.booleans())
    def test_agree_with_counting_who_is_better(self, rows: list[list[int]], dense: bool) -> None:
        found = ranks(np.array(rows, dtype=float), dense=dense).tolist()
        for row, places in zip(rows, found, strict=True):
            better = [{x for x in row if x > value} if dense else [x for x in row if x > value] for value in row]
            assert places == [1 + len(above) for above in better]


class TestRanges:
    def test_without_any_error_a_rank_stands(self) -> None:
        units = [DrawnUnit(80, 100), DrawnUnit(90, 100), DrawnUnit(80, 100)]
        assert ranges(units, 50, 1) == [RankRange(2, 2, 2, 2, 2), RankRange(1, 1, 1, 1, 1), RankRange(2, 2, 2, 2, 2)]

    def test_units_within_their_error_change_places(self) -> None:
        near = [DrawnUnit(80.0, 100, 20, 30, 1.0), DrawnUnit(80.2, 100, 20, 30, 1.0), DrawnUnit(60, 100, 20, 30, 1.0)]
        first, second, third = ranges(near, 4_000, 7)
        assert (first.low, first.high) == (second.low, second.high) == (1, 2)
        assert third == RankRange(3, 3, 3, 3, 3)

    def test_the_share_of_draws_is_that_of_the_normal_law(self) -> None:
        """Two units half a standard error of their difference apart: the better one is behind in 30.85 % of draws."""
        gap = 0.5 * 2**0.5
        drawn = [DrawnUnit(80.0, 100, 15, 30, 1.0), DrawnUnit(80.0 + gap, 100, 15, 30, 1.0)]
        count = 40_000
        behind = sum(ranges(drawn, 1, seed)[1].best == 2 for seed in range(2_000))
        assert abs(behind / 2_000 - 0.3085) < 0.04
        assert ranges(drawn, count, 3) == ranges(drawn, count, 3)

    def test_an_open_cell_may_be_anything_up_to_its_maximum(self) -> None:
        units = [DrawnUnit(50, 100, open_cells=(20.0,)), DrawnUnit(60, 100), DrawnUnit(75, 100)]
        assert ranges(units, 2_000, 1)[0] == RankRange(2, 2, 2, 3, 3)

    def test_points_stay_within_the_survey_half(self) -> None:
        units = [DrawnUnit(99.9, 100, 29.9, 30, 50.0), DrawnUnit(100.0, 100), DrawnUnit(70.1, 100)]
        found = ranges(units, 2_000, 1)[0]
        assert (found.best, found.worst) == (1, 3)  # never above 100: at best equal to the second

    def test_no_units_no_ranges(self) -> None:
        assert ranges([], 100, 1) == []


def leaf(code: str, maximum: int, source: str = "self", kind: str = "normal") -> TreeRow:
    return TreeRow(code, None, True, source, kind, Decimal(maximum))


def standings(**points: tuple[str, ...]) -> dict[str, dict[str, LeafStanding]]:
    """Unit → its points on the leaves 1, 2, …"""
    return {
        unit: {str(n): LeafStanding(ranking.SCORED, Decimal(text)) for n, text in enumerate(texts, start=1)}
        for unit, texts in points.items()
    }


class TestInfluence:
    ROWS = (leaf("1", 10), leaf("2", 10), leaf("3", 5))
    CELLS = standings(A=("10", "2", "5"), B=("5", "6", "5"), C=("1", "9", "5"))

    def test_ranks_change_without_a_leaf(self) -> None:
        first, second, third = influences(self.ROWS, Policies(), self.CELLS)  # A 17, B 16, C 15
        assert (first.moved, first.largest_move) == (2, 2)  # without 1: C 14, B 11, A 7
        assert (second.moved, second.largest_move) == (0, 0)
        assert (third.moved, third.all_at_maximum) == (0, True)
        assert not first.all_at_maximum

    def test_shares_of_the_spread_add_up_to_one(self) -> None:
        shares = [one.share_of_spread or 0 for one in influences(self.ROWS, Policies(), self.CELLS)]
        assert sum(shares) == pytest.approx(1)
        assert shares[2] == 0

    def test_a_leaf_that_repeats_another(self) -> None:
        cells = {f"U{n}": standings(U=(str(n), str(2 * n), str(n % 3)))["U"] for n in range(1, 10)}
        first, second, third = influences((leaf("1", 9), leaf("2", 18), leaf("3", 2)), Policies(), cells)
        assert (first.repeats, second.repeats, third.repeats) == (("2",), ("1",), ())

    def test_few_units_repeat_nothing(self) -> None:
        assert all(one.repeats == () for one in influences(self.ROWS, Policies(), self.CELLS))

    def test_a_leaf_nobody_has_points_on(self) -> None:
        rows = (*self.ROWS, leaf("9", 4))
        assert influences(rows, Policies(), self.CELLS)[-1].mean is None


class TestLosses:
    def cell(self, points: str, own: str | None = None, *, surveyed: bool = False, reason: str = "") -> LossCell:
        return LossCell(
            "SNV", "1", Decimal(2), Decimal(points), None if own is None else Decimal(own), surveyed, reason
        )

    @pytest.mark.parametrize(
        ("points", "own", "reason", "told"),
        [
            ("2", "2", "", {}),
            ("1", "1", "", {"unclaimed": 1}),
            ("0.5", "1.5", "thieu-tai-lieu", {"unclaimed": 0.5, "paper": 1}),
            ("0", "2", "chua-hoan-thanh", {"performance": 2}),
            ("0", "2", "ket-luan-hoi-dong", {"other": 2}),
            ("1.5", "1", "chap-nhan-giai-trinh", {"unclaimed": 0.5}),
            ("1", None, "", {"unclaimed": 1}),
        ],
    )
    def test_every_lost_point_has_one_cause(self, points: str, own: str | None, reason: str, told: object) -> None:
        counted = losses([self.cell(points, own, reason=reason)])
        assert {cause: float(lost) for cause, lost in counted.by_cause.items() if lost} == told
        assert counted.total == 2 - Decimal(points)

    def test_the_survey_is_its_own_cause(self) -> None:
        assert losses([self.cell("1.2", surveyed=True)]).by_cause["survey"] == Decimal("0.8")

    def test_reasons_are_counted_by_cells(self) -> None:
        counted = losses([self.cell("1", "2", reason="cham-tien-do"), self.cell("2", "2", reason="cham-tien-do")])
        assert (dict(counted.by_reason), dict(counted.cells_by_reason)) == (
            {"cham-tien-do": Decimal(1)},
            {"cham-tien-do": 1},
        )
        assert set(counted.by_unit["SNV"]) == set(CAUSES)


def test_a_gap_needs_both_halves() -> None:
    rows = [
        ("A", "1", False, Decimal(9), Decimal(10)),
        ("A", "1", True, Decimal(3), Decimal(4)),
        ("A", "2", False, Decimal(5), Decimal(5)),
    ]
    found = {(one.unit, one.area): one.gap for one in gaps(rows)}
    assert found == {("A", "1"): Fraction(15), ("A", ""): Fraction(14, 15) * 100 - 75}


class TestSamplingErrors:
    def test_of_one_question_is_the_standard_error_of_a_mean(self) -> None:
        shares = np.zeros(256)
        shares[[1, 2, 3]] = 0, 0.5, 1
        answers = np.array([[1], [2], [3], [3], [0]], dtype=np.uint8)
        (variance,) = tally.variances(np.zeros(5, dtype=int), answers, shares, np.array([[4.0]]))
        values = np.array([0, 0.5, 1, 1]) * 4
        # The blank ballot tells nothing, but is one of five: n / (n − 1) of all ballots.
        assert variance == pytest.approx(((values - values.mean()) ** 2).sum() / 16 * 5 / 4)

    def test_answers_of_one_person_go_together(self) -> None:
        """Two questions that each ballot answers alike have twice the error, not √2 of it."""
        shares = np.zeros(256)
        shares[1], shares[2] = 0, 1
        one = np.array([[1], [2], [2], [1]], dtype=np.uint8)
        index = np.zeros(4, dtype=int)
        (single,) = tally.variances(index, one, shares, np.ones((1, 1)))
        (double,) = tally.variances(index, np.repeat(one, 2, axis=1), shares, np.ones((1, 2)))
        assert double == pytest.approx(4 * single)

    def test_agrees_with_asking_again(self) -> None:
        """Against a bootstrap of the ballots: the same error within its own noise."""
        generator = np.random.default_rng(5)
        answers = generator.integers(1, 6, (400, 3)).astype(np.uint8)
        shares = np.zeros(256)
        shares[1:6] = np.linspace(0, 1, 5)
        worth = np.array([2.0, 1.0, 0.5])
        (variance,) = tally.variances(np.zeros(400, dtype=int), answers, shares, worth[None, :])
        points = shares[answers] @ worth
        again = [points[generator.integers(0, 400, 400)].mean() for _ in range(4_000)]
        assert variance**0.5 == pytest.approx(np.std(again), rel=0.06)


@pytest.mark.django_db
class TestOfABlock:
    @pytest.fixture
    def block(self) -> RoundGroup:
        block = scored_block("SNV", "STC", "STP")
        give(block, {"SNV": {"1": "60"}, "STC": {"1": "60"}, "STP": {"1": "30"}})
        asked_group(block, "2", code="dan", name="Người dân", position=1)
        ballots = [(f"P{n}", "SNV", 1 + n % 2) for n in range(20)] + [(f"Q{n}", "STC", 1 + n % 3) for n in range(20)]
        batches.import_ballots(
            actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(ballot_rows(*ballots, headings="2"))
        )
        return block

    def test_tells_all_four(self, block: RoundGroup) -> None:
        told = queries.analysis(block, draws=500, seed=1)
        assert [line["unit"] for line in told["rank_ranges"]] == ["SNV", "STC", "STP"]
        by_unit = {line["unit"]: line for line in told["rank_ranges"]}
        assert by_unit["SNV"]["survey_error"] > 0
        assert (by_unit["STP"]["rank"], by_unit["STP"]["open_cells"]) == (None, 1)
        assert {one["criterion"] for one in told["influence"]} == {"1", "2"}
        lost = told["lost_points"]
        assert Decimal(lost["total"]) == sum(Decimal(part) for part in lost["by_cause"].values())
        assert Decimal(lost["by_cause"]["unclaimed"]) == 5 + 5 + 35
        # Each leaf is an area of its own here: only the whole unit has both halves.
        assert {(gap["unit"], gap["area"]) for gap in told["perception_gap"]} == {("SNV", ""), ("STC", "")}

    def test_the_command_prints_it_and_repeats_itself(
        self, block: RoundGroup, capsys: pytest.CaptureFixture[str]
    ) -> None:
        options = ("--year", "2031", "--group", "so", "--draws", "200", "--seed", "3", "--format", "json")
        call_command("analyse_index", *options)
        first = capsys.readouterr().out
        call_command("analyse_index", *options)
        assert capsys.readouterr().out == first
        assert json.loads(first)["draws"] == 200

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (("--year", "1999", "--group", "so"), "Không có kỳ 1999"),
            (("--year", "2031", "--group", "khong"), "Không có khối “khong”"),
            (("--year", "2031", "--group", "so", "--draws", "0"), "--draws: từ 1"),
            (("--year", "2031", "--group", "so", "--seed", "-1"), "--seed"),
        ],
    )
    def test_what_it_refuses(self, block: RoundGroup, options: tuple[str, ...], told: str) -> None:
        with pytest.raises(CommandRefused, match=told):
            call_command("analyse_index", *options)


@pytest.mark.django_db
def test_a_block_without_units_has_nothing_to_tell() -> None:
    told = queries.analysis(scored_block(), draws=10, seed=1)
    assert (told["rank_ranges"], told["influence"], told["perception_gap"]) == ([], [], [])
