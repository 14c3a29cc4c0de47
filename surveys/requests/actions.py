"""Confirming a request: what it asks for happens in the same transaction."""

from cchc_index.lib.faults import Refused
from surveys.assent import actions as assent
from surveys.assent.actions import Signed
from surveys.batches import actions as batches
from surveys.models import ImportBatch, SurveyRequest
from surveys.online import actions as online
from surveys.planning import actions as planning
from units.models import User


def confirm(*, actor: User, request_id: int) -> SurveyRequest:
    """Let a request count. Raises Refused as `assent.actions.confirm_request` and as the batch's own verb do, and where
    the file has faults by now."""

    def work(row: SurveyRequest, signed: Signed) -> None:
        if row.kind == SurveyRequest.Kind.PLAN:
            planning.confirm_part(actor=actor, row=row)
            return
        if row.kind == SurveyRequest.Kind.BOX:
            online.leave_unused(actor=actor, row=row)
            return
        assert row.batch_id is not None
        if row.kind == SurveyRequest.Kind.UNDO:
            batches.undo_batch(actor=actor, batch_id=row.batch_id, reason=row.reason, signed=signed)
            return
        done = batches.commit_batch(actor=actor, batch_id=row.batch_id, signed=signed)
        if done.state != ImportBatch.State.COMMITTED:
            raise Refused("Tệp có lỗi mới so với lần kiểm tra: không xác nhận đề nghị này, tải tệp đã sửa lên lại.")

    return assent.confirm_request(actor=actor, request_id=request_id, work=work)
