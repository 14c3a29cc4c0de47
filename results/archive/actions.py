"""Taking a year's finished scores: the unit's own, the council's, the survey's, all or nothing."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.archive import actions as archive
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean_lines
from criteria.models import RoundGroup
from results.publication.queries import is_in_force
from results.rules import may_publish
from selfassess.archive import actions as selfassess
from surveys.assent.actions import Signed
from surveys.scores import actions as scores
from units.auditlog.actions import record
from units.models import User
from units.seconding import confirms

from .sheet import Archive

VERB_SIGN = "archive.sign"


@transaction.atomic
def import_archive(
    *, actor: User | None, round_group: RoundGroup, archived: Archive, signed: Signed | None = None
) -> tuple[int, int, int]:
    """Write what the file says; how many cells changed of each kind. `actor` None: the command line. What a year says
    that is published changes only by two people with a reason.

    Raises PermissionDenied for whoever is no index manager, Refused for a published year without two people, and what
    the three imports raise."""
    if actor is not None and not may_publish(actor):
        raise PermissionDenied
    own, appraised, surveyed = (
        write(actor=actor, round_group=round_group, rows=rows) if rows else 0
        for write, rows in (
            (selfassess.import_scores, archived.own),
            (archive.import_standings, archived.appraised),
            (scores.import_scores, archived.surveyed),
        )
    )
    # Asked last: whatever was written holds the block's row now, at which a publication waits. The same file again
    # writes nothing and needs nobody.
    unmoved = RoundGroup.objects.filter(pk=round_group.pk, inputs_mark=round_group.inputs_mark).exists()
    if not unmoved and is_in_force(round_group.round_id):
        _sign(round_group, signed, own + appraised + surveyed)
    return own, appraised, surveyed


def _sign(round_group: RoundGroup, signed: Signed | None, changed: int) -> None:
    """Two index managers change a published year, and the log says why."""
    if signed is None:
        raise Refused(
            f"Chỉ số năm {round_group.round.year} đã công bố: điểm chỉ thay đổi khi hai người quản lý Chỉ số cùng làm "
            "và ghi lý do. Ở dòng lệnh ghi --proposed-by, --approved-by và --reason."
        )
    reason = clean_lines(signed.reason)
    if not reason:
        raise Refused("Ghi lý do thay đổi điểm của năm đã công bố (ở dòng lệnh: --reason).")
    if signed.proposer.pk == signed.second.pk:
        raise Refused("Người xác nhận phải khác người đề nghị.")
    for person in (signed.proposer, signed.second):
        if not confirms(person):
            raise Refused(
                f"{person} ({person.username}) không phải người quản lý Chỉ số giữ vai trò đủ lâu theo quy định."
            )
    after = {"proposed_by": signed.proposer.pk, "approved_by": signed.second.pk, "changed": changed}
    record(actor=None, verb=VERB_SIGN, obj=round_group, after=after, reason=reason)
