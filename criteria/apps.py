from typing import ClassVar

from django.apps import AppConfig


class Config(AppConfig):
    name = "criteria"
    verbose_name = "Tiêu chí và kỳ đánh giá"
    log_words: ClassVar[dict[str, str]] = {
        "criteria.freeze": "Khóa bộ tiêu chí",
        "criteria.import": "Nhập bộ tiêu chí",
        "criteria.link": "Đối chiếu tiêu chí với kỳ trước",
        "criteria.confirm": "Xác nhận bộ tiêu chí chép từ kỳ trước",
        "criteria.decision": "Ghi ngày, trích yếu của quyết định",
        "criteria.edit": "Sửa tiêu chí",
        "criteria.propose_correction": "Đề nghị đính chính tiêu chí",
        "criteria.correct": "Xác nhận đính chính tiêu chí",
        "criteria.refuse_correction": "Không xác nhận đính chính tiêu chí",
        "criteria.round": "Ghi kỳ đánh giá",
        "phase.set": "Đặt giờ của giai đoạn",
        "phase.extend": "Gia hạn",
        "stage.add": "Thêm giai đoạn",
        "stage.change": "Sửa giai đoạn",
        "stage.move": "Đổi thứ tự giai đoạn",
        "stage.remove": "Bỏ giai đoạn",
    }
    """What people read for the verbs of this app's entries in the log."""

    def ready(self) -> None:
        from .digests import register_marks  # inline: registration

        register_marks()
