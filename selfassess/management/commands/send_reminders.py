"""`manage.py send_reminders`: mail to the units that have not submitted, 7, 3 and 1 days before closing."""

from typing import Any

from cchc_index.lib.commands import OperatorCommand
from selfassess.reminders.actions import send_reminders


class Command(OperatorCommand):
    help = "Viết thư nhắc các đơn vị chưa nộp khi còn 7, 3, 1 ngày. Chạy lại không gửi trùng."

    def run(self, **options: Any) -> None:
        posted = send_reminders()
        without = f"; {posted.without_address} người không có địa chỉ thư" if posted.without_address else ""
        self.stdout.write(f"Thư nhắc mới: {posted.written}{without}.")
