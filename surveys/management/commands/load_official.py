"""`manage.py load_official`: units, decisions, criteria sets, rounds, respondent groups from `fixtures/`."""

from typing import Any

from cchc_index.lib.commands import OperatorCommand
from surveys import official


class Command(OperatorCommand):
    help = "Nạp đơn vị, quyết định, bộ tiêu chí, kỳ đánh giá, nhóm đối tượng chính thức; chạy lại không đổi gì."

    def run(self, **options: Any) -> None:
        report = official.load_official()
        for line in (*report.lines(), *official.summary()):
            self.stdout.write(line)
