"""The base of the operators' commands: exit 0 done, exit 2 refused with every fault on stderr."""

import re
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from .alone import alone
from .faults import ImportRefused, Refused

REFUSED = 2
INTERRUPTED = 130
"""What a shell reports of a program that Ctrl-C ended."""


class OperatorCommand(BaseCommand):
    """Subclasses write `run(**options)`; refusals become exit 2, an empty database gets its tables first."""

    requires_system_checks: list[str] = []
    needs_tables = True
    """Whether tables that are missing are made, or asked for, before it runs."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = lambda message: self._misused(parser, message)  # type: ignore[method-assign]
        return parser

    def _misused(self, parser: CommandParser, message: str) -> NoReturn:
        """argparse speaks English; the operator reads the same in Vietnamese, with the usage line."""
        self.say(in_vietnamese(message))
        usage = " ".join(parser.format_usage().removeprefix("usage:").split())
        self.say("Cách dùng: " + usage.replace(_OF_EVERY_COMMAND, ""))
        raise CommandRefused([message])

    def handle(self, *args: object, **options: Any) -> None:
        try:
            self.look_first(**options)
            if self.needs_tables:
                self._prepare_database()
            self.run(**options)
        except ImportRefused as refused:
            self._refuse([str(fault) for fault in refused.faults])
        except Refused as refused:
            self._refuse([str(refused)])
        except OSError as error:
            if error.filename is None:  # not about a file: a lost connection, a full disk
                raise
            self._refuse([f"Không mở được tệp “{error.filename}”: kiểm tra tên tệp, thư mục và quyền đọc."])

    def look_first(self, **options: Any) -> None:
        """Refuse what needs no database to be refused, before tables are made."""

    def run(self, **options: Any) -> None:
        raise NotImplementedError

    def say(self, text: str) -> None:
        """A message for the operator; standard output is kept for data."""
        self.stderr.write(text, style_func=_plain)

    def tell(self, sentences: Iterable[str]) -> None:
        """What a file was understood to say: on standard output, where whoever imports it reads the outcome."""
        for sentence in sentences:
            self.stdout.write(sentence)

    @staticmethod
    def add_hidden(parser: CommandParser) -> None:
        """`--hidden take|leave`: what becomes of rows and columns that are hidden in the file."""
        words = "dòng, cột đang ẩn trong tệp: leave (bỏ ra, mặc định) hoặc take (vẫn tính)"
        parser.add_argument("--hidden", choices=("leave", "take"), default="leave", help=words)

    def _refuse(self, lines: list[str]) -> None:
        for line in lines:
            self.stderr.write(line, style_func=_plain)
        self.stderr.write(f"Từ chối: {len(lines)} lỗi, chưa lưu gì.", style_func=_plain)
        raise CommandRefused(lines)

    def _prepare_database(self) -> None:
        """Tables that are missing: made in the embedded default and in an empty database, else asked for."""
        try:
            connection.ensure_connection()
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            self._refuse([f"Không nối được cơ sở dữ liệu, kiểm tra DATABASE_URL và máy chủ dữ liệu: {reason}"])
        if not _is_behind():
            return
        if connection.vendor != "sqlite" and connection.introspection.table_names():
            self._refuse(["Cơ sở dữ liệu còn thiếu bảng của phiên bản này: chạy manage.py migrate rồi làm lại."])
        # Two commands may meet an empty database together: the second finds the tables made.
        with alone(settings.VAR_DIR / "setup.lock"):
            if _is_behind():
                self.say("Đang tạo bảng trong cơ sở dữ liệu (migrate)…")
                call_command("migrate", verbosity=0, interactive=False)

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandRefused:
            sys.exit(REFUSED)
        except KeyboardInterrupt:
            self.say("\nĐã dừng.")
            sys.exit(INTERRUPTED)


def _is_behind() -> bool:
    """Whether a migration waits: never made, or made halfway by a command that was killed."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


_OF_EVERY_COMMAND = (
    " [--version] [-v {0,1,2,3}] [--settings SETTINGS] [--pythonpath PYTHONPATH] [--traceback] [--no-color]"
    " [--force-color]"
)
"""Options that Django gives every command: they would hide those that the command is about."""
_WORDS = (
    (r"the following arguments are required: (.*)", r"Thiếu tham số: \1."),
    (r"unrecognized arguments: (.*)", r"Không có tham số: \1."),
    (r"argument (.*?): expected .*", r"Tham số \1 thiếu giá trị."),
    (r"argument (.*?): invalid int value: '(.*)'", r"Tham số \1: “\2” không phải số nguyên."),
    (
        r"argument (.*?): invalid choice: '?(.*?)'? \(choose from (.*)\)",
        r"Tham số \1: không có “\2”; chọn một trong: \3.",
    ),
    (r"argument (.*?): ignored explicit argument '(.*)'", r"Tham số \1 không nhận giá trị; bỏ “\2”."),
    (r"argument (.*?): (.*)", r"Tham số \1 không đúng."),
    (r"ambiguous option: (.*?) could match (.*)", r"Tham số \1 viết tắt chưa rõ; ghi đủ một trong: \2."),
)


def in_vietnamese(message: str) -> str:
    """What argparse says of wrong arguments, as a Vietnamese sentence."""
    for pattern, words in _WORDS:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return match.expand(words)
    return "Tham số của lệnh chưa đúng."


class CommandRefused(Exception):
    """The refusal as `call_command` sees it; not a CommandError, so that Django adds no English prefix."""

    def __init__(self, lines: list[str]):
        self.lines = lines
        super().__init__("\n".join(lines))


def _plain(text: str) -> str:
    return text
