"""A published ranking in the database, made from a bundle, with its units."""

from typing import Any

from cchc_index.lib import clock
from criteria.models import CriteriaSet, Round
from criteria.tests.factories import CriteriaSetFactory, RoundFactory, RoundGroupFactory
from results import bundle as bundles
from results.models import Publication
from results.tests import bundles as samples
from units.models import UnitGroup
from units.tests.factories import UnitFactory


def publish(bundle: dict[str, Any] | None = None, state: str = "published", **fields: object) -> Publication:
    """A publication that holds `bundle` (a small one unless given)."""
    bundle = bundle or samples.small()
    round_ = RoundFactory.create(year=bundle["year"], illustrative=bundle["illustrative"])
    _units_of(bundle, round_)
    return Publication.objects.create(
        round=round_,
        number=bundle["number"],
        dated=bundle["date"],
        state=state,
        bundle=bundles.text_of(bundle),
        digest=bundle["digest"],
        proposed_at=clock.now(),
        published_at=clock.now() if state == "published" else None,
        **fields,
    )


def _units_of(bundle: dict[str, Any], round_: Round) -> None:
    for group in bundle["groups"]:
        block, _ = UnitGroup.objects.get_or_create(code=group["code"], defaults={"name": group["name"]})
        if not round_.groups.filter(group=block).exists():
            RoundGroupFactory.create(round=round_, criteria_set=_set_of(block))
        for unit in group["units"]:
            if not block.units.filter(code=unit["code"]).exists():
                UnitFactory.create(group=block, code=unit["code"], name=unit["name"])


def _set_of(block: UnitGroup) -> CriteriaSet:
    return block.criteria_sets.first() or CriteriaSetFactory.create(group=block)
