"""Setting up a council: its decision, and who sits on it from when to when."""

import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from appraisal.models import PDF, Council, CouncilPaper, Seat
from appraisal.rules import seats as seat_rules
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from criteria.models import Round
from selfassess.documents.inspection import Inspected
from selfassess.roundpapers.actions import inspected_upload, stored_file
from units.auditlog.actions import record
from units.models import Unit, User

from . import digests

FOLDER = "council"
"""Where the files of decisions lie in the store."""


def compose_with_file(
    *,
    actor: User,
    round_id: int,
    number: str,
    dated: date,
    issuer: str,
    note: str = "",
    upload: "File[Any] | None" = None,
) -> Council:
    """`compose`, and the signed decision as a file beside it. The file is hostile until proven, as evidence is. Raises
    as `compose`, and Refused for a file that is not a PDF or that no evidence may be either; then nothing is saved."""
    _check_may(actor)
    content, seen = inspected_upload(upload) if upload is not None else (b"", None)
    if seen is not None and seen.content_type != PDF:
        raise Refused("Tệp quyết định phải là PDF: xuất hoặc quét bản đã ký sang PDF rồi tải lại.")
    held = stored_file(content, f"{FOLDER}/{uuid.uuid4().hex}.pdf", CouncilPaper) if seen else nullcontext("")
    with held as path, transaction.atomic():
        council = compose(actor=actor, round_id=round_id, number=number, dated=dated, issuer=issuer, note=note)
        if seen is not None and upload is not None:
            _file_paper(actor, council, path, clean(upload.name)[-255:], seen)
    return council


def _file_paper(actor: User, council: Council, path: str, name: str, seen: Inspected) -> None:
    """The file beside the decision as it is now; the same file of the same decision again is one."""
    last = council.papers.order_by("-pk").first()
    if last is not None and (last.digest, last.number, last.dated) == (seen.digest, council.number, council.dated):
        return
    paper = CouncilPaper(
        council=council,
        number=council.number,
        dated=council.dated,
        file=path,
        original_name=name,
        content_type=seen.content_type,
        size=seen.size,
        digest=seen.digest,
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )
    after = {"number": paper.number, "name": name, "digest": digests.paper_digest(paper)}
    paper.log = record(actor=actor, verb=digests.VERB_PAPER, obj=council, after=after)
    paper.save(force_insert=True)


@transaction.atomic
def compose(
    *,
    actor: User | None,
    round_id: int,
    number: str,
    dated: date,
    issuer: str,
    note: str = "",
    illustrative: bool = False,
) -> Council:
    """Write the council's decision down, or that of a later decision. `actor` None is the program itself. Raises
    PermissionDenied for anyone but the index manager; Refused without a number or an issuer."""
    _check_may(actor)
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
    council = Council.objects.filter(round=round_).first() or Council(round=round_, illustrative=illustrative)
    before = _facts(council) if council.pk else None
    council.number, council.issuer, council.note = clean(number), clean(issuer), note.strip()
    council.dated = dated
    if not council.number or not council.issuer:
        raise Refused("Nhập số quyết định và cơ quan ban hành quyết định thành lập Hội đồng.")
    council.save()
    after = _facts(council)
    if before != after:
        record(actor=actor, verb=digests.VERB_COMPOSE, obj=council, before=before, after=after)
    return council


@dataclass(frozen=True, slots=True)
class SeatEntry:
    """What is written of one seat."""

    kind: str
    name: str
    title: str = ""
    agency: Unit | None = None
    agency_name: str = ""
    user: User | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@transaction.atomic
def seat(*, actor: User | None, council_id: int, entry: SeatEntry, seat_id: int | None = None) -> Seat:
    """Give somebody a seat, or correct one (`seat_id`). Raises PermissionDenied for anyone but the index manager, and
    for one's own seat; Refused without a name or an agency, for a second chair on the same days, and for an account
    that sits there already."""
    _check_may(actor)
    council = Council.objects.select_for_update(of=("self",)).select_related("round").get(pk=council_id)
    row = council.seats.get(pk=seat_id) if seat_id else Seat(council=council)
    before = digests.seat_facts(row) if row.pk else None
    if actor is not None and actor.pk in (row.user_id, entry.user.pk if entry.user else None) and _votes(entry, row):
        raise PermissionDenied("Không được tự ghi mình vào Hội đồng; đề nghị người quản lý Chỉ số khác ghi.")
    row.kind, row.name, row.title = entry.kind, clean(entry.name), clean(entry.title)
    row.agency, row.agency_name, row.user = entry.agency, clean(entry.agency_name), entry.user
    row.valid_from, row.valid_to = entry.valid_from, entry.valid_to
    _check_seat(council, row)
    if before == digests.seat_facts(row):
        return row
    row.save()
    after = {**digests.seat_facts(row), **_facts(council)}
    record(actor=actor, verb=digests.VERB_SEAT, obj=council, before=before, after=after, unit=row.agency)
    return row


def _votes(entry: SeatEntry, row: Seat) -> bool:
    return Seat(kind=entry.kind).votes or (bool(row.pk) and row.votes)


def _check_may(actor: User | None) -> None:
    if actor is not None and not seat_rules.may_compose(actor):
        raise PermissionDenied


def _check_seat(council: Council, row: Seat) -> None:
    if not row.name:
        raise Refused("Nhập họ và tên.")
    if row.agency is None and not row.agency_name:
        raise Refused("Chọn cơ quan, hoặc nhập tên cơ quan không thuộc danh sách được đánh giá.")
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise Refused("Đến ngày phải sau Từ ngày.")
    others = [one for one in council.seats.exclude(pk=row.pk).order_by("pk") if _overlap(one, row)]
    twice = next((one for one in others if one.kind == row.kind and seat_rules.is_single(row.kind)), None)
    if twice is not None:
        raise Refused(f"{twice.get_kind_display()} trong thời gian này là {twice.name}: ghi ngày kết thúc trước.")
    if row.user_id and row.votes and any(one.user_id == row.user_id and one.votes for one in others):
        raise Refused("Tài khoản này đã là thành viên có quyền biểu quyết của Hội đồng.")


def _overlap(one: Seat, other: Seat) -> bool:
    first, last = date.min, date.max
    begins = max(one.valid_from or first, other.valid_from or first)
    return begins <= min(one.valid_to or last, other.valid_to or last)


def _facts(council: Council) -> digests.CouncilFacts:
    return digests.council_facts(council, council.seats.order_by("pk"))
