"""The verbs that write to the documents of a round."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model

from cchc_index.lib import clock
from cchc_index.lib.faults import Invalid, Refused
from cchc_index.lib.text import clean, clean_lines
from criteria.models import Round
from criteria.rules import may_manage, require_manager
from selfassess.documents import inspection
from selfassess.examination import antivirus
from selfassess.models import RoundPaper, RoundPaperOpening
from units.auditlog.actions import record
from units.models import UnitGroup, User

from . import mails, queries
from .digests import VERB_POST, VERB_PROPOSE, VERB_WITHDRAW, paper_facts

_LENGTHS = {"number": ("Số ký hiệu", 100), "issuer": ("Cơ quan ban hành", 200), "abstract": ("Trích yếu", 500)}
NO_FILE = "Chọn tệp của văn bản."
FOLDER = "round-papers"


def post_paper(
    *,
    actor: User,
    round_id: int,
    upload: "File[Any] | None",
    kind: str,
    number: str,
    issued_on: date | None,
    issuer: str,
    abstract: str,
    audience: str,
    group: UnitGroup | None,
    paper_id: int | None = None,
) -> RoundPaper:
    """Post a document of the round with its file for those it concerns, and tell them; `paper_id`: the proposal that
    it completes. The file is hostile until proven, as evidence is, and scanned where there is a daemon.

    Raises PermissionDenied for anybody but an index manager; Invalid by field; Refused for a proposal that no longer
    waits.
    """
    if not may_manage(actor):
        raise PermissionDenied
    data = {"number": clean(number), "issuer": clean(issuer), "abstract": clean(abstract)}
    errors = _data_errors(data, kind, audience)
    try:
        if upload is None:
            raise Refused(NO_FILE)
        content, inspected = inspected_upload(upload)
    except Refused as refused:
        raise Invalid({"file": str(refused), **errors}) from None
    if errors:
        raise Invalid(errors)
    facts = {**data, "kind": kind, "issued_on": issued_on, "audience": audience, "group": group}
    name = clean(upload.name)[-255:]
    path_of = f"{FOLDER}/{uuid.uuid4().hex}.{inspected.extension}"
    with stored_file(content, path_of, RoundPaper) as path, transaction.atomic():
        paper = _waiting(round_id, paper_id) if paper_id else RoundPaper(round_id=round_id)
        for field, value in facts.items():
            setattr(paper, field, value)
        paper.file.name, paper.original_name, paper.content_type = path, name, inspected.content_type
        paper.size, paper.digest = inspected.size, inspected.digest
        paper.posted_by, paper.posted_at = actor, clock.now()
        paper.save()
        mails.tell_posted(paper)
        record(actor=actor, verb=VERB_POST, obj=paper, after=paper_facts(paper))
    return paper


def _waiting(round_id: int, paper_id: int) -> RoundPaper:
    rows = RoundPaper.objects.select_for_update(of=("self",)).filter(round=round_id, pk=paper_id)
    paper = rows.filter(posted_at=None, withdrawn_at=None).first()
    if paper is None:
        raise Refused("Văn bản này đã được đăng hoặc đã thu hồi: tải lại trang.")
    return paper


def _data_errors(data: Mapping[str, str], kind: str, audience: str) -> dict[str, str]:
    errors = {}
    for name, (label, length) in _LENGTHS.items():
        if len(data[name]) > length:
            errors[name] = f"{label} dài {len(data[name])} ký tự, tối đa {length}: rút gọn."
    if not data["abstract"]:
        errors["abstract"] = "Nhập trích yếu của văn bản."
    if kind not in RoundPaper.Kind:
        errors["kind"] = "Chọn loại văn bản trong danh sách."
    elif not data["number"] and kind != RoundPaper.Kind.FORM:
        errors["number"] = "Nhập số ký hiệu như trên văn bản; chỉ biểu mẫu không cần số."
    if audience not in RoundPaper.Audience:
        errors["audience"] = "Chọn đối tượng trong danh sách."
    return errors


def inspected_upload(upload: "File[Any]", *, must_scan: bool = False) -> tuple[bytes, inspection.Inspected]:
    """The bytes and what they are. Raises Refused for what is not taken as evidence either, and for what the antivirus
    daemon names. A daemon that is down stops nobody, unless the file `must_scan`: it goes to the public at once."""
    content = upload.read(settings.EVIDENCE_MAX_BYTES + 1)
    inspected = inspection.inspect(
        content,
        upload.name or "",
        settings.EVIDENCE_MAX_BYTES,
        max_pages=settings.EVIDENCE_MAX_PAGES,
        max_pixels=settings.EVIDENCE_MAX_PIXELS,
        size=upload.size,
    )
    if settings.CLAMD_URL:
        try:
            verdict = antivirus.scan([content], settings.CLAMD_URL, settings.CLAMD_TIMEOUT)
        except antivirus.Unreachable:
            if must_scan:
                raise Refused("Chưa quét được mã độc vì dịch vụ quét không trả lời: thử lại sau ít phút.") from None
            return content, inspected
        if verdict.infected:
            raise Refused(f"Tệp có mã độc ({verdict.name}) nên không được nhận: kiểm tra lại máy đã tạo tệp.")
    return content, inspected


@contextmanager
def stored_file(content: bytes, path: str, model: type[Model]) -> Iterator[str]:
    """The file under `path`, which nobody can guess; taken away again when no row of the model came to speak of it in
    its `file`."""
    name = default_storage.save(path, ContentFile(content))
    try:
        yield name
    finally:
        if not model._default_manager.filter(file=name).exists():
            default_storage.delete(name)


@transaction.atomic
def withdraw_paper(*, actor: User, round_id: int, paper_id: int, reason: str) -> RoundPaper:
    """Take a document back with a reason: those it concerned no longer see it, the row and the file stay. Raises
    PermissionDenied for anybody but an index manager, Refused without a reason and for one already withdrawn."""
    require_manager(actor)
    words = clean_lines(reason)
    if not words:
        raise Refused("Nhập lý do thu hồi văn bản.")
    paper = RoundPaper.objects.select_for_update(of=("self",)).filter(round=round_id, pk=paper_id).first()
    if paper is None or paper.withdrawn_at is not None:
        raise Refused("Văn bản này đã thu hồi: tải lại trang.")
    paper.withdrawn_at, paper.withdrawn_by, paper.withdrawal_reason = clock.now(), actor, words
    paper.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    record(actor=actor, verb=VERB_WITHDRAW, obj=paper, after=paper_facts(paper), reason=words)
    return paper


def note_opening(*, actor: User, paper: RoundPaper) -> None:
    """From the first time on it is not new for the person."""
    RoundPaperOpening.objects.get_or_create(paper=paper, opened_by=actor, defaults={"at": clock.now()})


@transaction.atomic
def copy_papers(*, actor: User | None, source: Round, target: Round) -> int:
    """The list of an earlier year's documents as proposals without numbers, days and files, which the new year's own
    documents complete; how many. Only while the new year has no document of its own. Part of copying a year."""
    require_manager(actor)
    if RoundPaper.objects.filter(round=target).exists():
        return 0
    made = 0
    for paper in queries.standing(source):
        proposal = RoundPaper.objects.create(
            round=target,
            kind=paper.kind,
            issued_on=None,
            issuer=paper.issuer,
            abstract=paper.abstract,
            audience=paper.audience,
            group_id=paper.group_id,
            proposed_from=source.year,
        )
        record(actor=actor, verb=VERB_PROPOSE, obj=proposal, after=paper_facts(proposal))
        made += 1
    return made
