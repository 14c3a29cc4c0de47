"""`manage.py verify_publication FILE.json`: exit 0 only when the file recomputes to its own bytes."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from results import bundle
from results.models import Publication


class Command(OperatorCommand):
    help = "Kiểm tra một tệp JSON đã công bố: tính lại từ chính nội dung của tệp."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.json")

    def run(self, **options: Any) -> None:
        try:
            text = bundle.read(Path(options["file"]))
        except ValueError as error:
            raise Refused(str(error)) from error
        problems = bundle.verify(text)
        if problems:
            self._refuse(problems)
        self._compare_with_ours(text)
        self.stdout.write("Khớp: kết quả và mã kiểm tra tính lại từ chính tệp này đúng từng ký tự.")

    def _compare_with_ours(self, text: str) -> None:
        """Where this installation holds a publication of that year and number, the file must be that one."""
        data = json.loads(text)
        try:
            same_number = Publication.objects.filter(round__year=data["year"], number=data["number"] or "")
            ours = list(same_number.exclude(state=Publication.State.WITHDRAWN).values_list("digest", flat=True))
        except DatabaseError:
            return  # no database here: the file stands for itself
        if ours and data["digest"] not in ours:
            raise Refused(
                f"Tệp tự khớp nhưng không phải bản công bố số {data['number']} mà hệ thống này giữ: "
                "tải lại tệp từ trang Dữ liệu mở."
            )

    def _prepare_database(self) -> None:
        """Does nothing: a file is verified without a database."""
