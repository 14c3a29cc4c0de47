"""Whether the public reads on what the points of a round rest."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib.faults import Refused
from criteria.models import Round
from results.models import Publication
from results.rules import may_publish
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import User


@transaction.atomic
def show_grounds(*, actor: User, round_id: int, shows: bool) -> bool:
    """Let publications of the round from now on say on what each point rests, or say it no more. What is published
    already stays as it is. False, and nothing written, where it stands so already.

    Raises PermissionDenied for anybody but an index manager; Refused while a proposal waits, which holds what it says.
    """
    if not may_publish(actor):
        raise PermissionDenied
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
    waiting = Publication.objects.filter(round=round_, state=Publication.State.PROPOSED).first()
    if waiting is not None:
        raise Refused(f"Đề nghị công bố số {waiting.number} đang chờ duyệt: duyệt hoặc rút đề nghị đó trước.")
    if round_.shows_grounds == shows:
        return False
    before = {"shows_grounds": round_.shows_grounds}
    round_.shows_grounds = shows
    round_.save(update_fields=["shows_grounds"])
    logged = {"shows_grounds": shows, **marked(round_)}
    record(actor=actor, verb="round.grounds", obj=round_, before=before, after=logged)
    return True
