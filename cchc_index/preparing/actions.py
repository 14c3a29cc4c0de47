"""The verb that opens a prepared year."""

from django.db import transaction

from appraisal.reasons.actions import ensure_reasons
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.readiness.queries import readiness
from criteria.calendar.actions import set_stage
from criteria.models import Round, Stage
from criteria.rules import require_manager
from units.models import User


@transaction.atomic
def open_self_assessment(*, actor: User, year: int) -> Stage:
    """Let the units of a year begin now, where nothing is missing that their self-assessment needs. The council finds
    the usual reasons in its library.

    Raises PermissionDenied for anybody but an index manager, Refused with what is missing, and for a year whose
    self-assessment has begun.
    """
    require_manager(actor)
    round_ = Round.objects.select_for_update(of=("self",), no_key=True).filter(year=year).first()
    state = readiness(year)
    stage = state.following
    if round_ is None or stage is None or stage.kind != Stage.Kind.SELF_ASSESSMENT:
        raise Refused(f"Kỳ {year} không ở trước giai đoạn tự đánh giá: không có gì để mở.")
    if lacking := state.lacked_by(Stage.Kind.SELF_ASSESSMENT):
        raise Refused(f"Chưa mở được tự đánh giá năm {year}, còn thiếu {len(lacking)} điều: {lacking[0].what}.")
    ensure_reasons(actor)
    return set_stage(actor=actor, round_id=round_.pk, name=stage.name, opens_at=clock.now(), closes_at=stage.closes_at)
