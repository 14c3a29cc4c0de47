"""A new document that comes along with what a unit sends to the council: a reply, an answer to a question."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest

from cchc_index.lib.clients import address_of
from selfassess.documents.actions import OFFERED, add_document, missing_data
from selfassess.documents.forms import Intake, take_in
from selfassess.uploads.actions import let_go
from units.models import User


def take_in_document(request: HttpRequest, user: User, unit_id: int, place: str) -> Intake:
    """The upload part of the form. Once begun, it says all that is missing."""
    intake = take_in(request.POST, request.FILES.get("upload"), user, unit_id, place)
    if intake.is_wanted and not intake.is_offered:
        intake.errors = {**missing_data(intake.values, bool(intake.upload)), **intake.errors}
    return intake


def keep_document(request: HttpRequest, user: User, unit_id: int, intake: Intake | None) -> set[int]:
    """The key of the document that was uploaded, among the unit's from now on; nothing for none. It stays there even
    when what it came with is refused. Raises Invalid by field."""
    if intake is None or intake.upload is None:
        return set()
    given = intake.given()
    data = {name: given[name] for name in ("upload", *OFFERED)}
    document = add_document(actor=user, unit_id=unit_id, address=address_of(request), **data)
    let_go(intake.upload)
    intake.upload, intake.values = None, {}  # a page shown after all offers nothing that has gone
    return {document.pk}


def upload_fields(intake: Intake | None) -> Mapping[str, object]:
    """What `selfassess/documents/_upload_fields.html` expects."""
    return {
        "intake": intake,
        "errors": intake.errors if intake else {},
        "typed": intake.values if intake else {},
        "max_megabytes": settings.EVIDENCE_MAX_BYTES // (1024 * 1024),
    }
