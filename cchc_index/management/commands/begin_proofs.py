"""`manage.py begin_proofs`: rows of before the log kept their marks are taken on trust, once."""

from typing import Any

from cchc_index.lib.commands import OperatorCommand
from units.auditlog.actions import begin_proofs, name_store
from units.auditlog.digests import row_kinds


class Command(OperatorCommand):
    help = (
        "Nhận vào sổ, một lần cho mỗi loại, những dòng có từ trước khi nhật ký ghi loại đó; từ đó check_ledger thấy "
        "mọi dòng bị sửa, bị xóa hoặc tự thêm. Để dấu trong thư mục lưu tệp nếu chưa có. Chạy khi cài đặt và sau mỗi "
        "lần nâng cấp."
    )

    def run(self, **options: Any) -> None:
        if name_store():
            self.stdout.write("Đã để dấu trong thư mục lưu tệp: thiếu dấu ấy, hệ thống biết ổ lưu tệp chưa được gắn.")
        taken = begin_proofs()
        for label, count in taken.items():
            kind = row_kinds()[label]
            words = f"{kind.model._meta.verbose_name}{kind.part and f' ({kind.what})'}"
            self.stdout.write(
                f"Nhận {count} {words} có từ trước; đúng hay sai trước lúc này thì không chứng minh được."
            )
        if not taken:
            self.stdout.write("Mọi loại đã có dòng gốc: không có gì thay đổi.")
