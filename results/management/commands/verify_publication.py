"""`manage.py verify_publication FILE.json`: exit 0 only when the file recomputes to its own bytes."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from results import bundle


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
        self.stdout.write("Khớp: kết quả tính lại đúng từng ký tự của bản công bố.")

    def _migrate_if_empty(self) -> None:
        """A file is verified without any database."""
