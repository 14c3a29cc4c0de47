"""`manage.py check_ledger`: the log's chain is whole, standings equal their entries, publications stand."""

from itertools import chain
from typing import Any

from appraisal import ledger as appraisal
from cchc_index.lib.commands import OperatorCommand
from results import ledger as publications
from units import ledger as log
from units.models import LogEntry, LogHead


class Command(OperatorCommand):
    help = "Chứng minh sổ nguyên vẹn: chuỗi nhật ký, kết quả thẩm định và các bản công bố."

    def run(self, **options: Any) -> None:
        entries = LogEntry.objects.order_by("number").iterator(2000)
        breaks = chain(log.check(entries, LogHead.objects.first()), appraisal.check(), publications.check())
        problems = list(breaks)
        if problems:
            self._refuse(problems)
        self.stdout.write(f"Sổ nguyên vẹn: {LogEntry.objects.count()} mục.")
