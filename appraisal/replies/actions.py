"""The unit's answers to adjustments: prepared by its officer or head, sent by its head with a receipt."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.core import digests as core_digests
from appraisal.core.actions.documents import unit_documents
from appraisal.core.actions.entries import Verdict, says, write_one
from appraisal.core.actions.locks import locked_assessments, locked_block
from appraisal.models import Appraisal, AppraisalEntry, ReplyDraft, ReplyReceipt
from appraisal.rules import answering
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Invalid, Refused
from cchc_index.lib.numbers import vn_count
from cchc_index.lib.text import clean_lines
from criteria.models import Stage
from selfassess.models import SelfAssessment
from units import rules as people
from units.auditlog.actions import record
from units.models import User

from . import digests, mails
from .queries import drafts_of

MAX_TEXT = 10_000
CLOSED = "Tiêu chí này không trong thời gian giải trình: chưa mở, đã hết hạn hoặc đã thẩm định lại."
NO_WORDS = "Không đồng ý thì phải ghi giải trình."


@transaction.atomic
def save_draft(
    *,
    actor: User,
    appraisal_id: int,
    answer: str,
    comment: str,
    document_ids: Iterable[int],
    seen_version: int,
    address: str = "",
) -> ReplyDraft:
    """Keep what the unit prepares; it need not be whole yet. `seen_version` is the version the person saw (0: none):
    an older one raises Conflict with the current draft, unless both say the same."""
    standing = _locked(appraisal_id)
    if not people.has_unit_role(actor, standing.unit_id, *answering.UNIT_ROLES):
        raise PermissionDenied
    if answering.reply_due(standing) is None:
        raise Refused(CLOSED)
    return _keep(actor, standing, answer, comment, document_ids, seen_version, address)


@transaction.atomic
def send(
    *, actor: User, round_group_id: int, unit_id: int, appraisal_id: int | None = None, address: str = ""
) -> ReplyReceipt:
    """The head sends what is prepared (`appraisal_id`: for one criterion alone) and gets a receipt. What was sent
    before in the same words is not sent again; when that is all, the receipt of then is the answer. An answer may be
    changed and sent again before the deadline: the last one counts, all are kept."""
    locked_assessments(round_group_id, {unit_id})
    locked_block(round_group_id)
    if not answering.may_send(actor, unit_id):
        raise PermissionDenied
    drafts = [draft for draft in drafts_of(round_group_id, unit_id) if appraisal_id in (None, draft.appraisal_id)]
    due = [(draft, stage) for draft in drafts if (stage := answering.reply_due(draft.appraisal))]
    if drafts and not due:
        raise Refused(CLOSED)
    given = [(draft, stage) for draft, stage in due if draft.answer]
    _refuse_wordless([draft for draft, _ in given])
    if not given:
        raise Refused("Chưa có ý kiến nào để gửi: mở từng tiêu chí, chọn đồng ý hoặc không đồng ý.")
    entries = [entry for draft, stage in given if (entry := _answer(actor, draft, stage))]
    if not entries:
        last = ReplyReceipt.objects.filter(entries__appraisal=given[0][0].appraisal_id).order_by("-sent_at").first()
        if last is not None:
            return last
        raise Refused("Các ý kiến này đã gửi trước đó; sửa rồi gửi lại nếu cần.")
    return _receipt(actor, entries, address)


@transaction.atomic
def reply(*, actor: User, appraisal_id: int, agree: bool, comment: str, document_ids: Iterable[int]) -> AppraisalEntry:
    """The head answers one adjustment at once: `save_draft` and `send` as one. The same answer twice is one."""
    standing = _locked(appraisal_id)
    if not answering.may_send(actor, standing.unit_id):
        raise PermissionDenied
    if answering.reply_due(standing) is None:
        raise Refused(CLOSED)
    if not agree and not comment.strip():
        raise Refused(NO_WORDS)
    answer = ReplyDraft.Answer.AGREE if agree else ReplyDraft.Answer.DISAGREE
    seen = ReplyDraft.objects.filter(appraisal=standing).values_list("version", flat=True).first() or 0
    _keep(actor, standing, answer, comment, document_ids, seen, "")
    send(actor=actor, round_group_id=standing.round_group_id, unit_id=standing.unit_id, appraisal_id=appraisal_id)
    return standing.entries.order_by("-sequence")[0]


def _locked(appraisal_id: int) -> Appraisal:
    found = Appraisal.objects.get(pk=appraisal_id)
    locked_assessments(found.round_group_id, {found.unit_id})
    locked_block(found.round_group_id)
    rows = Appraisal.objects.select_related("unit", "stage", "round_group__round", "criterion")
    return rows.get(pk=appraisal_id)


def _keep(
    actor: User,
    standing: Appraisal,
    answer: str,
    comment: str,
    document_ids: Iterable[int],
    seen_version: int,
    address: str,
) -> ReplyDraft:
    """Write the draft when it says something new."""
    words = clean_lines(comment)
    if answer not in ("", *ReplyDraft.Answer.values):
        raise Invalid({"answer": "Chọn đồng ý hoặc không đồng ý."})
    if len(words) > MAX_TEXT:
        length = f"Giải trình dài {vn_count(len(words))} ký tự, tối đa {vn_count(MAX_TEXT)}"
        raise Invalid({"comment": f"{length}: rút gọn, hoặc gửi kèm tệp."})
    documents = unit_documents(standing.unit_id, document_ids)
    draft = ReplyDraft.objects.filter(appraisal=standing).select_related("updated_by").first()
    draft = draft or ReplyDraft(appraisal=standing)
    chosen = [paper.pk for paper in documents]
    before = digests.draft_facts(draft, draft.documents.values_list("pk", flat=True)) if draft.pk else None
    if (draft.answer, draft.comment, (before and before["documents"]) or []) == (answer, words, sorted(chosen)):
        return draft
    if draft.version != seen_version:
        raise Conflict(f"{draft.updated_by} đã lưu giải trình này trước: so hai bản rồi lưu lại.", draft)
    draft.answer, draft.comment, draft.version = answer, words, draft.version + 1
    draft.updated_at, draft.updated_by = clock.now(), actor
    after = digests.draft_facts(draft, chosen)
    draft.log = record(
        actor=actor,
        verb=digests.VERB_DRAFT,
        obj=standing,
        before=before,
        after=after,
        unit=standing.unit,
        address=address,
    )
    draft.save()
    draft.documents.set(documents)
    return draft


def _refuse_wordless(drafts: list[ReplyDraft]) -> None:
    codes = [draft.appraisal.criterion.code for draft in drafts if not draft.is_whole]
    if codes:
        raise Refused(f"{NO_WORDS} Còn thiếu ở tiêu chí {', '.join(codes)}.")


def _answer(actor: User, draft: ReplyDraft, stage: Stage) -> AppraisalEntry | None:
    """The draft as the unit's answer; None when the last answer says the same."""
    standing = draft.appraisal
    verdict = Verdict(draft.answer, comment=draft.comment, documents=tuple(draft.documents.all()))
    last = standing.entries.order_by("-sequence").prefetch_related("documents").first()
    if last and says(last, verdict, last.actor or actor):
        return None
    return write_one(standing, verdict, stage, actor, core_digests.VERB_REPLY)


def _receipt(actor: User, entries: list[AppraisalEntry], address: str) -> ReplyReceipt:
    """Certify the answers, tell the unit's people and, once all is answered, the managers."""
    first = entries[0]
    unit, block = first.appraisal.unit, first.appraisal.round_group
    receipt = ReplyReceipt(round_group=block, unit=unit, stage=first.stage, sent_at=clock.arrived(), sent_by=actor)
    turn = ReplyReceipt.objects.filter(round_group=block, unit=unit).count() + 1
    receipt.number = digests.receipt_number(receipt, turn)
    ordered = sorted(entries, key=lambda entry: (entry.appraisal_id, entry.sequence))
    receipt.digest = digests.receipt_digest(receipt, ordered)
    receipt.log = record(
        actor=actor,
        verb=digests.VERB_SEND,
        obj=SelfAssessment.objects.select_related("unit", "round_group__round").get(round_group=block, unit=unit),
        after={"number": receipt.number, "digest": receipt.digest, "entries": len(entries)},
        unit=unit,
        address=address,
        anchor=True,
    )
    receipt.save()
    receipt.entries.set(entries)
    mails.tell_receipt(receipt, len(entries))
    mails.tell_replies(first.appraisal)
    return receipt
