"""`manage.py backup --out FILE [--keep N]`: database and files at one consistent point, while people work."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from cchc_index.backup import actions
from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused


class Command(OperatorCommand):
    help = "Sao lưu cơ sở dữ liệu và tệp ở cùng một thời điểm vào một tệp; mã hóa khi đặt BACKUP_KEY."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", required=True, metavar="FILE", help="tệp bản sao lưu; %%Y%%m%%d… là ngày giờ")
        parser.add_argument("--keep", type=int, metavar="N", help="giữ N bản mới nhất cùng kiểu tên, xóa bản cũ hơn")

    def look_first(self, **options: Any) -> None:
        if options["keep"] is not None and options["keep"] < 1:
            raise Refused("--keep: giữ ít nhất một bản.")
        actions.require_folder(options["out"])

    def run(self, **options: Any) -> None:
        target = actions.target_of(options["out"])
        manifest = actions.backup(target)
        sealed = "đã mã hóa" if settings.BACKUP_KEY else "chưa mã hóa (đặt BACKUP_KEY để mã hóa)"
        self.stdout.write(f"Đã sao lưu vào {target}: cơ sở dữ liệu và {manifest.files} tệp, {sealed}.")
        count, digest = manifest.head
        self.stdout.write(f"Mốc nhật ký của bản này: {count}:{digest}")
        if manifest.missing:
            self.say(f"Chú ý: {len(manifest.missing)} tệp có trong sổ nhưng không còn trong kho:")
            self.say("; ".join(manifest.missing[:20]))
        for path in actions.keep_newest(target, options["keep"]) if options["keep"] else ():
            self.say(f"Đã xóa bản cũ {path}.")
