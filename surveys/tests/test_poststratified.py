"""Points by people: the arithmetic against a program of its own, and where the plan may have them told."""

import csv
import io
import statistics
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import quantize, vn
from criteria.models import RoundGroup
from criteria.tests.factories import RoundFactory, RoundGroupFactory
from surveys.analysis.exports import rows_zip
from surveys.models import Ballot, GroupPeople, RespondentGroup, SurveyScore
from surveys.plan.actions import copy_plan
from surveys.planning import actions as planning
from surveys.poststratified import Stratum, poststratified
from surveys.scores import adjusting
from surveys.scores.adjusting import adjusted
from surveys.tally import GroupAnswers, score
from surveys.tests.factories import asked_group, surveyed_round
from surveys.tests.test_suppression import Reader, fill, mean_is_determined, set_rule
from units.models import Role
from units.tests.factories import person

SHARES = {1: Decimal(1), 2: Decimal("0.6"), 3: Decimal("0.2"), 4: Decimal(0), 5: None}
TWO = Decimal(2)
answers = st.fixed_dictionaries({value: st.integers(0, 30) for value in SHARES})
sizes = st.integers(1, 100_000)


def stratum(counts: dict[int, int], people: int | None, weight: str = "1") -> Stratum:
    return Stratum("nhóm", people, GroupAnswers(counts, SHARES, Decimal(weight)))


def said_of(counts: Mapping[int, int]) -> list[float]:
    """The share that each answer is worth, of those that enter the mean."""
    return [float(share) for v, n in counts.items() if (share := SHARES[v]) is not None for _ in range(n)]


def by_ballot(strata: list[Stratum]) -> float:
    """Every ballot stands for its group's people ÷ ballots: the mean of all, ballot by ballot."""
    lines = []
    for one in strata:
        assert one.answers is not None
        worth = said_of(one.answers.counts)
        lines += [(value, (one.people or 0) / len(worth)) for value in worth]
    return sum(value * stands for value, stands in lines) / sum(stands for _, stands in lines)


def error_by_ballot(strata: list[Stratum]) -> float:
    total, spread = sum(one.people or 0 for one in strata), 0.0
    for one in strata:
        assert one.answers is not None
        worth = said_of(one.answers.counts)
        spread += ((one.people or 0) / total) ** 2 * statistics.variance(worth) / len(worth)
    return float(spread**0.5)


@pytest.mark.once
def test_a_hundred_surveys_by_a_program_of_its_own() -> None:
    dice = Random(20261129)
    for _ in range(100):
        strata = [
            stratum({v: dice.randint(1, 9) for v in SHARES}, dice.randint(1, 50_000), str(dice.randint(1, 9)))
            for _ in range(dice.randint(1, 5))
        ]
        made = poststratified(TWO, strata)
        assert made is not None
        assert float(made.points) == pytest.approx(2 * by_ballot(strata), abs=5.1e-5)
        assert made.error == pytest.approx(2 * error_by_ballot(strata))


@pytest.mark.once
@given(st.lists(answers, min_size=1, max_size=4))
def test_where_everybody_answered_it_is_the_plain_mean_of_all(counts: list[dict[int, int]]) -> None:
    strata = [stratum(one, sum(n for v, n in one.items() if v != 5)) for one in counts]
    everybody = [Fraction(SHARES[v] or 0) for one in counts for v, n in one.items() if v != 5 for _ in range(n)]
    made = poststratified(TWO, strata)
    if everybody:
        assert made is not None
        assert made.points == quantize(2 * sum(everybody, Fraction(0)) / len(everybody))
    else:
        assert made is None


@pytest.mark.once
@given(st.lists(st.tuples(answers.filter(lambda one: any(n for v, n in one.items() if v != 5)), sizes), min_size=1))
def test_only_proportions_count_and_the_mean_lies_among_the_groups(drawn: list[tuple[dict[int, int], int]]) -> None:
    made = poststratified(TWO, [stratum(one, people) for one, people in drawn])
    tenfold = poststratified(TWO, [stratum(one, 10 * people, "7") for one, people in drawn])
    assert made is not None
    assert tenfold is not None
    assert made.points == tenfold.points  # nor do the plan's weights
    means = [term.mean for term in made.terms]
    assert quantize(2 * min(means)) <= made.points <= quantize(2 * max(means))
    by_weight = score(TWO, [GroupAnswers(one, SHARES, Decimal(people)) for one, people in drawn])
    assert by_weight is not None
    assert made.points == by_weight.points  # what official points would be by these weights


FULL = {1: 6, 2: 4}


@pytest.mark.once
@pytest.mark.parametrize(
    ("strata", "more"),
    [
        ([], {}),
        ([stratum(FULL, None)], {}),  # the plan says nothing of one
        ([stratum(FULL, 10), stratum(FULL, None)], {}),
        ([stratum(FULL, 10), Stratum("vắng", 10, None)], {}),  # has people, and nobody answered
        ([stratum(FULL, 10), stratum({1: 4}, 10)], {"least_n": 5}),
        ([stratum(FULL, 10), stratum({5: 9}, 10)], {}),  # nine who do not know
        ([stratum(FULL, 0)], {}),
        ([stratum(FULL, 10)], {"figure": Fraction(1, 2)}),  # a figure for nobody knows how many
    ],
)
def test_nothing_is_made_up(strata: list[Stratum], more: dict[str, Any]) -> None:
    assert poststratified(TWO, strata, **more) is None


@pytest.mark.once
def test_a_group_without_people_counts_nowhere_and_a_figure_by_its_people() -> None:
    absent = [stratum(FULL, 10), stratum({4: 9}, 0), Stratum("vắng", 0, None)]
    assert (made := poststratified(TWO, absent)) is not None
    assert made.points == Decimal("1.68")
    assert (made := poststratified(TWO, [stratum(FULL, 30)], Fraction(1, 2), 10)) is not None
    assert made.points == Decimal("1.51")  # 2 × (30 × 84 % + 10 × 50 %) ÷ 40
    assert [term.weight for term in made.terms] == [30, 10]


# --- told beside the official points ----------------------------------------------------------------


@pytest.fixture
def block(db: None) -> RoundGroup:
    """Two units and two groups; all parts of SNV are told, one of STC is small."""
    block = surveyed_round()
    for code, weight in (("dan", 3), ("hdnd", 2)):
        asked_group(block, code=code, weight=Decimal(weight))
    fill(block, "dan", {"SNV": 12, "STC": 2}, 1)
    fill(block, "hdnd", {"SNV": 11, "STC": 8}, 2)
    return block


def count_people(block: RoundGroup, **people: int) -> None:
    for group in RespondentGroup.objects.filter(survey__round_group=block):
        for unit in block.group.units.all():
            GroupPeople.objects.create(respondent_group=group, unit=unit, people=people[group.code])


def page_of(block: RoundGroup, code: str) -> str:
    client = Client()
    client.force_login(person(Role.OBSERVER))
    unit = block.group.units.get(code=code)
    return client.get(reverse("surveys:unit-scores", args=[block.pk, unit.pk])).content.decode()


def from_ballots(block: RoundGroup, people: dict[str, int], at: int) -> float:
    """SNV's points at one leaf, from the ballots themselves."""
    worth = {1: 1.0, 2: 0.6, 3: 0.2, 4: 0.0}
    total = 0.0
    for code, number in people.items():
        rows = Ballot.objects.filter(respondent_group__code=code, unit__code="SNV")
        values = [worth[bytes(row.answers)[at]] for row in rows]
        total += number * sum(values) / len(values)
    leaf = block.criteria_set.criteria.get(code=("1.3", "1.4")[at])
    return float(leaf.max_points) * total / sum(people.values())


def test_they_stand_beside_and_change_nothing(block: RoundGroup) -> None:
    before = list(SurveyScore.objects.order_by("pk").values())
    assert "theo cơ cấu" not in page_of(block, "SNV")
    count_people(block, dan=9000, hdnd=1000)
    told = adjusted(block)
    assert list(SurveyScore.objects.order_by("pk").values()) == before
    unit = block.group.units.get(code="SNV")
    leaves = {leaf.code: leaf.pk for leaf in block.criteria_set.criteria.all()}
    assert set(told) == {(unit.pk, leaves["1.3"]), (unit.pk, leaves["1.4"])}
    for at, code in enumerate(("1.3", "1.4")):
        made = told[unit.pk, leaves[code]].formula
        assert float(made.points) == pytest.approx(from_ballots(block, {"dan": 9000, "hdnd": 1000}, at), abs=5.1e-5)
        assert f"Điểm hiệu chỉnh theo cơ cấu: {vn(made.points)}" in page_of(block, "SNV")
    assert "số người 9000" in page_of(block, "SNV")
    assert "không thay điểm chính thức" in page_of(block, "SNV")
    assert "hiệu chỉnh" not in page_of(block, "STC")


def test_the_data_tell_the_same(block: RoundGroup) -> None:
    with zipfile.ZipFile(io.BytesIO(rows_zip(block))) as archive:
        assert not {"diem-theo-co-cau.csv", "so-nguoi.csv"} & set(archive.namelist())
    count_people(block, dan=9000, hdnd=1000)
    first = adjusted(block)[min(adjusted(block))].formula
    with zipfile.ZipFile(io.BytesIO(rows_zip(block))) as archive:
        lines = list(csv.DictReader(io.StringIO(archive.read("diem-theo-co-cau.csv").decode("utf-8-sig"))))
        people = archive.read("so-nguoi.csv").decode("utf-8-sig").splitlines()
    assert [(line["unit"], line["criterion"]) for line in lines] == [("SNV", "1.3"), ("SNV", "1.4")]
    assert Decimal(lines[0]["by_people"]) == first.points
    assert float(lines[0]["low_95"]) < float(first.points) < float(lines[0]["high_95"])
    assert people[:3] == ["unit,grp,people", "SNV,dan,9000", "SNV,hdnd,1000"]


def test_the_plan_has_them_as_data_and_the_next_year_begins_with_them(block: RoundGroup) -> None:
    operator = person(Role.SURVEY_OPERATOR)
    group = RespondentGroup.objects.get(code="dan")
    after = {**planning.facts_of(block, "group", group.pk), "people": {"SNV": 500}}
    with pytest.raises(Refused, match="lý do"):  # ballots are in: two people
        planning.save_part(actor=operator, round_group_id=block.pk, part="group", pk=group.pk, after=after)
    planning.confirm_part(
        actor=person(Role.INDEX_MANAGER),
        row=planning.save_part(  # type: ignore[arg-type]
            actor=operator, round_group_id=block.pk, part="group", pk=group.pk, after=after, reason="Công văn 12"
        ),
    )
    assert planning.facts_of(block, "group", group.pk)["people"] == {"SNV": 500}
    later = RoundGroupFactory.create(
        round=RoundFactory.create(year=block.round.year + 1), group=block.group, criteria_set=block.criteria_set
    )
    copy_plan(block, later, {})
    assert GroupPeople.objects.get(respondent_group__survey__round_group=later).people == 500


# --- the attack -------------------------------------------------------------------------------------


@pytest.fixture
def three(db: None) -> RoundGroup:
    """By the installation's threshold small parts enter the points, and another is kept beside each."""
    block = surveyed_round()
    for code, weight in (("dan", 3), ("hdnd", 2), ("cong-chuc", 1)):
        asked_group(block, code=code, weight=Decimal(weight))
    fill(block, "dan", {"SNV": 12, "STC": 2}, 1)
    fill(block, "hdnd", {"SNV": 3, "STC": 8}, 2)
    fill(block, "cong-chuc", {"SNV": 9, "STC": 7}, 3)
    count_people(block, dan=9000, hdnd=1000, **{"cong-chuc": 300})
    return block


@pytest.mark.parametrize("rule", [None, 5])
def test_they_give_no_kept_part_away(three: RoundGroup, rule: int | None) -> None:
    set_rule(three, rule)
    reader = Reader(three)
    assert reader.untold
    assert reader.solved() == set()
    assert not any(mean_is_determined(reader, key) for key in reader.untold)


def test_negative_control_told_of_every_cell_they_solve_what_is_kept(
    three: RoundGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two equations, two unknowns: the part that is small and the one that is kept beside it."""
    nothing: Callable[..., dict[int, str]] = lambda parts, **rule: {}  # noqa: E731
    monkeypatch.setattr(adjusting, "untold", nothing)
    reader = Reader(three)
    assert reader.untold
    assert all(mean_is_determined(reader, key) for key in reader.untold)
