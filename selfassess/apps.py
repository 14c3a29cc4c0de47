from typing import ClassVar

from django.apps import AppConfig


class Config(AppConfig):
    name = "selfassess"
    verbose_name = "Tự đánh giá"
    log_words: ClassVar[dict[str, str]] = {
        "selfassess.open": "Bắt đầu tự đánh giá",
        "selfassess.hand_over": "Trình thủ trưởng",
        "selfassess.take_back": "Thu hồi để sửa",
        "selfassess.send_back": "Trả lại cho công chức phụ trách",
        "selfassess.submit": "Nộp bản tự đánh giá",
        "selfassess.reopen": "Mở lại bản tự đánh giá",
        "selfassess.score": "Ghi điểm tự đánh giá",
        "selfassess.attach": "Đính kèm tài liệu kiểm chứng",
        "selfassess.detach": "Gỡ tài liệu kiểm chứng",
        "selfassess.document": "Tải tài liệu lên",
        "selfassess.replace": "Thay tài liệu",
        "selfassess.read": "Đọc nội dung tài liệu",
        "selfassess.scanned": "Quét tài liệu: không có mã độc",
        "selfassess.infected": "Chặn tài liệu có mã độc",
        "selfassess.give_part": "Giao phần việc trong đơn vị",
        "selfassess.take_part": "Thu hồi phần việc trong đơn vị",
        "selfassess.copy_paper": "Chép văn bản kỳ trước làm đề xuất",
        "selfassess.post_paper": "Đăng văn bản của kỳ",
        "selfassess.withdraw_paper": "Thu hồi văn bản của kỳ",
        "selfassess.archive": "Mở bản tự đánh giá từ hồ sơ lưu",
        "exchange.propose": "Đề nghị kết nối hệ thống nguồn",
        "exchange.confirm": "Mở kết nối hệ thống nguồn",
        "exchange.revoke": "Ngắt kết nối hệ thống nguồn",
        "exchange.write": "Hệ thống nguồn gửi số liệu",
        "exchange.read": "Hệ thống nguồn đọc số liệu",
        "exchange.refused": "Từ chối số liệu của hệ thống nguồn",
        "selfassess.import": "Nhập điểm tự đánh giá từ hồ sơ lưu",
    }
    """What people read for the verbs of this app's entries in the log."""

    def ready(self) -> None:
        from criteria.editing import touching  # inline: registration
        from units.people import openwork  # inline: registration

        from .examination import digests as reading_marks  # inline: registration
        from .lifecycle import queries  # inline: registration
        from .scores import actions as scores  # inline: registration

        openwork.register("selfassess", queries.open_work)
        touching.register_writer("selfassess", scores.recount)
        reading_marks.register_marks()
