"""`manage.py send_reminders`: to units that have not submitted, and to members who have not voted in writing."""

from typing import Any

from appraisal.council.votes.actions import remind_voters
from cchc_index.lib.commands import OperatorCommand
from selfassess.reminders.actions import send_reminders


class Command(OperatorCommand):
    help = (
        "Viết thư nhắc các đơn vị chưa nộp khi còn 7, 3, 1 ngày, và thành viên Hội đồng chưa cho ý kiến bằng văn bản "
        "khi còn 3, 1 ngày. Chạy lại không gửi trùng."
    )

    def run(self, **options: Any) -> None:
        posted, asked = send_reminders(), remind_voters()
        lacking = posted.without_address + asked.without_address
        without = f"; {lacking} người không có địa chỉ thư" if lacking else ""
        self.stdout.write(f"Thư nhắc mới: {posted.written + asked.written}{without}.")
