"""`manage.py upgrade --out FILE`: a backup, then everything that a newer version needs; stops at what fails."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from cchc_index.backup import actions
from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from units.auditlog.models import LogEntry

STEPS: dict[str, dict[str, Any]] = {
    "migrate": {"verbosity": 0, "interactive": False},
    "collectstatic": {"verbosity": 0, "interactive": False},
    "begin_proofs": {},
    "check_ledger": {},
}
"""The commands after the backup, in this order, with what they are given."""


class Command(OperatorCommand):
    help = (
        "Nâng cấp sau khi đặt mã nguồn mới và dừng dịch vụ: sao lưu, cập nhật cơ sở dữ liệu và tệp giao diện, "
        "lập mốc nhật ký, kiểm tra sổ. Dừng ở bước đầu tiên bị lỗi và nói cách quay lại."
    )
    needs_tables = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", required=True, metavar="FILE", help="tệp bản sao lưu; %%Y%%m%%d… là ngày giờ")

    def look_first(self, **options: Any) -> None:
        actions.require_folder(options["out"])
        if LogEntry._meta.db_table not in connection.introspection.table_names():
            raise Refused("Cơ sở dữ liệu còn trống, không có gì để nâng cấp: cài mới bằng lệnh migrate.")

    def run(self, **options: Any) -> None:
        target = actions.target_of(options["out"]).absolute()
        self.say(f"Bước 1/{len(STEPS) + 1}: backup")
        manifest = actions.backup(target)
        self.stdout.write(f"Đã sao lưu vào {target}: cơ sở dữ liệu và {manifest.files} tệp.")
        if manifest.missing:
            self.say(f"Chú ý: {len(manifest.missing)} tệp có trong sổ nhưng không còn trong kho từ trước khi nâng cấp.")
        for number, (name, given) in enumerate(STEPS.items(), start=2):
            self.say(f"Bước {number}/{len(STEPS) + 1}: {name}")
            try:
                call_command(name, stdout=self.stdout, stderr=self.stderr, **given)
            except Exception as error:  # whatever it was: nothing more is done on top of it
                self._stop(name, error, target)
        self.stdout.write(f"Đã nâng cấp. Khởi động lại dịch vụ. {_way_back(target)}")

    def _stop(self, name: str, error: Exception, backup: Path) -> None:
        self.say(f"Nâng cấp dừng ở bước {name}: {error}")
        self.say(f"Chưa khởi động dịch vụ. Sửa lỗi rồi chạy lại với tệp khác ở --out. {_way_back(backup)}")
        sys.exit(1)


def _way_back(backup: Path) -> str:
    return (
        "Để quay lại: dừng dịch vụ, đặt lại mã nguồn cũ, đặt cơ sở dữ liệu mới và VAR_DIR mới còn trống, rồi chạy "
        f"deploy/cchc restore {backup}"
    )
