"""Naming the agency that verifies a leaf, and its opinion on a unit."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.core.actions.decisions import checked_points
from appraisal.core.actions.locks import check_submitted, locked_assessments, locked_block
from appraisal.models import Action, Appraisal, VerifyingAgency, VerifyingOpinion
from appraisal.rules import seats as seat_rules
from appraisal.rules.verifying import SPEAKING, may_verify
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import Criterion
from units.auditlog.actions import record
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Unit, User
from units.queries import lines_of, people_of

from . import digests, mails, queries


@transaction.atomic
def name_agency(*, actor: User, round_group_id: int, criterion_id: int, agency: Unit | None) -> VerifyingAgency | None:
    """Let an agency verify a leaf of a block, or nobody any more (None). Raises PermissionDenied for anyone but the
    index manager; Refused for another set's criterion."""
    block = locked_block(round_group_id)
    if not seat_rules.may_compose(actor):
        raise PermissionDenied
    leaf = Criterion.objects.filter(pk=criterion_id, criteria_set=block.criteria_set_id, is_leaf=True).first()
    if leaf is None or not leaf.is_self:
        raise Refused("Chọn một tiêu chí chấm điểm do đơn vị tự đánh giá của khối này.")
    row = VerifyingAgency.objects.filter(round_group=block, criterion=leaf).first()
    if agency is None and row is None:
        return None
    before = digests.agency_facts(row) if row else None
    row = row or VerifyingAgency(round_group=block, criterion=leaf)
    row.active = agency is not None
    if agency is not None:
        row.agency = agency
    row.save()
    after = digests.agency_facts(row)
    if before != after:
        record(actor=actor, verb=digests.VERB_AGENCY, obj=row, before=before, after=after, unit=row.agency)
    return row


def remind_agencies() -> mail.Posted:
    """Tell the people of every agency for which something new waits. May run as often as it likes: a letter is written
    again only after another unit has submitted or another leaf was given. A fixed number of queries."""
    rows = queries.standing_agencies()
    closed = lines_of({row.agency_id for row in rows})
    waiting: dict[tuple[int, int], list[queries.VerifyWork]] = {}
    for one in queries.work(rows, closed):
        if one.waiting:
            waiting.setdefault((one.row.round_group.round_id, one.row.agency_id), []).append(one)
    newest = queries.newest_submissions(row.round_group_id for row in rows)
    people = people_of({agency for _, agency in waiting}, *SPEAKING)
    letters = [
        (_letter(works, rows, newest), person)
        for (_, agency), works in waiting.items()
        for person in people.get(agency, [])
    ]
    return mail.post_all(letters)


def _letter(works: list[queries.VerifyWork], rows: list[VerifyingAgency], newest: dict[int, datetime]) -> Letter:
    first = works[0].row
    last = max(row.pk for row in rows if row.agency_id == first.agency_id)
    at = max(newest[one.row.round_group_id] for one in works)
    cells = sum(one.waiting for one in works)
    return mails.waiting(first.round_group.round, first.agency, len(works), cells, at, last)


@transaction.atomic
def verify(
    *,
    actor: User,
    verifying_id: int,
    unit_id: int,
    points: Decimal | None,
    words: str,
    not_applicable: bool = False,
) -> VerifyingOpinion:
    """What the agency finds at a unit, before the members judge it. Raises PermissionDenied for people of other
    agencies and on the own unit; Refused once the council has decided the cell, and without points or words."""
    block_id = VerifyingAgency.objects.values_list("round_group_id", flat=True).get(pk=verifying_id)
    check_submitted(locked_assessments(block_id, {unit_id}).get(unit_id))
    locked_block(block_id)
    row = VerifyingAgency.objects.select_related("criterion", "agency").get(pk=verifying_id)
    if not may_verify(actor, row, unit_id):
        raise PermissionDenied
    decided = Appraisal.objects.filter(round_group=block_id, unit=unit_id, criterion=row.criterion)
    if decided.exclude(action=Action.UNDO).exists():
        raise Refused("Hội đồng đã có kết quả về tiêu chí này của đơn vị: cơ quan kiểm chứng cho ý kiến trước đó.")
    given = checked_points(row.criterion, points, not_applicable)
    if not words.strip():
        raise Refused("Nhập nhận xét để thành viên Hội đồng biết căn cứ.")
    made = VerifyingOpinion(
        verifying=row,
        agency=row.agency,
        unit=Unit.objects.get(pk=unit_id),
        points=given,
        not_applicable=not_applicable,
        words=words.strip(),
        author=actor,
        at=clock.now(),
    )
    after = {"digest": digests.opinion_digest(made)}
    made.log = record(actor=actor, verb=digests.VERB_OPINION, obj=row, after=after, unit=made.unit, reason=made.words)
    made.save(force_insert=True)
    return made
