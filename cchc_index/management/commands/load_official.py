"""`manage.py load_official`: units, decisions, criteria sets, rounds, respondent groups from `fixtures/`."""

from typing import Any

from cchc_index.lib.commands import OperatorCommand
from cchc_index.official import actions, queries


class Command(OperatorCommand):
    help = "Nạp đơn vị, quyết định, bộ tiêu chí, kỳ đánh giá, nhóm đối tượng chính thức; chạy lại không đổi gì."

    def run(self, **options: Any) -> None:
        report = actions.load_official()
        for line in (*report.lines(), *queries.summary()):
            self.stdout.write(line)
