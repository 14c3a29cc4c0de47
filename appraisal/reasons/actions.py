"""The library of reasons: what a round starts with; added, reworded, retired. One that was used is never deleted."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify

from appraisal.models import AppraisalEntry, Reason
from appraisal.rules import reach
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.text import clean, fold
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import User

TEXT_LENGTH = 250
CODE_LENGTH = 40
DEFAULT_REASONS: tuple[tuple[str, str], ...] = (
    ("thieu-tai-lieu", "Thiếu tài liệu kiểm chứng"),
    ("tai-lieu-khong-dung", "Tài liệu kiểm chứng không đúng nội dung tiêu chí"),
    ("ngoai-thoi-ky", "Tài liệu kiểm chứng ngoài thời kỳ đánh giá"),
    ("so-lieu-khong-khop", "Số liệu khai không khớp tài liệu kiểm chứng"),
    ("ap-sai-muc-diem", "Áp dụng sai mức điểm so với quy tắc chấm"),
    ("cham-tien-do", "Thực hiện chậm so với thời hạn quy định"),
    ("chua-hoan-thanh", "Chưa hoàn thành toàn bộ nội dung của tiêu chí"),
    ("khong-ap-dung", "Đơn vị không có nhiệm vụ thuộc tiêu chí này"),
    ("co-ap-dung", "Đơn vị có nhiệm vụ thuộc tiêu chí, không chấp nhận đề nghị không áp dụng"),
    ("chap-nhan-giai-trinh", "Chấp nhận giải trình và tài liệu bổ sung của đơn vị"),
    ("giu-ket-qua-lan-1", "Giải trình chưa đủ căn cứ, giữ kết quả thẩm định lần 1"),
    ("ket-luan-hoi-dong", "Theo kết luận của Hội đồng thẩm định"),
)


@transaction.atomic
def ensure_reasons(actor: User | None = None) -> int:
    """Add the default reasons that are missing; texts edited since are kept. Returns how many were added."""
    known = set(Reason.objects.order_by("code").values_list("code", flat=True))
    missing = [Reason(code=code, text=text) for code, text in DEFAULT_REASONS if code not in known]
    Reason.objects.bulk_create(missing)
    if missing:
        record(actor=actor, verb="appraisal.reason_defaults", obj=missing[0], after=marked(*missing))
    return len(missing)


@transaction.atomic
def add_reason(*, actor: User, text: str) -> Reason:
    """A new reason; its code is made from its words. Raises PermissionDenied for anyone but the index
    manager, Refused for an empty or too long text and for one that is there already."""
    if not reach.can_assign(actor):
        raise PermissionDenied
    known = list(Reason.objects.select_for_update(of=("self",)).order_by("pk"))
    words = _checked_text(text, known)
    made = Reason.objects.create(code=_code(words, {reason.code for reason in known}), text=words)
    record(actor=actor, verb="appraisal.reason_add", obj=made, after={**_values(made), **marked(made)})
    return made


@transaction.atomic
def reword_reason(*, actor: User, reason_id: int, text: str, seen: str) -> Reason:
    """Other words for a reason; decisions that use it show the new ones, the log keeps what was said then.
    Raises Conflict when the text is no longer `seen`, Refused as `add_reason` does."""
    found, known = _locked(actor, reason_id)
    if found.text != seen:
        raise Conflict(f"Lý do này vừa được sửa thành “{found.text}”: chưa ghi gì. Hãy xem lại rồi sửa.", current=found)
    words = _checked_text(text, [reason for reason in known if reason != found])
    if words == found.text:
        return found
    before = _values(found)
    found.text = words
    found.save(update_fields=["text"])
    record(
        actor=actor, verb="appraisal.reason_reword", obj=found, before=before, after={**_values(found), **marked(found)}
    )
    return found


@transaction.atomic
def set_reason_active(*, actor: User, reason_id: int, active: bool) -> Reason:
    """Retire a reason (it is no longer offered; decisions keep it) or offer it again. Repeating changes
    nothing. Raises Refused for the last one that is offered: nobody could adjust any more."""
    found, known = _locked(actor, reason_id)
    if found.active == active:
        return found
    if not active and not any(reason.active for reason in known if reason != found):
        raise Refused("Đây là lý do cuối cùng đang sử dụng: thêm lý do khác trước khi ngừng sử dụng lý do này.")
    before = _values(found)
    found.active = active
    found.save(update_fields=["active"])
    record(
        actor=actor, verb="appraisal.reason_retire", obj=found, before=before, after={**_values(found), **marked(found)}
    )
    return found


@transaction.atomic
def delete_reason(*, actor: User, reason_id: int) -> None:
    """Remove a reason nobody has used. Raises Refused for a used one: retire it instead."""
    found, _ = _locked(actor, reason_id)
    if is_used(found):
        raise Refused("Lý do này đã được dùng trong kết quả thẩm định nên không xóa được: hãy chọn Ngừng sử dụng.")
    record(
        actor=actor, verb="appraisal.reason_delete", obj=found, before=_values(found), after=marked(found, gone=True)
    )
    found.delete()


def is_used(reason: Reason) -> bool:
    """Whether any step or opinion of anybody rests on the reason."""
    return AppraisalEntry.objects.filter(reason=reason).exists() or reason.opinions.exists()


def _locked(actor: User, reason_id: int) -> tuple[Reason, list[Reason]]:
    """The reason among all, every row locked: two people never retire the last two."""
    if not reach.can_assign(actor):
        raise PermissionDenied
    known = list(Reason.objects.select_for_update(of=("self",)).order_by("pk"))
    found = next((reason for reason in known if reason.pk == reason_id), None)
    if found is None:
        raise Conflict("Lý do này không còn trong thư viện.")
    return found, known


def _checked_text(text: str, others: list[Reason]) -> str:
    words = clean(text)
    if not words:
        raise Refused("Nhập lý do.")
    if len(words) > TEXT_LENGTH:
        raise Refused(f"Lý do dài nhất {TEXT_LENGTH} ký tự; bản này có {len(words)}.")
    same = next((reason for reason in others if fold(reason.text) == fold(words)), None)
    if same:
        hint = "" if same.active else " (đã ngừng sử dụng: có thể dùng lại)"
        raise Refused(f"Thư viện đã có lý do “{same.text}”{hint}.")
    return words


def _code(words: str, taken: set[str]) -> str:
    base = slugify(fold(words))[: CODE_LENGTH - 4].strip("-") or "ly-do"
    codes = [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))]
    return next(code for code in codes if code not in taken)


def _values(reason: Reason) -> dict[str, object]:
    return {"code": reason.code, "text": reason.text, "active": reason.active}
