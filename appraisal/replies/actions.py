"""The unit's answer to an adjustment."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.core import digests as core_digests
from appraisal.core.actions.documents import unit_documents
from appraisal.core.actions.entries import Verdict, says, write_one
from appraisal.core.actions.locks import locked_assessments, locked_block
from appraisal.models import Action, Appraisal, AppraisalEntry
from appraisal.rules import answering
from cchc_index.lib.faults import Refused
from units import rules as people
from units.models import User

from . import mails


@transaction.atomic
def reply(*, actor: User, appraisal_id: int, agree: bool, comment: str, document_ids: Iterable[int]) -> AppraisalEntry:
    """The unit's answer to an adjustment: agree, or disagree with an explanation and further documents
    of the unit. May be given again before the deadline; the last one counts, all are kept. The same
    answer twice is one. Raises PermissionDenied, Refused."""
    found = Appraisal.objects.get(pk=appraisal_id)
    locked_assessments(found.round_group_id, {found.unit_id})
    locked_block(found.round_group_id)
    standing = Appraisal.objects.select_related("unit", "stage", "round_group__round").get(pk=appraisal_id)
    if not people.has_unit_role(actor, standing.unit_id, *answering.UNIT_ROLES):
        raise PermissionDenied
    stage = answering.reply_due(standing)
    if stage is None:
        raise Refused("Tiêu chí này không trong thời gian giải trình: chưa mở, đã hết hạn hoặc đã thẩm định lại.")
    words = comment.strip()
    if not agree and not words:
        raise Refused("Không đồng ý thì phải ghi giải trình.")
    documents = unit_documents(standing.unit_id, document_ids)
    verdict = Verdict(Action.AGREE if agree else Action.DISAGREE, comment=words, documents=documents)
    last = standing.entries.order_by("-sequence").prefetch_related("documents").first()
    if last and says(last, verdict, actor):
        return last
    entry = write_one(standing, verdict, stage, actor, core_digests.VERB_REPLY)
    mails.tell_replies(standing)
    return entry
