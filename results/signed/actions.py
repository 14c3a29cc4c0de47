"""The verbs: the signed decision brought back, and taken away again."""

import tempfile
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from results.models import Publication, SignedDecision
from results.rules import may_publish
from selfassess.documents.inspection import Inspected
from selfassess.examination import text_reading
from selfassess.roundpapers.actions import inspected_upload, stored_file
from units.auditlog.actions import record
from units.models import User

from .digests import VERB_POST, VERB_WITHDRAW, signed_facts
from .reading import problems

SECONDS = 30
"""How long the reading of a decision may take while somebody waits for the page."""
TAKEN = (Publication.State.PROPOSED, Publication.State.PUBLISHED)


def post_signed(*, actor: User, publication_id: int, upload: "File[Any] | None", seen: bool = False) -> SignedDecision:
    """Put the signed decision beside its publication. It must be a PDF, signed and unchanged since, and carry the
    publication's number and day; of a scan without letters the actor says to have `seen` both. The bytes are looked at
    as evidence is.

    Raises PermissionDenied for anybody but an index manager; Refused with every reason, for illustrative data, which no
    decision announces, and while another signed decision stands.
    """
    if not may_publish(actor):
        raise PermissionDenied
    publication = Publication.objects.select_related("round").defer("bundle").get(pk=publication_id)
    if publication.round.illustrative:
        raise Refused("Số liệu minh họa không có quyết định nào công bố, nên không nhận văn bản đã ký.")
    if upload is None:
        raise Refused("Chọn tệp PDF của Quyết định đã ký.")
    content, inspected = _inspected(upload)
    told = _read(content, publication.number)
    wrong = problems(told, publication.number, publication.dated, seen=seen)
    if wrong:
        raise Refused(" ".join(wrong))
    kept = {name: told.get(name) for name in ("text", "signatures", "number_found", "facts")}
    path_of = f"signed-decisions/{uuid.uuid4().hex}.pdf"
    with stored_file(content, path_of, SignedDecision) as path, transaction.atomic():
        _free(publication_id)
        row = SignedDecision(publication=publication, original_name=clean(upload.name)[-255:], reading=kept)
        row.file.name, row.size, row.digest = path, inspected.size, inspected.digest
        row.seen, row.posted_by, row.posted_at = seen and not told.get("number_found"), actor, clock.now()
        row.save()
        record(actor=actor, verb=VERB_POST, obj=row, after=signed_facts(row), anchor=True)
    return row


def _free(publication_id: int) -> None:
    """Raises Refused when the publication takes no signed decision, or has one."""
    held = Publication.objects.select_for_update(of=("self",)).defer("bundle").get(pk=publication_id)
    if held.state not in TAKEN:
        raise Refused(f"Công bố số {held.number} {held.get_state_display()}, không nhận văn bản đã ký.")
    if SignedDecision.objects.filter(publication=held, withdrawn_at=None).exists():
        raise Refused("Công bố này đã có Quyết định đã ký: gỡ bản đó trước, kèm lý do.")


@transaction.atomic
def withdraw_signed(*, actor: User, signed_id: int, reason: str) -> SignedDecision:
    """Take a signed decision away with a reason; row and file stay. Raises PermissionDenied and Refused."""
    if not may_publish(actor):
        raise PermissionDenied
    row = SignedDecision.objects.select_for_update(of=("self",)).filter(pk=signed_id, withdrawn_at=None).first()
    if row is None:
        raise Refused("Văn bản này đã được gỡ: tải lại trang.")
    words = clean(reason)
    if not words:
        raise Refused("Nhập lý do gỡ văn bản.")
    row.withdrawn_at, row.withdrawn_by, row.withdrawal_reason = clock.now(), actor, words
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    record(actor=actor, verb=VERB_WITHDRAW, obj=row, after=signed_facts(row), reason=words, anchor=True)
    return row


def _inspected(upload: "File[Any]") -> tuple[bytes, Inspected]:
    """The bytes and what they are. Raises Refused as `inspected_upload` does, for another kind than PDF, and while the
    antivirus daemon cannot be reached."""
    content, inspected = inspected_upload(upload, must_scan=True)
    if inspected.extension != "pdf":
        raise Refused("Chọn tệp PDF của Quyết định đã ký, không phải tệp loại khác.")
    return content, inspected


def _read(content: bytes, number: str) -> text_reading.Reading:
    """What stands on the paper and who signed it, by the bounded child process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "signed.pdf"
        path.write_bytes(content)
        return text_reading.read_file(path, "pdf", number, seconds=SECONDS, roots=str(settings.SIGNATURE_ROOTS))
