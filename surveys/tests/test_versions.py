"""The attack on what is told more than once: phases close, open again and take or give back ballots; everything shown
meanwhile becomes equations, solved for every few people that one of them could tell apart."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from itertools import combinations

import pytest
from django.test import Client
from django.urls import reverse

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup, Stage
from surveys import ledger
from surveys.analysis.exports import csv_bytes
from surveys.analysis.queries import rows_of
from surveys.batches import actions as batches
from surveys.models import ImportBatch, Survey, SurveyScore, ToldTally
from surveys.online import actions as online
from surveys.online import queries as online_queries
from surveys.scores import queries as scores
from surveys.scores.actions import tell_due
from surveys.scores.keeping import held_pairs
from surveys.suppression import may_follow
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from surveys.tests.test_suppression import Equation, Unknown, determined
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db

SMALL = 5
Said = tuple[int | None, int | None]
"""What one person answered to 1.3 and 1.4."""


@dataclass(frozen=True)
class Look:
    """Who stood behind a number that was shown of a unit and a criterion, and what was shown: the histogram, or the
    points alone."""

    unit: str
    at: int
    people: frozenset[int]
    whole: bool


@dataclass
class History:
    """A survey of one group that is told again and again, and a reader who keeps everything."""

    block: RoundGroup
    dice: random.Random
    people: dict[int, tuple[str, Said]] = field(default_factory=dict)
    files: dict[str, tuple[ImportBatch, frozenset[int]]] = field(default_factory=dict)
    stood: list[frozenset[int]] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def born(self, number: int, unit: str = "SNV") -> frozenset[int]:
        first = len(self.people)
        for one in range(first, first + number):
            answers = [self.dice.choice((1, 1, 2, 3, 4)) for _ in range(2)]
            blank = self.dice.random() < 0.05
            self.people[one] = (unit, (answers[0], None if blank else answers[1]))
        return frozenset(range(first, first + number))

    def take(self, name: str, people: frozenset[int]) -> None:
        rows = [(f"{name}-{one}", self.people[one][0], *self.people[one][1]) for one in sorted(people)]
        made = batches.import_ballots(
            actor=None, round_group_id=self.block.pk, respondents="dan", source=csv_file(ballot_rows(*rows))
        )
        assert made.batch is not None
        self.files[name] = (made.batch, people)

    def give_back(self, name: str) -> None:
        batches.undo_batch(actor=None, batch_id=self.files.pop(name)[0].pk, reason="nhầm")

    def phase(self, *, opened: bool) -> None:
        hours = clock.now() + timedelta(days=3) if opened else clock.now()
        Stage.objects.update_or_create(
            round=self.block.round,
            kind=Stage.Kind.SURVEY,
            defaults={"name": "survey", "title": "Điều tra", "position": 1, "closes_at": hours},
        )

    def end(self) -> None:
        """The phase closes; the reader looks before anything is counted, and after."""
        self.phase(opened=False)
        self.look()
        tell_due()
        self.look()

    def look(self) -> None:
        now = frozenset().union(*(people for _, people in self.files.values()))
        self.stood.append(now)
        leaves = {
            leaf.pk: at for at, leaf in enumerate(self.block.criteria_set.criteria.filter(code__in=("1.3", "1.4")))
        }
        for row in SurveyScore.objects.filter(round_group=self.block).select_related("unit", "criterion"):
            if row.ballots and row.criterion_id in leaves:
                self._note(row.unit.code, leaves[row.criterion_id], row.ballots, points=row.points)
        if scores.tells_nothing_yet(self.block):
            return
        for unit in self.block.group.units.all():
            for leaf, _, spreads in scores.spreads(self.block, unit):
                for spread in spreads:
                    if spread.levels is not None:
                        told = Counter({int(n): count for n, (_, count) in enumerate(spread.levels, 1) if count})
                        self._note(unit.code, leaves[leaf.pk], spread.answered, told=told)
        rows = Counter((unit, tuple(answers)) for unit, _, answers in rows_of(self.block).rows)
        for code in {code for code, _ in rows}:
            for at in range(2):
                given: Counter[int] = Counter()
                for (of, answers), number in rows.items():
                    if of == code and answers[at]:
                        given[answers[at] or 0] += number
                self._note(code, at, sum(given.values()), told=given)

    def _note(
        self, unit: str, at: int, number: int, *, told: Counter[int] | None = None, points: object = None
    ) -> None:
        """The reader knows who stood behind a number: the oldest state of affairs that it fits."""
        for stood in self.stood:
            behind = frozenset(one for one in stood if self.people[one][0] == unit and self.people[one][1][at])
            fits = len(behind) == number
            if fits and told is not None:
                fits = Counter(self.people[one][1][at] or 0 for one in behind) == told
            if fits and points is not None:
                fits = self._points(at, behind) == points
            if fits:
                self.looks.append(Look(unit, at, behind, whole=told is not None))
                return
        raise AssertionError(f"{unit}: {number} answers told, and they were never those that stood")

    def _points(self, at: int, people: frozenset[int]) -> object:
        share = {1: Fraction(1), 2: Fraction(3, 5), 3: Fraction(1, 5), 4: Fraction(0)}
        leaf = self.block.criteria_set.criteria.get(code=("1.3", "1.4")[at])
        mean = sum((share[self.people[one][1][at] or 0] for one in people), Fraction(0)) / len(people)
        return round(Fraction(leaf.max_points) * mean, 4)

    def given_away(self) -> int:
        """How many groups of fewer than SMALL people the equations determine."""
        found = 0
        for unit, at in {(look.unit, look.at) for look in self.looks}:
            found += len(determined(*self._attack([one for one in self.looks if (one.unit, one.at) == (unit, at)])))
        return found

    def _attack(self, looks: list[Look]) -> tuple[list[Equation], set[Unknown]]:
        everybody = frozenset().union(*(look.people for look in looks))
        by_pattern: dict[tuple[bool, ...], int] = Counter(
            tuple(one in look.people for look in looks) for one in everybody
        )
        atoms = list(by_pattern)
        share = {1: Fraction(1), 2: Fraction(3, 5), 3: Fraction(1, 5), 4: Fraction(0)}
        equations: list[Equation] = []
        for n, look in enumerate(looks):
            inside = [at for at, pattern in enumerate(atoms) if pattern[n]]
            if look.whole:
                for value in share:
                    equations.append(({(at, 0, 0, value): Fraction(1) for at in inside}, Fraction(0)))
            else:
                row = {(at, 0, 0, value): worth for at in inside for value, worth in share.items()}
                equations.append((row, Fraction(0)))
        few: set[Unknown] = set()
        for size, sign in ((1, 1), (2, 1), (2, -1)):  # one who came for one who went: the difference tells both
            for chosen in combinations(range(len(atoms)), size):
                if sum(by_pattern[atoms[at]] for at in chosen) < SMALL:
                    for value in share:
                        asked = (chosen[0], chosen[-1], size * sign, 10 + value)
                        parts = {(at, 0, 0, value): Fraction(sign**n) for n, at in enumerate(chosen)}
                        equations.append(({**parts, asked: Fraction(-1)}, Fraction(0)))
                        few.add(asked)
        return equations, few


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dan")
    return block


def protect(block: RoundGroup, small: int | None) -> None:
    Survey.objects.filter(round_group=block).update(least_n=small, small_cell=small)


def begun(block: RoundGroup, seed: int = 1) -> History:
    """Twelve people, told once."""
    history = History(block, random.Random(seed))
    history.phase(opened=True)
    history.take("A", history.born(12))
    history.end()
    return history


def one_more(block: RoundGroup) -> History:
    history = begun(block)
    history.phase(opened=True)
    history.take("z", history.born(1))
    history.look()
    history.end()
    return history


def one_and_one_more(block: RoundGroup) -> History:
    history = one_more(block)
    history.phase(opened=True)
    history.take("y", history.born(1))
    history.end()
    return history


def one_changed(block: RoundGroup) -> History:
    """A file is given back and comes again with one other ballot."""
    history = begun(block)
    history.phase(opened=True)
    people = history.files["A"][1]
    history.give_back("A")
    history.end()
    history.phase(opened=True)
    history.take("A2", people - {min(people)} | history.born(1))
    history.end()
    return history


def halves(block: RoundGroup) -> History:
    """No two versions are near each other; all of them together tell a single ballot."""
    history = begun(block)
    for name, number in (("O", 6), ("P", 6), ("z", 1)):
        history.phase(opened=True)
        history.take(name, history.born(number))
        if name != "P":
            history.end()
    history.phase(opened=True)
    history.give_back("O")
    history.give_back("z")
    history.end()
    return history


HISTORIES = (one_more, one_and_one_more, one_changed, halves)


@pytest.mark.parametrize("told", HISTORIES)
def test_versions_give_nobody_away(block: RoundGroup, told: object) -> None:
    protect(block, SMALL)
    history = told(block)  # type: ignore[operator]
    assert len(history.looks) > 4
    assert history.given_away() == 0
    assert list(ledger.check()) == []


@pytest.mark.parametrize("told", HISTORIES)
def test_negative_control_with_the_rule_off_they_do(block: RoundGroup, told: object) -> None:
    assert told(block).given_away() > 0  # type: ignore[operator]


def acted(history: History, dice: random.Random) -> None:
    """Some ballots come or go, as somebody pleases."""
    history.phase(opened=dice.random() < 0.9)
    name = f"F{len(history.people)}-{len(history.stood)}"
    try:
        if history.files and dice.random() < 0.35:
            history.give_back(dice.choice(sorted(history.files)))
        else:
            kept = frozenset[int]()
            absent = set(history.people).difference(*(people for _, people in history.files.values()))
            if absent and dice.random() < 0.5:
                kept = frozenset(sorted(absent)[: dice.randint(1, 8)])
            history.take(name, kept | history.born(dice.randint(1, 8)))
    except Refused:
        return
    history.look()


def lived(block: RoundGroup, seed: int) -> History:
    dice = random.Random(seed)
    history = begun(block, seed)
    for _ in range(4):
        for _ in range(dice.randint(1, 2)):
            acted(history, dice)
        if dice.random() < 0.8:
            history.end()
    return history


@pytest.mark.parametrize("seed", range(12))
def test_whatever_comes_and_goes(block: RoundGroup, seed: int) -> None:
    protect(block, SMALL)
    assert lived(block, seed).given_away() == 0


@pytest.mark.parametrize("seed", [1, 2])  # where fewer than SMALL came or went at a time
def test_negative_control_of_whatever_comes_and_goes(block: RoundGroup, seed: int) -> None:
    assert lived(block, seed).given_away() > 0


# --- what people see meanwhile -----------------------------------------------------------------------


def page_of(block: RoundGroup) -> str:
    page = Client()
    page.force_login(person(Role.OBSERVER))
    return page.get(reverse("surveys:scores", args=[block.pk])).content.decode()


def test_the_last_told_stands_until_the_move_is_large_enough(block: RoundGroup) -> None:
    protect(block, SMALL)
    history = begun(block)
    first, table = page_of(block), csv_bytes(block)
    points = list(SurveyScore.objects.order_by("pk").values_list("unit", "criterion", "points", "ballots"))
    history.phase(opened=True)
    history.take("z", history.born(1))
    assert "khi giai đoạn điều tra đóng" in page_of(block)
    history.end()
    assert list(SurveyScore.objects.order_by("pk").values_list("unit", "criterion", "points", "ballots")) == points
    assert csv_bytes(block) == table
    assert "Các nhóm, đơn vị sau giữ kết quả đã nêu" in page_of(block)
    assert "Các nhóm, đơn vị sau giữ kết quả đã nêu" not in first
    assert len(held_pairs(block)) == 1
    history.phase(opened=True)
    history.take("more", history.born(5))
    history.end()
    assert SurveyScore.objects.filter(ballots=18).exists()
    assert held_pairs(block) == set()
    assert history.given_away() == 0
    assert list(ledger.check()) == []


def test_other_units_go_on_beside_one_that_is_held(block: RoundGroup) -> None:
    protect(block, SMALL)
    history = begun(block)
    history.phase(opened=True)
    history.take("z", history.born(1) | history.born(9, "STC"))
    history.end()
    assert set(SurveyScore.objects.filter(criterion__code="1.3").values_list("unit__code", "ballots")) == {
        ("SNV", 12),
        ("STC", 9),
    }


def test_a_box_that_brings_one_ballot_is_held_too(block: RoundGroup) -> None:
    protect(block, SMALL)
    history = begun(block)
    group = block.survey.respondent_groups.get()
    history.phase(opened=True)
    (link,) = online.make_links(actor=None, group_id=group.pk, numbers={block.group.units.get(code="SNV").pk: 1})
    online.send_ballot(token=link.token, answers=bytes((4, 4)))
    history.end()
    online.open_box(actor=None, group_id=group.pk)
    assert not online_queries.numbers_of(block)
    assert set(SurveyScore.objects.values_list("ballots", flat=True)) <= {11, 12}
    assert len(held_pairs(block)) == 1
    assert list(ledger.check()) == []


def test_points_wait_for_the_end_of_the_phase(block: RoundGroup) -> None:
    """The ranking's preview shows points: day by day they would tell each ballot."""
    protect(block, SMALL)
    history = History(block, random.Random(1))
    history.phase(opened=True)
    history.take("A", history.born(12))
    assert not SurveyScore.objects.exists()
    history.phase(opened=False)
    assert "khi giai đoạn điều tra đóng" in page_of(block)  # nothing is told that is not noted as told
    assert tell_due() == 1
    assert SurveyScore.objects.exists()
    assert ToldTally.objects.count() == 2
    assert tell_due() == 0


def test_what_stood_before_the_plan_had_the_rule_was_told(block: RoundGroup) -> None:
    history = History(block, random.Random(1))
    history.take("A", history.born(12))
    protect(block, SMALL)
    with pytest.raises(Refused, match="1 phiếu"):
        history.take("z", history.born(1))


def test_a_plan_without_the_rule_tells_what_is_in(block: RoundGroup) -> None:
    protect(block, SMALL)
    history = one_more(block)
    assert len(held_pairs(block)) == 1
    protect(block, None)
    history.phase(opened=True)
    history.take("y", history.born(1))
    assert SurveyScore.objects.filter(ballots=14).exists()
    assert list(ledger.check()) == []


def test_what_was_told_is_proved(block: RoundGroup) -> None:
    protect(block, SMALL)
    one_more(block)
    assert list(ledger.check()) == []
    ToldTally.objects.all()[0].delete()
    assert any("đang nêu" in line for line in ledger.check())


def test_rows_are_told_once(block: RoundGroup) -> None:
    protect(block, SMALL)
    history = begun(block)
    assert len(rows_of(block).rows) == 12
    history.phase(opened=True)
    history.take("more", history.born(6))
    history.end()
    assert rows_of(block).rows == []
    assert rows_of(block).kept_back == 1


def every_step() -> Iterator[tuple[dict[int, int], list[dict[int, int]], bool]]:
    yield {1: 12}, [], True
    yield {1: 12}, [{1: 12}], True
    yield {1: 13}, [{1: 12}], False
    yield {1: 17}, [{1: 12}], True
    yield {1: 11, 2: 6}, [{1: 12}], False  # one went
    yield {1: 12, 9: 5}, [{1: 12}], True  # nobody of those came into the mean
    yield {1: 13, 9: 5}, [{1: 12}], False  # and here one did
    yield {1: 30}, [{1: 12}, {1: 20}], True
    yield {1: 12}, [{1: 20}, {1: 12}], True  # told before
    yield {1: 7}, [{1: 20}, {1: 12}], False
    yield {1: 40}, [{1: 20}, {1: 12}], False  # after ballots went, nothing further


@pytest.mark.parametrize("step", list(every_step()))
def test_steps(step: tuple[dict[int, int], list[dict[int, int]], bool]) -> None:
    now, told, may = step
    assert may_follow(now, told, outside=[9], small=SMALL) is may
