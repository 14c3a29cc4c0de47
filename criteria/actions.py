"""The verbs that write to decisions, sets and rounds."""

from collections.abc import Mapping
from datetime import date
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from units.auditlog.actions import record
from units.auditlog.digests import Facts, marked
from units.models import User

from . import queries
from .digests import LINKS, PROPOSED, VERB_CONFIRM, VERB_FREEZE, VERB_LINK, instant, links_of, named_facts, set_digest
from .models import Criterion, Decision, RoundGroup
from .rules import require_manager

VERB_DECISION = "criteria.decision"
FROZEN = (
    "Bộ tiêu chí này đã khóa vì đã có điểm chấm theo nó, nên không sửa được nữa. "
    "Nếu cần thay đổi, hãy lập bộ tiêu chí theo quyết định khác cho kỳ đánh giá sau."
)


@transaction.atomic
def inputs_changed(round_group_id: int) -> None:
    """Say that something the ranking or the council's grid of this block depends on has changed. The version
    counts in the same transaction as the change; the recomputation is asked for by name once that is in."""
    RoundGroup.objects.filter(pk=round_group_id).update(inputs_version=F("inputs_version") + 1, inputs_mark=uuid4())
    send_after_commit("results.recompute", round_group_id)


@transaction.atomic
def freeze(round_group_id: int, actor: User | None = None) -> None:
    """Lock the criteria set of a block: called with the first score, by whoever gives it. Idempotent. The log
    takes a digest of the tree and its policies once, so that a later change is found."""
    at = clock.now()
    if RoundGroup.objects.filter(pk=round_group_id, frozen_at=None).update(frozen_at=at):
        block = RoundGroup.objects.select_related("round", "group", "criteria_set__decision").get(pk=round_group_id)
        log_freeze(block, actor)


def log_freeze(block: RoundGroup, actor: User | None) -> None:
    """Log the digest of a frozen set; called again when a policy that may still be changed has changed."""
    if block.frozen_at is not None:
        after = {
            "at": instant(block.frozen_at),
            "digest": set_digest(block.criteria_set_id),
            "names": named_facts(block),
            PROPOSED: {str(block.pk): block.proposed_from},
            LINKS: links_of(Criterion.objects.filter(criteria_set=block.criteria_set_id).order_by("pk")),
        }
        record(actor=actor, verb=VERB_FREEZE, obj=block, after=after)


@transaction.atomic
def confirm_set(*, actor: User | None, round_group_id: int) -> bool:
    """Take the set that was copied from an earlier year as this year's own; whether it was still a proposal. Raises
    PermissionDenied for anybody but an index manager or the command line."""
    require_manager(actor)
    rows = RoundGroup.objects.select_for_update(of=("self",)).select_related("round", "group", "criteria_set__decision")
    block = rows.filter(pk=round_group_id).first()
    if block is None or block.proposed_from is None:
        return False
    before = {"proposed_from": block.proposed_from}
    block.proposed_from = None
    block.save(update_fields=["proposed_from"])
    after = {"decision": str(block.criteria_set.decision), PROPOSED: {str(block.pk): None}}
    record(actor=actor, verb=VERB_CONFIRM, obj=block, before=before, after=after)
    return True


@transaction.atomic
def describe_decision(*, actor: User, number: str, issued_on: date | None, title: str) -> Decision:
    """Write when a decision was issued and what it says; saving what stands, or nothing, writes nothing. Raises
    PermissionDenied for anybody but an index manager."""
    require_manager(actor)
    decision = Decision.objects.select_for_update(of=("self",)).get(number=number)
    before = {"issued_on": decision.issued_on, "title": decision.title}
    after = {"issued_on": issued_on or decision.issued_on, "title": clean(title) or decision.title}
    if before != after:
        Decision.objects.filter(pk=decision.pk).update(**after)
        decision.refresh_from_db()
        was, now = ({**one, "issued_on": str(one["issued_on"] or "")} for one in (before, after))
        record(actor=actor, verb=VERB_DECISION, obj=decision, before=was, after={**now, **marked(decision)})
    return decision


@transaction.atomic
def link_previous(*, actor: User, round_group_id: int, links: Mapping[int, int]) -> int:
    """Say of which criterion of the earlier set each of the block's is the same: keys of this year's leaves without
    one, and of the earlier ones. How many were linked. A frozen set takes links too: they move no point. Raises
    PermissionDenied for anybody but an index manager, Refused for none and for criteria of other sets."""
    require_manager(actor)
    if not links:
        raise Refused("Chưa chọn tiêu chí nào: đánh dấu những tiêu chí cùng nội dung với kỳ trước rồi xác nhận.")
    block = RoundGroup.objects.select_for_update(of=("self",)).select_related("round").get(pk=round_group_id)
    earlier = queries.earlier_block(block)
    known = {row.pk: row for row in queries.tree(earlier.criteria_set_id)} if earlier else {}
    rows = {row.pk: row for row in queries.leaves(block.criteria_set_id)}
    if not links.keys() <= rows.keys() or not set(links.values()) <= known.keys():
        raise Refused("Có tiêu chí không thuộc bộ tiêu chí của khối này hoặc của kỳ trước; tải lại trang rồi chọn lại.")
    linked = {
        new: old
        for new, old in links.items()
        if Criterion.objects.filter(pk=new, previous=None).update(previous=old, previous_code="")
    }
    if linked:
        chosen = {rows[new].code: known[old].code for new, old in linked.items()}
        after: Facts = {"year": earlier and earlier.round.year, "links": chosen}
        after[LINKS] = {str(new): [old, ""] for new, old in linked.items()}
        record(actor=actor, verb=VERB_LINK, obj=block, after=after)
    return len(linked)


def refuse_frozen(criteria_set_id: int | None) -> None:
    """Raise ValidationError when the set is closed. Inside a transaction: its blocks stay locked until
    the end, so that a first score and a change of the set cannot pass each other."""
    blocks = RoundGroup.objects.select_for_update(of=("self",)).filter(criteria_set_id=criteria_set_id)
    if any(block.frozen_at for block in blocks.order_by("pk")):
        raise ValidationError(FROZEN)
