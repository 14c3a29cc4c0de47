"""Stating what silence means."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.models import Release, SilenceRule
from appraisal.rules import seats as seat_rules
from cchc_index.lib.faults import Refused
from criteria.models import Round
from units.auditlog.actions import record
from units.models import User

from . import digests


@transaction.atomic
def state_silence(*, actor: User | None, round_id: int, of_unit: str, of_member: str) -> SilenceRule:
    """Say what the silence of a unit and of a member means in a round. `actor` None is the program itself. Raises
    PermissionDenied for anyone but the index manager; Refused for another meaning than those that are offered, and
    for a change once a stage has been released: units were told what their silence would mean."""
    if actor is not None and not seat_rules.may_compose(actor):
        raise PermissionDenied
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
    rule = SilenceRule.objects.filter(round=round_).first() or SilenceRule(round=round_)
    before = digests.silence_facts(rule) if rule.pk else None
    if of_unit not in SilenceRule.OfUnit.values or of_member not in SilenceRule.OfMember.values:
        raise Refused("Chọn ý nghĩa của việc không trả lời trong danh sách.")
    if before is not None and (rule.of_unit, rule.of_member) == (of_unit, of_member):
        return rule
    if before is not None and Release.objects.filter(round_group__round=round_).exists():
        raise Refused("Đã thông báo kết quả thẩm định cho đơn vị nên không sửa được quy định về việc không trả lời.")
    rule.of_unit, rule.of_member = of_unit, of_member
    rule.save()
    record(actor=actor, verb=digests.VERB_SILENCE, obj=rule, before=before, after=digests.silence_facts(rule))
    return rule
