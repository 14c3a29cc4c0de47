"""The library of reasons a round starts with; the index manager edits it afterwards."""

from django.db import transaction

from .models import Reason

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
def ensure_reasons() -> int:
    """Add the default reasons that are missing; texts edited since are kept. Returns how many were added."""
    known = set(Reason.objects.order_by("code").values_list("code", flat=True))
    missing = [Reason(code=code, text=text) for code, text in DEFAULT_REASONS if code not in known]
    Reason.objects.bulk_create(missing)
    return len(missing)
