"""Rows taken for writing."""

from django.core.exceptions import PermissionDenied

from cchc_index.lib.faults import Refused
from criteria.models import Criterion, Source
from selfassess.models import SelfAssessment


def locked(assessment_id: int) -> SelfAssessment:
    """The assessment under a row lock, with its unit and round read."""
    found = SelfAssessment.objects.select_related("unit", "round_group__round", "round_group__group")
    try:
        return found.select_for_update(of=("self",)).get(pk=assessment_id)
    except SelfAssessment.DoesNotExist:
        raise PermissionDenied from None


def self_leaf(assessment: SelfAssessment, criterion_id: int) -> Criterion:
    """A criterion the unit scores itself, of the set that measures it."""
    found = Criterion.objects.filter(
        pk=criterion_id, criteria_set=assessment.round_group.criteria_set_id, is_leaf=True, source=Source.SELF
    ).first()
    if found is None:
        raise Refused("Tiêu chí này không thuộc phần tự đánh giá của đơn vị trong kỳ: chọn lại từ danh sách.")
    return found
