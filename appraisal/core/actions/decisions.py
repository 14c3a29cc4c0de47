"""What one decision says, checked: the unit's own score as it is, or other points with reason and words."""

from decimal import Decimal

from appraisal.models import Action, Appraisal, AppraisalEntry, Reason
from cchc_index.lib import numbers
from cchc_index.lib.faults import Refused
from criteria.models import Criterion, Stage
from selfassess.models import SelfScore

from .entries import Verdict
from .locks import LockedCell


def recognition(score: SelfScore | None, comment: str = "") -> Verdict:
    """The unit's own score as it is. Raises Refused when there is none."""
    if score is None or not score.is_scored:
        raise Refused("Đơn vị chưa chấm tiêu chí này nên không có điểm để công nhận. Hãy dùng Điều chỉnh để cho điểm.")
    return Verdict(Action.RECOGNISE, score.points, score.na_claimed, comment=comment)


def adjustment(
    locked: LockedCell, points: Decimal | None, reason_id: int | None, comment: str, not_applicable: bool
) -> Verdict:
    """Other points than the unit's own, with a reason from the library and words. Raises Refused."""
    verdict = Verdict(
        Action.ADJUST,
        checked_points(locked.criterion, points, not_applicable),
        not_applicable,
        checked_reason(reason_id),
        _checked_words(comment),
    )
    if _equals_score(locked.score, verdict.points, not_applicable):
        raise Refused("Kết quả điều chỉnh bằng điểm tự đánh giá của đơn vị: hãy dùng Công nhận, hoặc sửa điểm.")
    return verdict


KEPT = "Giữ nguyên kết quả"
"""How the words of a decision begin that lets an earlier one stand."""


def kept_result(standing: Appraisal | None, last: AppraisalEntry | None, stage: Stage, comment: str = "") -> Verdict:
    """The adjustment of an earlier stage once more, with its reason, against the unit's objection. Raises Refused."""
    if standing is None or last is None or standing.action != Action.ADJUST or standing.stage_id == stage.pk:
        raise Refused("Tiêu chí này không có kết quả điều chỉnh của giai đoạn trước để giữ nguyên.")
    words = f"{KEPT} {last.stage.title}."
    said = f"{words} {comment.strip()}".strip()
    return Verdict(Action.ADJUST, standing.points, standing.not_applicable, last.reason, said)


def checked_points(criterion: Criterion, points: Decimal | None, not_applicable: bool) -> Decimal | None:
    """Points that a decision may give on a leaf; None for "not applicable". Raises Refused."""
    if not_applicable:
        if points is not None:
            raise Refused("Đã chọn Không áp dụng thì để trống điểm.")
        return None
    top = numbers.vn_short(criterion.max_points)
    if points is None:
        raise Refused(f"Nhập điểm điều chỉnh từ 0 đến {top}, hoặc chọn Không áp dụng.")
    if not 0 <= points <= criterion.max_points:
        raise Refused(f"Điểm điều chỉnh phải từ 0 đến {top}.")
    if numbers.quantize(points) != points:
        raise Refused("Điểm điều chỉnh có quá 4 chữ số thập phân; làm tròn trước khi nhập.")
    return numbers.quantize(points)


def checked_reason(reason_id: int | None) -> Reason:
    """A reason that is in use. Raises Refused."""
    reason = Reason.objects.filter(pk=reason_id, active=True).first() if reason_id else None
    if reason is None:
        raise Refused("Chọn lý do điều chỉnh trong danh sách.")
    return reason


def _checked_words(comment: str) -> str:
    if not comment.strip():
        raise Refused("Nhập nội dung điều chỉnh để đơn vị biết căn cứ.")
    return comment.strip()


def _equals_score(score: SelfScore | None, points: Decimal | None, not_applicable: bool) -> bool:
    if score is None or not score.is_scored:
        return False
    return score.na_claimed if not_applicable else points == score.points
