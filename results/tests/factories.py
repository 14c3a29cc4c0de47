"""Rounds with scores: `block()` is two leaves (65 assessed, 35 surveyed), `give()` writes their points."""

from decimal import Decimal
from typing import Any

from appraisal.archive import actions as archive_actions
from criteria.models import CriteriaSet, Criterion, RoundGroup, Source
from criteria.tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    DecisionFactory,
    RoundFactory,
    RoundGroupFactory,
)
from results.publication.actions import Signers
from selfassess.archive import actions as archive
from surveys.scores import actions as survey_scores
from units.actions import grant_role
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory


def block(
    *units: str, group: str = "so", year: int = 2031, round_fields: dict[str, Any] | None = None, **policies: object
) -> RoundGroup:
    """Units of a block under a set of leaves 1 (self, 65) and 2 (survey, 35)."""
    unit_group = UnitGroupFactory.create(code=group)
    round_ = RoundFactory.create(year=year, **(round_fields or {}))
    criteria_set = CriteriaSetFactory.create(
        group=unit_group, decision=DecisionFactory.create(number=f"{year}/QĐ"), **policies
    )
    add_leaf(criteria_set, "1", 65)
    add_leaf(criteria_set, "2", 35, Source.SURVEY)
    for code in units:
        UnitFactory.create(group=unit_group, code=code)
    return RoundGroupFactory.create(round=round_, criteria_set=criteria_set, group=unit_group)


def signed(reason: str = "") -> Signers:
    """Two managers in whose name the command line publishes, always the same; both give the same reason."""
    two = []
    for username in ("de-nghi", "phe-duyet"):
        account = User.objects.filter(username=username).first() or UserFactory.create(username=username)
        grant_role(actor=None, user=account, role=Role.INDEX_MANAGER)
        two.append(account)
    return Signers(two[0], two[1], reason, reason)


def add_leaf(
    criteria_set: CriteriaSet, code: str, maximum: int, source: str = Source.SELF, **fields: object
) -> Criterion:
    return CriterionFactory.create(
        criteria_set=criteria_set,
        code=code,
        source=source,
        max_points=Decimal(maximum),
        name=f"Tiêu chí {code}",
        **fields,
    )


def give(round_group: RoundGroup, scores: dict[str, dict[str, str | None]]) -> None:
    """unit code → leaf code → points (None: not applicable), as an archive brings them."""
    units = {u.code: u.pk for u in Unit.objects.filter(group=round_group.group)}
    leaves = {c.code: c for c in round_group.criteria_set.criteria.filter(is_leaf=True)}
    own: dict[tuple[int, int], Decimal | None] = {}
    surveyed: dict[tuple[int, int], Decimal | None] = {}
    for unit, cells in scores.items():
        for code, points in cells.items():
            rows = own if leaves[code].is_self else surveyed
            rows[units[unit], leaves[code].pk] = None if points is None else Decimal(points)
    if own:
        archive.import_scores(actor=None, round_group=round_group, rows=own)
        archive_actions.import_standings(actor=None, round_group=round_group, rows=own)
    if surveyed:
        survey_scores.import_scores(actor=None, round_group=round_group, rows=surveyed)
