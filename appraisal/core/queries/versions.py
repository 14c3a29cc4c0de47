"""From which version of a unit's rows something was read: as small as it can be said."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Max, QuerySet, Sum

from cchc_index.lib.prepared import Prepared
from criteria.models import RoundGroup
from selfassess.models import SelfAssessment

from .stood import StoodMark, kept_stood


class UnitVersion(NamedTuple):
    """Changes with everything that a unit has submitted and that stands of it at the council."""

    claims: tuple[object, ...] | None
    standings: tuple[object, ...] | None


def unit_versions(
    round_group: RoundGroup, units: Iterable[int], stood: Mapping[int, StoodMark] | None = None
) -> dict[int, UnitVersion]:
    """By unit: one query beside those of `kept_stood`, unless `stood` says already what stands; another where archives
    were imported. Scores that were submitted stand until the unit submits again, those of an archive until it is
    imported again; whatever changes a standing raises its version. The instants tell one history from another that a
    restored backup has begun."""
    claims = {unit: (at, imported) for unit, at, imported in _SUBMITTED.rows(block=round_group.pk)}
    if any(imported for _, imported in claims.values()):
        for unit, *versions in _IMPORTED.rows(block=round_group.pk):
            claims[unit] = (*claims.get(unit, ()), *versions)
    if stood is None:
        stood = kept_stood(round_group.round_id).of_block(round_group.pk)
    return {unit: UnitVersion(claims.get(unit), stood.get(unit)) for unit in units}


def submitted_sheets(block: int) -> QuerySet[SelfAssessment]:
    return SelfAssessment.objects.filter(round_group=block, state=SelfAssessment.State.SUBMITTED).order_by()


_SUBMITTED = Prepared(lambda block: submitted_sheets(block).values_list("unit_id", "submitted_at", "imported"))
_IMPORTED = Prepared(
    lambda block: (
        submitted_sheets(block)
        .filter(imported=True)
        .annotate(versions=Sum("scores__version"), last=Max("scores__updated_at"))
        .values_list("unit_id", "versions", "last")
    )
)
