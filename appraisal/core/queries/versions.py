"""From which version of a unit's rows something was read: as small as it can be said."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, QuerySet, Sum

from appraisal.models import Appraisal
from cchc_index.lib.prepared import Prepared
from criteria.models import RoundGroup
from selfassess.models import SelfAssessment


class UnitVersion(NamedTuple):
    """Changes with everything that a unit has submitted and that stands of it at the council."""

    claims: tuple[object, ...] | None
    standings: tuple[object, ...] | None


StoodMark = tuple[int, datetime]
"""The sum of the versions of a unit's standings, and when the last of them moved."""


def unit_versions(
    round_group: RoundGroup, units: Iterable[int], stood: Mapping[int, StoodMark] | None = None
) -> dict[int, UnitVersion]:
    """By unit: two queries, one where `stood` says already what stands, another where archives were imported. Scores
    that were submitted stand until the unit submits again, those of an archive until it is imported again; whatever
    changes a standing raises its version. The instants tell one history from another that a restored backup has
    begun."""
    claims = {unit: (at, imported) for unit, at, imported in _SUBMITTED.rows(block=round_group.pk)}
    if any(imported for _, imported in claims.values()):
        for unit, *versions in _IMPORTED.rows(block=round_group.pk):
            claims[unit] = (*claims.get(unit, ()), *versions)
    if stood is None:
        stood = {unit: (versions, last) for unit, versions, last in _DECIDED.rows(block=round_group.pk)}
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
_DECIDED = Prepared(
    lambda block: (
        Appraisal.objects.filter(round_group=block)
        .order_by()
        .values("unit_id")
        .annotate(versions=Sum("version"), last=Max("updated_at"))
        .values_list("unit_id", "versions", "last")
    )
)
