"""`manage.py check_ledger`: the log's chain is whole, rows and files equal the log, publications stand."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from cchc_index import ledger
from cchc_index.lib.commands import OperatorCommand
from units.auditlog import anchors, queries
from units.auditlog.actions import note_head
from units.auditlog.models import LogHead


class Command(OperatorCommand):
    help = (
        "Chứng minh sổ nguyên vẹn: chuỗi nhật ký và các mốc bên ngoài, vai trò, bộ tiêu chí đã khóa, điểm, "
        "phiếu, tài liệu, kết quả thẩm định và các bản công bố."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--files", choices=("yes", "no"), default="yes", help="no: không đọc lại nội dung tệp (nhanh hơn)"
        )
        parser.add_argument(
            "--at-least",
            action="append",
            default=[],
            metavar="SỐ_MỤC:DẤU",
            help="mốc giữ ở ngoài: nhật ký phải có ít nhất chừng này mục và đúng dấu niêm này",
        )

        parser.add_argument(
            "--marks",
            action="append",
            default=[],
            type=Path,
            metavar="TỆP",
            help="thư hoặc biên nhận đã lưu: mọi mốc ghi trong đó phải còn đúng",
        )

    def run(self, **options: Any) -> None:
        given = [(text, anchors.given(text)) for text in options["at_least"]]
        wrong = [f"Mốc “{text}” không đúng dạng SỐ_MỤC:DẤU, ví dụ 120:9f2c71d6b8e34a05." for text, m in given if not m]
        if wrong:
            self._refuse(wrong)
        given += [(mark.place, mark) for path in options["marks"] for mark in self._marks(path)]
        kept, unreadable = anchors.read(settings.LEDGER_ANCHOR)
        own, foreign = anchors.of_chain([*kept, *(mark for _, mark in given if mark)], queries.chain())
        head = queries.head()
        problems = [*unreadable, *ledger.check(own, files=options["files"] == "yes")]
        if problems:
            self._refuse(problems)
        self._say(head, own, foreign)

    def _marks(self, path: Path) -> list[anchors.Anchor]:
        marks = anchors.marks_in(path.read_bytes())
        if not marks:
            self._refuse([f"Trong “{path}” không có mốc nào (dạng SỐ_MỤC:DẤU)."])
        return marks

    def _say(self, head: LogHead | None, own: list[anchors.Anchor], foreign: int) -> None:
        count = head.count if head else 0
        self.stdout.write(f"Sổ nguyên vẹn: {count} mục.")
        if foreign:
            self.stdout.write(f"Lưu ý: tệp mốc có {foreign} dòng của một sổ khác (cơ sở dữ liệu đã lập lại từ đầu?).")
        if head is not None and count:
            self.stdout.write(f"Mốc để giữ ở ngoài: {count}:{head.digest}")
            if all(anchor.count < count for anchor in own):
                note_head(count, head.digest)
