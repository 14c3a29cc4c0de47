"""The base of the operators' commands: exit 0 done, exit 2 refused with every fault on stderr."""

import re
import sys
from typing import Any, NoReturn

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from .faults import ImportRefused, Refused

REFUSED = 2


class OperatorCommand(BaseCommand):
    """Subclasses write `run(**options)`; refusals become exit 2, an empty database is migrated first."""

    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = lambda message: self._misused(parser, message)  # type: ignore[method-assign]
        return parser

    def _misused(self, parser: CommandParser, message: str) -> NoReturn:
        """argparse speaks English; the operator reads the same in Vietnamese, with the usage line."""
        self.say(in_vietnamese(message))
        self.say("Cách dùng: " + " ".join(parser.format_usage().removeprefix("usage:").split()))
        raise CommandRefused([message])

    def handle(self, *args: object, **options: Any) -> None:
        self._migrate_if_empty()
        try:
            self.run(**options)
        except ImportRefused as refused:
            self._refuse([str(fault) for fault in refused.faults])
        except Refused as refused:
            self._refuse([str(refused)])
        except OSError as error:
            if error.filename is None:  # not about a file: a lost connection, a full disk
                raise
            self._refuse([f"Không mở được tệp “{error.filename}”: kiểm tra đường dẫn và quyền đọc."])

    def run(self, **options: Any) -> None:
        raise NotImplementedError

    def say(self, text: str) -> None:
        """A message for the operator; standard output is kept for data."""
        self.stderr.write(text, style_func=_plain)

    def _refuse(self, lines: list[str]) -> None:
        for line in lines:
            self.stderr.write(line, style_func=_plain)
        self.stderr.write(f"Từ chối: {len(lines)} lỗi, chưa lưu gì.", style_func=_plain)
        raise CommandRefused(lines)

    def _migrate_if_empty(self) -> None:
        if not connection.introspection.table_names():
            self.say("Cơ sở dữ liệu trống: đang tạo bảng (migrate)…")
            call_command("migrate", verbosity=0, interactive=False)

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandRefused:
            sys.exit(REFUSED)


_WORDS = (
    (r"the following arguments are required: (.*)", r"Thiếu tham số: \1."),
    (r"unrecognized arguments: (.*)", r"Không có tham số: \1."),
    (r"argument (.*?): expected .*", r"Tham số \1 thiếu giá trị."),
    (r"argument (.*?): invalid int value: '(.*)'", r"Tham số \1: “\2” không phải số nguyên."),
    (
        r"argument (.*?): invalid choice: '(.*?)' \(choose from (.*)\)",
        r"Tham số \1: không có “\2”; chọn một trong: \3.",
    ),
    (r"argument (.*?): (.*)", r"Tham số \1 không đúng."),
)


def in_vietnamese(message: str) -> str:
    """What argparse says of wrong arguments, as a Vietnamese sentence."""
    for pattern, words in _WORDS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return found.expand(words)
    return "Tham số của lệnh chưa đúng."


class CommandRefused(Exception):
    """The refusal as `call_command` sees it; not a CommandError, so that Django adds no English prefix."""

    def __init__(self, lines: list[str]):
        self.lines = lines
        super().__init__("\n".join(lines))


def _plain(text: str) -> str:
    return text
