"""Factories of sets and rounds. `small_round()` is a block with a tree of four leaves and a calendar."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from cchc_index.lib import clock
from criteria.calendar.actions import default_stages
from criteria.models import CriteriaSet, Criterion, Decision, Round, RoundGroup, Source, Stage
from units.tests.factories import UnitGroupFactory


class DecisionFactory(DjangoModelFactory[Decision]):
    class Meta:
        model = Decision
        django_get_or_create = ("number",)

    number = "01/QĐ-THU"


class CriteriaSetFactory(DjangoModelFactory[CriteriaSet]):
    class Meta:
        model = CriteriaSet

    decision = SubFactory(DecisionFactory)
    group = SubFactory(UnitGroupFactory)


class CriterionFactory(DjangoModelFactory[Criterion]):
    class Meta:
        model = Criterion

    criteria_set = SubFactory(CriteriaSetFactory)
    code = Sequence(lambda n: f"1.{n + 1}")
    name = LazyAttribute(lambda c: f"Tiêu chí {c.code}")
    position = Sequence(lambda n: n)
    source = Source.SELF
    max_points = Decimal(1)


class RoundFactory(DjangoModelFactory[Round]):
    class Meta:
        model = Round
        django_get_or_create = ("year",)

    year = 2031
    assessed_from = LazyAttribute(lambda r: date(r.year, 1, 1))
    assessed_to = LazyAttribute(lambda r: date(r.year, 12, 31))

    @classmethod
    def _after_postgeneration(cls, instance: Round, create: bool, results: Mapping[str, object] | None = None) -> None:
        """Every round starts with the default stages, none of them set."""
        default_stages(instance)


class RoundGroupFactory(DjangoModelFactory[RoundGroup]):
    class Meta:
        model = RoundGroup

    round = SubFactory(RoundFactory)
    criteria_set = SubFactory(CriteriaSetFactory)
    group = LazyAttribute(lambda rg: rg.criteria_set.group)


def stage_named(round_: Round, name: str) -> Stage:
    """A stage of the round by its name: "round1" …"""
    return Stage.objects.select_related("round").get(round=round_, name=name)


def open_stage(round_: Round, name: str, *, opens: datetime | None = None, closes: datetime | None = None) -> Stage:
    """A stage that is open now unless told otherwise."""
    now, stage = clock.now(), stage_named(round_, name)
    stage.opens_at, stage.closes_at = opens or now - timedelta(days=1), closes or now + timedelta(days=1)
    stage.save()
    return stage


def small_round(**round_fields: object) -> RoundGroup:
    """Area 1 with leaves 1.1 (self, 2 points), 1.2 (self, 1), 1.3 (survey, 1) and leaf 2 (SIPAS, 1)."""
    round_group = RoundGroupFactory.create(round=RoundFactory.create(**round_fields))
    criteria_set = round_group.criteria_set
    area = CriterionFactory.create(
        criteria_set=criteria_set, code="1", position=0, is_leaf=False, source="", max_points=Decimal(4)
    )
    rows = (("1.1", Source.SELF, 2, area), ("1.2", Source.SELF, 1, area), ("1.3", Source.SURVEY, 1, area))
    for position, (code, source, points, parent) in enumerate((*rows, ("2", Source.SIPAS, 1, None)), start=1):
        CriterionFactory.create(
            criteria_set=criteria_set,
            code=code,
            position=position,
            source=source,
            max_points=Decimal(points),
            parent=parent,
        )
    return round_group
