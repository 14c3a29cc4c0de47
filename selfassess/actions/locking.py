"""Rows taken for writing, always in the order unit → assessment → block in the round → log, so that no two
actions wait for each other. `no_key`: rows that merely refer to a locked one are not held up.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied

from cchc_index.lib.faults import Refused
from criteria.models import Criterion, Source
from selfassess.models import SelfAssessment
from units.models import Unit


def locked(assessment_id: int) -> SelfAssessment:
    """The assessment under a row lock, with its unit and round read."""
    found = SelfAssessment.objects.select_related("unit", "round_group__round", "round_group__group")
    try:
        return found.select_for_update(of=("self",), no_key=True).get(pk=assessment_id)
    except SelfAssessment.DoesNotExist:
        raise PermissionDenied from None


def locked_units(unit_ids: Iterable[int]) -> dict[int, Unit]:
    """Units under row locks, taken in one order."""
    found = Unit.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(unit_ids))
    return {unit.pk: unit for unit in found.order_by("pk")}


def self_leaf(assessment: SelfAssessment, criterion_id: int) -> Criterion:
    """A criterion the unit scores itself, of the set that measures it."""
    found = Criterion.objects.filter(
        pk=criterion_id, criteria_set=assessment.round_group.criteria_set_id, is_leaf=True, source=Source.SELF
    ).first()
    if found is None:
        raise Refused("Tiêu chí này không thuộc phần tự đánh giá của đơn vị trong kỳ: chọn lại từ danh sách.")
    return found
