"""`manage.py send_reminders`: to units, to members who have not voted in writing, to verifying agencies."""

from typing import Any

from appraisal.council.verifying.actions import remind_agencies
from appraisal.council.votes.actions import remind_voters
from cchc_index.lib.commands import OperatorCommand
from selfassess.reminders.actions import send_reminders


class Command(OperatorCommand):
    help = (
        "Viết thư nhắc các đơn vị chưa nộp khi còn 7, 3, 1 ngày, và thành viên Hội đồng chưa cho ý kiến bằng văn bản "
        "khi còn 3, 1 ngày, và cơ quan kiểm chứng có việc mới chờ. Chạy lại không gửi trùng."
    )

    def run(self, **options: Any) -> None:
        posted = [send_reminders(), remind_voters(), remind_agencies()]
        lacking = sum(one.without_address for one in posted)
        without = f"; {lacking} người không có địa chỉ thư" if lacking else ""
        self.stdout.write(f"Thư nhắc mới: {sum(one.written for one in posted)}{without}.")
