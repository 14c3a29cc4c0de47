"""`manage.py restore FILE`: a backup into an empty place, proved by `check_ledger` at its end."""

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from cchc_index.backup import actions
from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.stored_files import mark_store
from units.auditlog.queries import known_store


class Command(OperatorCommand):
    help = "Khôi phục một bản sao lưu vào nơi còn trống, rồi kiểm tra sổ (check_ledger)."
    needs_tables = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="tệp do lệnh backup ghi ra")

    def run(self, **options: Any) -> None:
        manifest = actions.restore(Path(options["file"]), self.say)
        connection.close()
        call_command("migrate", verbosity=0, interactive=False)
        mark_store(known_store())
        self.say("Đang kiểm tra sổ…")
        if self._check():
            self.say("Đã khôi phục, nhưng sổ không nguyên vẹn như các dòng trên nêu: xem lại trước khi mở hệ thống.")
            sys.exit(1)
        self.stdout.write(f"Đã khôi phục cơ sở dữ liệu và {manifest.files} tệp; sổ nguyên vẹn.")

    def _check(self) -> int:
        """The check in a process of its own, which starts with the restored key; its exit code."""
        self.stdout.flush()
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "check_ledger"]
        # Our own interpreter and our own command.
        return subprocess.run(command, check=False, cwd=settings.BASE_DIR).returncode  # noqa: S603
