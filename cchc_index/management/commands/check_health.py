"""`manage.py check_health`: what is not well, for an operator and for the timer that raises the alarm."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from cchc_index.health import actions, queries
from cchc_index.lib.commands import REFUSED, OperatorCommand
from cchc_index.lib.faults import Refused


class Command(OperatorCommand):
    help = "Xem các phần của hệ thống có hoạt động không; --alarm: gửi thư cho ADMINS khi có thay đổi."
    needs_tables = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--alarm", action="store_true", help="gửi thư cho ADMINS khi có lỗi mới và khi hết lỗi")

    def run(self, **options: Any) -> None:
        results = queries.look()
        for result in results:
            self.stdout.write(f"{result.check}: {result.error.message if result.error else 'bình thường'}")
        if options["alarm"]:
            self._alarm(results)
        if any(result.error for result in results):
            sys.exit(REFUSED)

    def _alarm(self, results: Any) -> None:
        if not settings.ADMINS:
            raise Refused("Chưa có người nhận cảnh báo: đặt ADMINS.")
        try:
            actions.alarm(results, settings.VAR_DIR / "health-alarm")
        except OSError as error:
            self.say(f"Không gửi được thư cảnh báo, lần sau sẽ gửi lại: {error}")
