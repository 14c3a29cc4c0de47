"""The attack on small cells: all that a reader is shown, as equations, solved for every part that is not told."""

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup, Stage
from surveys import suppression
from surveys.analysis.queries import survey_of
from surveys.batches import actions as batches
from surveys.models import AnswerOption, ImportBatch, Survey, SurveyScore, Tally
from surveys.plan.queries import worth_of
from surveys.scores import queries as scores
from surveys.scores.actions import tell_due
from surveys.scores.adjusting import adjusted, people_of
from surveys.suppression import CellPart, untold
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round, uneven_scale
from units.models import Role
from units.tests.factories import person

Unknown = tuple[int, int, int, int]
"""Group, unit, criterion, answer value: how many gave this answer."""
Equation = tuple[dict[Unknown, Fraction], Fraction]


def determined(equations: list[Equation], unknowns: set[Unknown]) -> set[Unknown]:
    """Which unknowns the equations give away: their unit vector lies in the span of the rows (exact elimination)."""
    columns = sorted({one for row, _ in equations for one in row} | unknowns)
    place = {one: at for at, one in enumerate(columns)}
    reduced: dict[int, dict[int, Fraction]] = {}
    for row, _ in equations:
        line = _reduce({place[one]: worth for one, worth in row.items() if worth}, reduced)
        if line:
            pivot = min(line)
            line = {at: worth / line[pivot] for at, worth in line.items()}
            for other, standing in reduced.items():
                if pivot in standing:
                    reduced[other] = _minus(standing, line, standing[pivot])
            reduced[pivot] = line
    return {one for one in unknowns if reduced.get(place[one]) == {place[one]: Fraction(1)}}


def _reduce(line: dict[int, Fraction], reduced: dict[int, dict[int, Fraction]]) -> dict[int, Fraction]:
    for pivot in sorted(line.keys() & reduced.keys()):
        if pivot in line:
            line = _minus(line, reduced[pivot], line[pivot])
    return line


def _minus(line: dict[int, Fraction], other: dict[int, Fraction], times: Fraction) -> dict[int, Fraction]:
    result = dict(line)
    for at, worth in other.items():
        result[at] = result.get(at, Fraction(0)) - times * worth
        if not result[at]:
            del result[at]
    return result


class Reader:
    """What one who reads the survey's pages and exports knows of a block: numbers of answers, what is told of each
    part, the points, those by people, the plan's weights and scales, least n."""

    def __init__(self, block: RoundGroup):
        self.block = block
        self.worth = worth_of(block)
        self.tallies = list(Tally.objects.filter(respondent_group__survey__round_group=block).order_by("pk"))
        self.least_n = Survey.objects.get(round_group=block).least_n or 1
        self.points = {(s.unit_id, s.criterion_id): s for s in SurveyScore.objects.filter(round_group=block)}
        self.maxima = {leaf.pk: leaf.max_points for leaf in block.criteria_set.criteria.all()}
        self.told = {
            (spread.group.pk, unit.pk, leaf.pk): spread
            for unit in block.group.units.all()
            for leaf, _, spreads in scores.spreads(block, unit)
            for spread in spreads
        }
        self.untold = {key for key, spread in self.told.items() if spread.levels is None}

    def unknowns(self) -> set[Unknown]:
        return {(*key, value) for key in self.untold for value in self.worth[key[0], key[2]]}

    def equations(self) -> Iterator[Equation]:
        for tally in self.tallies:
            group, _, leaf = key = (tally.respondent_group_id, tally.unit_id, tally.criterion_id)
            values = self.worth[group, leaf]
            yield {(*key, value): Fraction(1) for value in values}, Fraction(tally.answered)
            if key not in self.untold:
                for value in values:
                    yield {(*key, value): Fraction(1)}, Fraction(tally.counts.get(str(value), 0))
        yield from self._points()
        yield from self._by_people()

    def _by_people(self) -> Iterator[Equation]:
        """Points by people are the same sum by other weights, which the plan shows."""
        people = people_of(self.block)
        for (unit, leaf), made in adjusted(self.block).items():
            parts = [tally for tally in self.tallies if (tally.unit_id, tally.criterion_id) == (unit, leaf)]
            weights = {part.respondent_group_id: Fraction(people[part.respondent_group_id, unit]) for part in parts}
            yield self._mean_of(parts, weights), Fraction(made.formula.points) / Fraction(self.maxima[leaf])

    def _points(self) -> Iterator[Equation]:
        """Points of a cell = maximum × Σ weight × mean ÷ Σ weights, over the groups that enter."""
        cells: dict[tuple[int, int], list[Tally]] = {}
        for tally in self.tallies:
            counted = sum(n for v, n in tally.counts.items() if self._share(tally, int(v)) is not None)
            if counted >= self.least_n:
                cells.setdefault((tally.unit_id, tally.criterion_id), []).append(tally)
        for (unit, leaf), parts in cells.items():
            row = self._mean_of(parts, {p.respondent_group_id: Fraction(p.respondent_group.weight) for p in parts})
            score = self.points[unit, leaf].points
            assert score is not None
            yield dict.fromkeys(row, Fraction(1)), Fraction(self.points[unit, leaf].ballots or 0)
            yield row, Fraction(score) / Fraction(self.maxima[leaf])

    def _mean_of(self, parts: list[Tally], weights: dict[int, Fraction]) -> dict[Unknown, Fraction]:
        row: dict[Unknown, Fraction] = {}
        total = sum(weights.values(), Fraction(0))
        for part in parts:
            group, unit, leaf = part.respondent_group_id, part.unit_id, part.criterion_id
            counted = sum(n for v, n in part.counts.items() if self._share(part, int(v)) is not None)
            for value in self.worth[group, leaf]:
                share = self._share(part, value)
                if share is not None:
                    row[group, unit, leaf, value] = weights[group] / total / counted * Fraction(share)
        return row

    def _share(self, tally: Tally, value: int) -> Decimal | None:
        return self.worth[tally.respondent_group_id, tally.criterion_id][value][1]

    def solved(self) -> set[Unknown]:
        return determined(list(self.equations()), self.unknowns())


def fill(block: RoundGroup, group: str, sizes: dict[str, int], seed: int, prefix: str = "") -> ImportBatch:
    dice = random.Random(seed)
    rows = [
        (f"{prefix}{group}-{unit}-{n}", unit, dice.randint(1, 4), dice.randint(1, 4))
        for unit, size in sizes.items()
        for n in range(size)
    ]
    outcome = batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents=group, source=csv_file(ballot_rows(*rows))
    )
    assert outcome.batch is not None
    return outcome.batch


@pytest.fixture
def block(db: None) -> RoundGroup:
    """Two units, three groups of different weight; the second unit has a small part beside two large ones."""
    block = surveyed_round()
    for code, weight in (("dan", 3), ("hdnd", 2), ("cong-chuc", 1)):
        asked_group(block, code=code, weight=Decimal(weight))
    return block


def fill_all(block: RoundGroup) -> None:
    fill(block, "dan", {"SNV": 12, "STC": 2}, 1)
    fill(block, "hdnd", {"SNV": 3, "STC": 8}, 2)
    fill(block, "cong-chuc", {"SNV": 9, "STC": 7}, 3)


def set_rule(block: RoundGroup, small: int | None) -> None:
    Survey.objects.filter(round_group=block).update(least_n=small, small_cell=small)


@pytest.mark.parametrize("rule", [None, 5])
def test_nothing_untold_is_determined(block: RoundGroup, rule: int | None) -> None:
    """By the installation's own threshold, and by the plan's rule with its least n."""
    set_rule(block, rule)
    fill_all(block)
    reader = Reader(block)
    small = {key for key in reader.untold if reader.told[key].answered < 5}
    assert len(small) == 4  # two small parts × two criteria
    assert reader.solved() == set()
    if rule:
        assert reader.untold == small  # a small part gives no points, so no other has to be kept beside it


def test_many_answers_of_which_few_count_are_few(block: RoundGroup) -> None:
    """Ten answers, eight of them "không biết": the mean would be that of two people."""
    AnswerOption.objects.create(scale=uneven_scale(block.round), value=5, label="Không biết", share=None)
    fill(block, "dan", {"SNV": 12}, 1)
    fill(block, "cong-chuc", {"SNV": 9}, 3)
    rows = [(f"H{n}", "SNV", 5 if n < 8 else n - 7, 5 if n < 8 else n - 5) for n in range(10)]
    batches.import_ballots(actor=None, round_group_id=block.pk, respondents="hdnd", source=csv_file(ballot_rows(*rows)))
    reader = Reader(block)
    few = {key for key, spread in reader.told.items() if spread.group.code == "hdnd" and spread.answered}
    assert len(few) == 2  # criteria
    assert few < reader.untold
    assert reader.solved() == set()
    assert not any(mean_is_determined(reader, key) for key in reader.untold)
    from surveys.analysis.exports import named  # inline: start-up cost

    numbers = {line["Nhóm đối tượng"]: line["Số phiếu trả lời"] for line in named(block).to_dict("records")[:3]}
    assert numbers["Nhóm hdnd"] == 10  # what the page says: beside it, two would tell the eight


def test_negative_control_without_the_second_part_everything_follows(
    block: RoundGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the small parts untold, as before: points and the other groups give their mean away."""
    fill_all(block)
    plain = suppression.untold
    monkeypatch.setattr(
        scores,
        "untold",
        lambda parts, **rule: {g: why for g, why in plain(parts, **rule).items() if why == suppression.SMALL},
    )
    reader = Reader(block)
    means = {key: mean_is_determined(reader, key) for key in reader.untold}
    assert means
    assert all(means.values())


def test_with_the_rule_off_everything_is_told(block: RoundGroup, settings: Any) -> None:
    settings.SURVEY_SMALL_CELL = 0
    fill_all(block)
    reader = Reader(block)
    everything = {(*key, value) for key in reader.told for value in reader.worth[key[0], key[2]]}
    assert reader.untold == set()
    assert determined(list(reader.equations()), everything) == everything


def test_no_mean_of_an_untold_part_is_determined(block: RoundGroup) -> None:
    fill_all(block)
    reader = Reader(block)
    assert not any(mean_is_determined(reader, key) for key in reader.untold)


def mean_is_determined(reader: Reader, key: tuple[int, int, int]) -> bool:
    """Whether the part's sum of shares follows: it is added as a number of its own and asked for."""
    total: Unknown = (*key, 0)
    row = {(*key, value): Fraction(share or 0) for value, (_, share) in reader.worth[key[0], key[2]].items()}
    equations = [*reader.equations(), ({**row, total: Fraction(-1)}, Fraction(0))]
    return bool(determined(equations, {total}))


def test_the_export_tells_no_more_than_the_page(block: RoundGroup) -> None:
    from surveys.analysis.exports import named  # inline: start-up cost

    fill_all(block)
    untold_parts = Reader(block).untold
    table, survey = named(block), survey_of(block)
    for line in table.to_dict("records"):
        key = (
            next(pk for pk, group in survey.groups.items() if group.name == line["Nhóm đối tượng"]),
            next(pk for pk, unit in survey.units.items() if unit.code == line["Mã đơn vị"]),
            next(pk for pk, leaf in survey.criteria.items() if leaf.code == line["Mã tiêu chí"]),
        )
        assert (line["Mức đạt trung bình (%)"] != line["Mức đạt trung bình (%)"]) == (key in untold_parts)


# --- two versions -----------------------------------------------------------------------------------


def close(block: RoundGroup) -> None:
    hours = {"name": "survey", "title": "Điều tra", "position": 1, "closes_at": clock.now()}
    Stage.objects.update_or_create(round=block.round, kind=Stage.Kind.SURVEY, defaults=hours)
    tell_due()


def test_one_more_ballot_makes_no_second_version(block: RoundGroup) -> None:
    set_rule(block, 5)
    fill(block, "dan", {"SNV": 12}, 1)
    with pytest.raises(Refused, match="1 phiếu"):
        fill(block, "dan", {"SNV": 1}, 7, prefix="x")
    fill(block, "dan", {"SNV": 5, "STC": 2}, 7, prefix="x")  # as many as the rule asks for, and a unit not told yet


def test_nor_does_one_taken_away(block: RoundGroup) -> None:
    fill(block, "dan", {"SNV": 12}, 1)
    one = fill(block, "dan", {"SNV": 1}, 7, prefix="x")
    set_rule(block, 5)
    with pytest.raises(Refused, match="1 phiếu"):
        batches.undo_batch(actor=None, batch_id=one.pk, reason="nhầm")


def test_negative_control_without_the_plans_rule_versions_come_as_they_come(block: RoundGroup) -> None:
    fill(block, "dan", {"SNV": 12}, 1)
    before = {tally.criterion_id: tally.counts for tally in Tally.objects.all()}
    fill(block, "dan", {"SNV": 1}, 7, prefix="x")
    after = {tally.criterion_id: tally.counts for tally in Tally.objects.all()}
    changed = [{v: after[leaf].get(v, 0) - before[leaf].get(v, 0) for v in after[leaf]} for leaf in before]
    assert [sum(one.values()) for one in changed] == [1, 1]  # what the thirteenth person said, by subtraction


@pytest.mark.parametrize("opens_in_days", [0, 7])
def test_while_ballots_come_in_pages_tell_coverage_only(block: RoundGroup, opens_in_days: int) -> None:
    """Under the plan's rule, as long as the phase is open or still to open: afterwards there is one version."""
    set_rule(block, 5)
    fill(block, "dan", {"SNV": 12}, 1)
    page = Client()
    page.force_login(person(Role.OBSERVER))
    unit = block.group.units.get(code="SNV")
    addresses = [reverse("surveys:scores", args=[block.pk]), reverse("surveys:unit-scores", args=[block.pk, unit.pk])]
    table = reverse("surveys:analysis", args=[block.pk, "csv"])
    opens = clock.now() + timedelta(days=opens_in_days)
    hours = {"name": "survey", "title": "Điều tra", "position": 1, "opens_at": opens}
    Stage.objects.update_or_create(round=block.round, kind=Stage.Kind.SURVEY, defaults=hours)
    for address in addresses:
        assert "khi giai đoạn điều tra đóng" in page.get(address).content.decode()
        assert "Rất tốt" not in page.get(address).content.decode()
    assert page.get(table).status_code == 403
    Stage.objects.update(opens_at=clock.now())
    close(block)
    assert "Rất tốt" in page.get(addresses[1]).content.decode()
    assert page.get(table).status_code == 200


# --- the rule itself --------------------------------------------------------------------------------

numbers = st.integers(0, 12)
cells = st.lists(st.tuples(numbers, numbers), max_size=5).map(
    lambda given_: [CellPart(group, max(a, b), min(a, b)) for group, (a, b) in enumerate(given_)]
)


@given(cells, st.integers(0, 8), st.integers(1, 8))
def test_of_the_parts_that_enter_never_exactly_one_is_untold(parts: list[CellPart], small: int, least_n: int) -> None:
    away = untold(parts, small=small, least_n=least_n)
    assert all(part.group in away for part in parts if 0 < part.given < small or 0 < part.counted < small)
    entering = [part for part in parts if part.counted >= least_n]
    kept = [part for part in entering if part.group in away]
    assert len(kept) != 1 or len(entering) == 1
    if least_n >= small:
        assert suppression.BESIDE not in away.values()
    assert untold(parts, small=0, least_n=least_n) == {}


def test_the_formula_of_a_cell_is_shown_only_where_every_group_is(block: RoundGroup) -> None:
    fill(block, "dan", {"SNV": 12, "STC": 2}, 1)
    fill(block, "hdnd", {"SNV": 6, "STC": 8}, 2)
    page = Client()
    page.force_login(person(Role.OBSERVER))
    told, kept = (
        page.get(reverse("surveys:unit-scores", args=[block.pk, block.group.units.get(code=code).pk])).content.decode()
        for code in ("SNV", "STC")
    )
    assert "Khoảng tin cậy 95%" in told
    assert "n = 12" in told
    assert "÷ 5 =" in told  # the weights of both groups
    assert "Công thức" not in kept
