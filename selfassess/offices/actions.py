"""The verbs that share a sheet among people of its unit. They give no right: whoever may edit edits all of it."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from selfassess import rules
from selfassess.core.queries import locked, task_list
from selfassess.models import OfficePart, SelfAssessment
from units.auditlog.actions import Change, record, record_many
from units.models import User

from . import mails, queries
from .digests import VERB_GIVE, VERB_TAKE, part_facts

MAX_OFFICE = 150


@transaction.atomic
def give_parts(
    *, actor: User, assessment_id: int, criterion_ids: Collection[int], person_id: int, office: str = ""
) -> list[OfficePart]:
    """Give areas or criteria of a sheet to an officer or head of its unit, and tell them; what they have already stays.
    The parts that are new. Raises PermissionDenied for anybody but officers and heads of the unit, Refused for a person
    of elsewhere, for criteria the unit does not score itself, and once the sheet is submitted."""
    assessment = _open_sheet(actor, assessment_id)
    words = clean(office)
    if len(words) > MAX_OFFICE:
        raise Refused(f"Tên phòng, bộ phận dài {len(words)} ký tự, tối đa {MAX_OFFICE}: viết gọn lại.")
    person = next((one for one in queries.members_of(assessment.unit_id) if one.pk == person_id), None)
    if person is None:
        raise Refused("Chọn một công chức phụ trách hoặc thủ trưởng của đơn vị.")
    branches = {row.pk: row for row in queries.branches(task_list(assessment))}
    if not criterion_ids or not set(criterion_ids) <= branches.keys():
        raise Refused("Chọn ít nhất một lĩnh vực hoặc tiêu chí trong phần tự đánh giá của đơn vị.")
    known = OfficePart.objects.filter(assessment=assessment, person=person).values_list("criterion_id", flat=True)
    fresh = [pk for pk in branches if pk in set(criterion_ids) - set(known)]
    parts = []
    for pk in fresh:
        part = OfficePart(assessment=assessment, criterion=branches[pk], person=person, office=words)
        part.given_by, part.given_at = actor, clock.now()
        part.save()
        parts.append(part)
    if parts:
        mails.tell_given(parts)
        changes = [Change(assessment, None, part_facts(part)) for part in parts]
        record_many(actor=actor, verb=VERB_GIVE, changes=changes, unit=assessment.unit)
    return parts


@transaction.atomic
def take_part(*, actor: User, assessment_id: int, part_id: int) -> None:
    """Take a part back. Raises PermissionDenied for anybody but officers and heads of the unit, Refused once the sheet
    is submitted and for a part that is gone."""
    assessment = _open_sheet(actor, assessment_id)
    part = OfficePart.objects.select_related("criterion").filter(assessment=assessment, pk=part_id).first()
    if part is None:
        raise Refused("Phần việc này đã được thu hồi: tải lại trang.")
    before = part_facts(part)
    part.delete()
    record(actor=actor, verb=VERB_TAKE, obj=assessment, before=before, after={"part": part_id}, unit=assessment.unit)


def _open_sheet(actor: User, assessment_id: int) -> SelfAssessment:
    assessment = locked(assessment_id)
    if not rules.is_member(actor, assessment.unit_id):
        raise PermissionDenied
    if assessment.state == SelfAssessment.State.SUBMITTED:
        raise Refused("Bản tự đánh giá đã nộp nên không phân công lại trong đơn vị.")
    return assessment
