"""`manage.py verify_publication FILE.json`: exit 0: the publication that this installation holds; 3: agrees with
itself, known to nobody here; 2: it is not."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from results import bundle, verify
from results.files import signing
from results.models import Publication

_NOT_IN_FORCE = {
    Publication.State.RECALLED.value: "bản công bố này đã được thu hồi, không còn giá trị",
    Publication.State.WITHDRAWN.value: "đề nghị công bố này đã được rút, chưa từng được công bố",
}
AGREES = 3
"""The exit for a file that nothing contradicts and nobody here vouches for."""


class Command(OperatorCommand):
    help = "Kiểm tra một tệp JSON đã công bố: tính lại từ chính nội dung của tệp."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.json")
        parser.add_argument("--signature", metavar="FILE.sig", help="chữ ký số của tệp; dùng cùng --key")
        parser.add_argument("--key", metavar="FILE.pem", help="khóa công khai mà người kiểm tra tin")

    def run(self, **options: Any) -> None:
        try:
            data = bundle.read(Path(options["file"]))
        except ValueError as error:
            raise Refused(str(error)) from error
        problems = dict.fromkeys([*verify.problems(data), *bundle.verify(data)])
        if problems:
            self._refuse(list(problems))
        if options["signature"] or options["key"]:
            _check_signature(data, options["signature"], options["key"])
            self.stdout.write("Khớp: tính lại đúng từng ký tự, chữ ký đúng là của khóa đã cho.")
            return
        state = self._known_as(bundle.FrozenFile(data).bundle)
        if state == Publication.State.PUBLISHED:
            self.stdout.write("Khớp: đúng là bản công bố mà hệ thống này giữ, tính lại đúng từng ký tự.")
            return
        why = _NOT_IN_FORCE.get(state, "nơi này không giữ bản công bố nào như vậy")
        self.stdout.write(f"Tệp tự khớp: kết quả và mã kiểm tra tính lại đúng từng ký tự; nhưng {why}.")
        sys.exit(AGREES)

    def _known_as(self, head: bundle.Json) -> str:
        """The state under which this installation holds the publication; "" where it holds none. Raises Refused for a
        file that another publication of that year and number contradicts."""
        try:
            in_year = Publication.objects.filter(round__year=head["year"]).exclude(state=Publication.State.PROPOSED)
            held = list(in_year.order_by("pk").values_list("digest", "number", "state"))
        except DatabaseError:
            return ""  # no database here: the file stands for itself
        states = [state for digest, _, state in held if digest == head["digest"]]
        published = Publication.State.PUBLISHED
        if not states and any(number == head["number"] and state == published for _, number, state in held):
            raise Refused(
                f"Tệp tự khớp nhưng không phải bản công bố số {head['number']} mà hệ thống này giữ: "
                "tải lại tệp từ trang Dữ liệu mở."
            )
        return published if published in states else next(iter(states), "")

    def _prepare_database(self) -> None:
        """Does nothing: a file is verified without a database."""


def _check_signature(data: bytes, signature: str | None, key: str | None) -> None:
    """Raises Refused unless the file bears the signature of the key."""
    if not (signature and key):
        raise Refused("Ghi cả hai: --signature (tệp chữ ký) và --key (khóa công khai).")
    try:
        right = signing.is_signed(data, Path(signature).read_bytes(), Path(key).read_bytes())
    except (OSError, ValueError) as error:
        raise Refused("Không đọc được tệp chữ ký hoặc khóa công khai (Ed25519, dạng PEM).") from error
    if not right:
        raise Refused("Chữ ký không phải của khóa đã cho trên tệp này: tệp, chữ ký hoặc khóa đã bị thay.")
