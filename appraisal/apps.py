from typing import ClassVar

from django.apps import AppConfig


class Config(AppConfig):
    name = "appraisal"
    verbose_name = "Thẩm định"
    log_words: ClassVar[dict[str, str]] = {
        "appraisal.recognise": "Công nhận",
        "appraisal.adjust": "Điều chỉnh",
        "appraisal.bulk_recognise": "Công nhận hàng loạt",
        "appraisal.keep": "Giữ nguyên kết quả",
        "appraisal.bulk_keep": "Giữ nguyên kết quả hàng loạt",
        "appraisal.draft_reply": "Soạn giải trình",
        "appraisal.send_replies": "Gửi giải trình",
        "appraisal.reply": "Đơn vị trả lời kết quả thẩm định",
        "appraisal.import": "Nhập điểm thẩm định từ hồ sơ lưu",
        "appraisal.undo": "Hoàn tác kết quả thẩm định",
        "appraisal.bulk_undo": "Hoàn tác kết quả ghi hàng loạt",
        "appraisal.release": "Thông báo kết quả thẩm định",
        "appraisal.withdraw": "Thu hồi thông báo kết quả thẩm định",
        "appraisal.declare_interest": "Khai báo xung đột lợi ích",
        "appraisal.withdraw_interest": "Rút khai báo xung đột lợi ích",
        "appraisal.confirm_no_interest": "Xác nhận không có xung đột lợi ích khác",
        "appraisal.acknowledge": "Xác nhận đã rà soát tính thống nhất",
        "appraisal.question": "Câu hỏi cho đơn vị",
        "appraisal.assign_question": "Phân công trả lời câu hỏi",
        "appraisal.opinion": "Cho ý kiến độc lập",
        "appraisal.mark_blind": "Chọn tiêu chí cần hai ý kiến độc lập",
        "appraisal.unmark_blind": "Bỏ chọn tiêu chí cần hai ý kiến độc lập",
        "appraisal.reason_defaults": "Lập thư viện lý do ban đầu",
        "appraisal.reason_add": "Thêm lý do điều chỉnh",
        "appraisal.reason_reword": "Sửa lý do điều chỉnh",
        "appraisal.reason_retire": "Ngừng sử dụng hoặc dùng lại lý do điều chỉnh",
        "appraisal.reason_delete": "Xóa lý do điều chỉnh",
        "appraisal.assign": "Phân công thẩm định",
        "appraisal.reassign": "Sửa phân công thẩm định",
        "appraisal.unassign": "Thu hồi phân công thẩm định",
        "appraisal.split": "Chia đều việc thẩm định",
        "appraisal.hand_over": "Bàn giao việc thẩm định",
        "appraisal.compose": "Ghi quyết định thành lập Hội đồng",
        "appraisal.council_paper": "Tải lên quyết định thành lập Hội đồng",
        "appraisal.seat": "Ghi thành phần Hội đồng",
        "appraisal.meeting": "Ghi phiên họp của Hội đồng",
        "appraisal.invite": "Gửi giấy mời họp Hội đồng",
        "appraisal.attendance": "Điểm danh phiên họp của Hội đồng",
        "appraisal.agenda": "Ghi nội dung biểu quyết",
        "appraisal.agenda_remove": "Bỏ nội dung biểu quyết",
        "appraisal.vote": "Biểu quyết",
        "appraisal.dissent": "Ghi ý kiến bảo lưu",
        "appraisal.silence": "Ghi quy định về việc không trả lời",
        "appraisal.sample": "Rút mẫu thẩm định lại",
        "appraisal.judge_again": "Thẩm định lại một lượt tiêu chí của mẫu",
        "appraisal.verifying_agency": "Giao cơ quan kiểm chứng tiêu chí",
        "appraisal.verify": "Cho ý kiến kiểm chứng",
        "appraisal.conclude": "Kết luận của Hội đồng",
        "appraisal.remind": "Nhắc thành viên Hội đồng thẩm định",
    }
    """What people read for the verbs of this app's entries in the log."""

    def ready(self) -> None:
        from criteria.annex import following  # inline: registration
        from criteria.editing import touching  # inline: registration
        from selfassess.lastyear import council  # inline: registration
        from selfassess.lifecycle import council as lifecycle  # inline: registration
        from units.people import openwork  # inline: registration

        from .assignments import actions as assignments  # inline: registration
        from .assignments import digests as assignment_marks  # inline: registration
        from .assignments import queries as held  # inline: registration
        from .corrected import queries as corrected  # inline: registration
        from .interests import digests as interest_marks  # inline: registration
        from .lastyear import queries  # inline: registration
        from .reasons import digests as reason_marks  # inline: registration
        from .replies import queries as replies  # inline: registration

        following.register("appraisal", assignments.follow_set)
        touching.register_reader("appraisal", corrected.touched)
        council.register("appraisal", queries.released)
        lifecycle.register("appraisal", replies.waiting)
        openwork.register("appraisal", held.open_work)
        assignment_marks.register_marks()
        interest_marks.register_marks()
        reason_marks.register_marks()
