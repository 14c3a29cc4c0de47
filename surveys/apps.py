from typing import ClassVar

from django.apps import AppConfig


class Config(AppConfig):
    name = "surveys"
    verbose_name = "Điều tra xã hội học"
    log_words: ClassVar[dict[str, str]] = {
        "surveys.confirm": "Xác nhận đề nghị về điều tra",
        "surveys.drop_bundle": "Bỏ tập phiếu giấy",
        "surveys.give_bundle": "Giao tập phiếu giấy",
        "surveys.hand_typing": "Giao lại lượt nhập phiếu giấy",
        "surveys.import_ballots": "Nhập phiếu điều tra",
        "surveys.import_figures": "Nhập số liệu SIPAS, PAPI",
        "surveys.import_online": "Mở hòm phiếu trực tuyến",
        "surveys.import_scores": "Nhập điểm ĐTXHH từ hồ sơ lưu",
        "surveys.join_bundles": "Lập lần nhập từ các tập phiếu giấy",
        "surveys.keep_profile": "Lưu cách đọc tệp phiếu",
        "surveys.make_links": "Tạo liên kết trả lời phiếu",
        "surveys.plan": "Sửa kế hoạch điều tra",
        "surveys.propose": "Đề nghị về điều tra",
        "surveys.receive_table": "Tiếp nhận bảng điểm ĐTXHH",
        "surveys.refresh": "Tính lại điểm ĐTXHH",
        "surveys.refuse": "Không xác nhận đề nghị về điều tra",
        "surveys.replace_table": "Thay bảng điểm ĐTXHH đã ký",
        "surveys.return_table": "Trả lại bảng điểm ĐTXHH",
        "surveys.return_typing": "Trả lại lượt nhập phiếu giấy",
        "surveys.sign_table": "Ký bảng điểm ĐTXHH",
        "surveys.tell": "Tính phiếu vào kết quả được nêu",
        "surveys.undo": "Hủy lần nhập phiếu, số liệu",
        "surveys.withdraw_links": "Thu hồi liên kết chưa dùng",
        "surveys.unused_box": "Không dùng hòm phiếu chưa mở",
    }
    """What people read for the verbs of this app's entries in the log."""

    def ready(self) -> None:
        from criteria.annex import following  # inline: registration
        from criteria.editing import touching  # inline: registration

        from .corrected import actions as corrected  # inline: registration
        from .corrected.queries import surveyed  # inline: registration
        from .plan import actions as plan  # inline: registration
        from .plan import digests as plan_marks  # inline: registration

        following.register("surveys", plan.follow_set)
        touching.register_survey("surveys", surveyed, corrected.remake)
        plan_marks.register_marks()
