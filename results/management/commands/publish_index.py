"""`manage.py publish_index`: freeze the ranking under a number, then write its files."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.days import YearSlip, require_year
from cchc_index.lib.faults import Refused
from cchc_index.lib.outfiles import write_whole
from results import verify
from results.models import Publication
from results.publication import actions, queries
from results.queries import round_named
from units.models import User
from units.queries import account_named

VERIFIER = "verify.py"
_SIGNED = ("proposed_by", "approved_by", "proposer_reason", "approver_reason")


class Command(OperatorCommand):
    help = "Công bố chỉ số của một năm: khóa kết quả rồi ghi PDF, Word, XLSX, CSV, JSON và verify.py."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--number", required=True, help="số quyết định công bố, ví dụ 1234/QĐ-UBND")
        parser.add_argument("--date", required=True, help="ngày quyết định, YYYY-MM-DD")
        parser.add_argument("--out", required=True, metavar="DIR", help="thư mục ghi tệp")
        parser.add_argument("--supersedes", default="", metavar="NUMBER", help="số công bố được đính chính")
        parser.add_argument("--errata", default="", metavar="TEXT", help="nội dung đính chính")
        parser.add_argument("--proposed-by", metavar="USER", help="tên đăng nhập của người quản lý Chỉ số đề nghị")
        parser.add_argument("--approved-by", metavar="USER", help="tên đăng nhập của người quản lý Chỉ số duyệt")

        parser.add_argument(
            "--proposer-reason", default="", metavar="TEXT", help="vì sao công bố khi còn việc chưa xong"
        )
        parser.add_argument("--approver-reason", default="", metavar="TEXT", help="vì sao duyệt khi còn việc chưa xong")

    def run(self, **options: Any) -> None:
        out, dated = _folder(options["out"]), _date(options["date"])
        round_ = round_named(options["year"])
        stem = f"chi-so-cchc-{round_.year}"
        _refuse_folders(out, stem)
        signers = _signers(**{name: options[name] for name in _SIGNED})
        # The files are on disk before the publication is: what cannot be written is not published.
        with transaction.atomic():
            publication = actions.publish(
                round_id=round_.pk,
                number=options["number"],
                dated=dated,
                errata=options["errata"],
                supersedes=options["supersedes"],
                signers=signers,
            )
            paths = _write(out, _files(publication, stem))
        self._warn_about_changes(publication, dated)
        for path in paths:
            self.stdout.write(str(path))

    def _warn_about_changes(self, publication: Publication, dated: date) -> None:
        if publication.dated != dated:
            self.say(f"Số {publication.number} đã công bố ngày {publication.dated:%d/%m/%Y}; giữ nguyên ngày đó.")
        if queries.changed_since(publication):
            self.say(
                f"Điểm đã thay đổi từ khi công bố số {publication.number}; tệp ghi ra vẫn là bản đã khóa. "
                "Muốn đính chính: công bố với một số mới, --supersedes và --errata."
            )


def _signers(
    proposed_by: str | None, approved_by: str | None, proposer_reason: str, approver_reason: str
) -> actions.Signers | None:
    """The two accounts by their names; None when neither is given. Raises Refused for one alone, for reasons that
    nobody signs, and an unknown name."""
    if proposed_by is None and approved_by is None and not (proposer_reason or approver_reason):
        return None
    if proposed_by is None or approved_by is None:
        raise Refused("Ghi cả hai: --proposed-by (người đề nghị) và --approved-by (người duyệt).")
    two = _account(proposed_by, "--proposed-by"), _account(approved_by, "--approved-by")
    return actions.Signers(*two, proposer_reason, approver_reason)


def _account(name: str, option: str) -> User:
    account = account_named(name.strip())
    if account is None:
        raise Refused(f"Không có tài khoản “{name[:60]}” ({option}): ghi đúng tên đăng nhập.")
    return account


def _date(raw: str) -> date:
    try:
        day = date.fromisoformat(raw.strip())
        require_year(day, raw.strip())
        return day
    except YearSlip as slip:
        raise Refused(f"Ngày {slip}.") from None
    except ValueError:
        raise Refused(f"Ngày “{raw[:20]}” không đúng: ghi theo dạng YYYY-MM-DD, ví dụ 2025-03-01.") from None


def _folder(raw: str) -> Path:
    """The folder for the files, which need not exist yet. Raises Refused when it cannot be written to; called before
    anything is frozen."""
    out = Path(raw)
    standing = next((place for place in (out, *out.absolute().parents) if place.exists()), Path("/"))
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        raise Refused(f"Không ghi được vào “{standing}”: chọn một thư mục có quyền ghi cho --out.")
    return out


def _refuse_folders(out: Path, stem: str) -> None:
    """Raises Refused when a folder has the name of a file that is to be written, before the long work begins."""
    taken = next((out / name for name in _names(stem) if (out / name).is_dir()), None)
    if taken is not None:
        raise Refused(f"“{taken}” là thư mục: đổi tên nó hoặc chọn --out khác.")


def _names(stem: str) -> list[str]:
    """The names of the files, in the order of `_files`."""
    return [*(f"{stem}{ending}" for ending in (".json", ".csv", ".xlsx", ".pdf", ".docx")), VERIFIER]


def _files(publication: Publication, stem: str) -> dict[str, bytes]:
    """Every file by its name, all made before the first is written."""
    from results.files import paper, spreadsheets, word  # inline: start-up cost

    data = queries.printed(publication)
    made = (
        publication.bundle.encode(),
        spreadsheets.csv_bytes(data),
        spreadsheets.xlsx_bytes(data),
        paper.ranking_pdf(data),
        word.ranking_docx(data),
        Path(verify.__file__).read_bytes(),
    )
    return dict(zip(_names(stem), made, strict=True))


def _write(out: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write each file under a temporary name and rename it, so that it appears whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in files.items():
        path = out / name
        write_whole(path, content)
        paths.append(path)
    return paths
