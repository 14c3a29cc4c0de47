"""The unit's documents: list, one document with its versions and uses, and the file itself."""

from collections.abc import Mapping
from typing import Any, Protocol

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from cchc_index.lib import clock
from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Invalid, Refused
from cchc_index.lib.numbers import whole_number
from criteria.models import Round
from criteria.queries import round_in_view
from selfassess import rules
from selfassess.core.views import person
from selfassess.evidence.actions import move_place
from selfassess.evidence.forms import PlaceForm
from selfassess.evidence.queries import remarks_on_documents, uses_of
from selfassess.evidence.remarks import KINDS, Remarks, remarks_anytime
from selfassess.models import Document
from selfassess.uploads.actions import let_go
from units.models import UNITS_BY_NAME, Unit, User

from . import queries
from .actions import OFFERED, log_opening, missing_data, replace_document
from .forms import Intake, take_in


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """Documents the person may see, of one unit when `?don-vi=` says so; old versions on the document's page."""
    user = person(request)
    units = rules.units_visible_to(user).order_by("group", *UNITS_BY_NAME)
    wanted = request.GET.get("don-vi", "")
    unit = get_object_or_404(units, pk=whole_number(wanted)) if wanted else units.first()
    current = rules.documents_visible_to(user).filter(unit=unit, replaced_by=None)
    found = list(queries.with_uses(current).order_by("-uploaded_at", "-pk"))
    rows = _with_remarks(found, unit, round_in_view(request))
    kind = request.GET.get("loc", "")
    kinds = {key: (words, sum(key in said.kinds for _, said in rows)) for key, words in KINDS.items()}
    context = {
        "units": units,
        "unit": unit,
        "kinds": [(key, words, count) for key, (words, count) in kinds.items() if count],
        "kind": kind if kind in KINDS else "",
        "rows": [row for row in rows if kind not in KINDS or kind in row[1].kinds],
        "used": queries.storage_used(unit.pk) if unit else None,
    }
    return render(request, "selfassess/documents/documents.html", context)


def _with_remarks(documents: list[Document], unit: Unit | None, round_: Round | None) -> list[tuple[Document, Remarks]]:
    """Each document with what is said about it in the round in view."""
    if unit is None or round_ is None:
        return [(each, Remarks()) for each in documents]
    said = remarks_on_documents(documents, round_, unit.pk)
    return [(each, said[each.pk]) for each in documents]


@require_safe
def document_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself; `?tai-ve=1` saves it. Each reading is recorded."""
    found = get_object_or_404(rules.documents_visible_to(request.user), pk=pk)
    return answer(request, person(request), found, download="tai-ve" in request.GET)


def answer(request: HttpRequest, reader: User, document: Document, *, download: bool = False) -> HttpResponseBase:
    """The file to a person who may read it, with the reading recorded; 403 and a sentence when withheld."""
    if getattr(request, "viewed_by", None):  # whoever looks through the reader's eyes
        raise PermissionDenied
    said = rules.withheld(document, own=rules.is_member(reader, document.unit_id))
    if said:
        return render(request, "selfassess/documents/withheld.html", {"document": document, "said": said}, status=403)
    if "khung" in request.GET and document.is_picture and not download:
        return _picture_frame(request, document)
    response = file_response(document, download=download)
    if request.method == "GET":
        log_opening(actor=reader, document=document, saved=download, address=address_of(request))
    return response


def _picture_frame(request: HttpRequest, document: Document) -> HttpResponse:
    """The picture fitted to the frame it is shown in, larger on demand. Reading is recorded when the picture itself
    is fetched."""
    response = render(request, "selfassess/documents/picture.html", {"document": document, "source": request.path})
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; style-src 'self'; frame-ancestors 'self'"
    return response


class StoredFile(Protocol):
    """What `file_response` needs to know of a file: evidence, or a document of the round."""

    file: Any
    original_name: str
    content_type: str

    @property
    def display(self) -> str: ...
    @property
    def opens_in_browser(self) -> bool: ...


def file_response(document: StoredFile, *, download: bool = False) -> FileResponse:
    """The stored bytes under the document's own name: PDF and pictures beside the score, a copy for the eyes where
    the browser cannot show the file, the rest (and `download`) to save. Never cached by anybody between, never
    guessed to be another type."""
    shown = document.opens_in_browser and not download
    copied = document.display if shown else ""
    content_type = document.content_type if shown else "application/octet-stream"
    if copied:
        content_type = _COPY_TYPES[copied.rpartition(".")[2]]
    try:
        stored = default_storage.open(copied) if copied else document.file.open("rb")
    except FileNotFoundError:
        raise Http404("Tệp không còn trong kho.") from None
    response = FileResponse(
        stored,
        as_attachment=not shown,
        filename=document.original_name if not copied else "",
        content_type=content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    # Our own pages show it in a frame; a browser's PDF viewer is an object of the page that holds the file.
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Content-Security-Policy"] = _PDF_POLICY if content_type == "application/pdf" else _SANDBOX
    return response


_COPY_TYPES = {"jpg": "image/jpeg", "pdf": "application/pdf", "html": "text/html; charset=utf-8"}
# No browser's PDF viewer runs in a sandbox; what acts in a PDF was refused when it came.
_PDF_POLICY = "default-src 'self'; object-src 'self'; frame-ancestors 'self'"
_SANDBOX = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'"


@require_safe
def document_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: data, findings, uses, versions, and the file at `?trang=`."""
    return _page(request, _found(request, pk))


@require_POST
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version: another file, or corrected data."""
    found, user = _own(request, pk), person(request)
    intake = take_in(request.POST, request.FILES.get("upload"), user, found.unit_id, f"thay-{found.pk}")
    if intake.errors:
        return _page(
            request, found, {**missing_data(intake.values, has_file=True), **intake.errors}, 400, intake=intake
        )
    if intake.is_offered:
        return _page(request, found, intake=intake)
    given = {name: value for name, value in intake.given().items() if name in (*OFFERED, "upload")}
    try:
        new = replace_document(actor=user, document_id=found.pk, address=address_of(request), **given)
    except Invalid as invalid:
        return _page(request, found, invalid.errors, 400, intake=intake)
    except Refused as refused:
        return _page(request, found, {"": str(refused)}, 409, intake=intake)
    if intake.upload:
        let_go(intake.upload)
    messages.success(request, f"Đã thay bằng bản mới {new.number}; bản cũ vẫn xem được ở mục “Các bản”.")
    return redirect("selfassess:paper", new.pk)


@require_POST
def place(request: HttpRequest, pk: int, evidence_id: int) -> HttpResponse:
    """Another page or section for one of the document's uses."""
    found = _own(request, pk)
    evidence = get_object_or_404(uses_of(found), pk=evidence_id)
    form = PlaceForm(request.POST)
    errors: Mapping[str, str] = {} if form.is_valid() else form.sentences()
    if not errors:
        try:
            move_place(
                actor=person(request),
                assessment_id=evidence.score.assessment_id,
                evidence_id=evidence.pk,
                address=address_of(request),
                **form.cleaned_data,
            )
        except Invalid as invalid:
            errors = invalid.errors
        except Refused as refused:
            return _page(request, found, {"": str(refused)}, status=409)
    if errors:
        return _page(request, found, errors, status=400, wrong=evidence.pk)
    messages.success(request, f"Đã ghi vị trí của {found.number} ở tiêu chí {evidence.score.criterion.code}.")
    return redirect("selfassess:paper", found.pk)


def _found(request: HttpRequest, pk: int) -> Document:
    visible = queries.with_versions(rules.documents_visible_to(request.user))
    return get_object_or_404(visible, pk=pk)


def _own(request: HttpRequest, pk: int) -> Document:
    found = _found(request, pk)
    if not rules.is_member(request.user, found.unit_id):
        raise PermissionDenied
    return found


def _page(
    request: HttpRequest,
    document: Document,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    wrong: int | None = None,
    intake: Intake | None = None,
) -> HttpResponse:
    """The document's page; after a fault with everything typed still in its field, and the file that came. `wrong`:
    the evidence whose place was refused."""
    user, errors = person(request), errors or {}
    said = rules.withheld(document, own=rules.is_member(user, document.unit_id))
    uses = queries.uses(document, user, clock.now())
    context = {
        "document": document,
        "uses": uses,
        "versions": queries.versions(document),
        "notes": remarks_anytime(document),
        "withheld": said,
        "is_shown": not said and document.opens_in_browser,
        "at_page": _page_number(request, document, uses),
        "is_member": rules.is_member(user, document.unit_id),
        "may_replace": rules.is_member(user, document.unit_id) and not hasattr(document, "replaced_by"),
        "typed": _typed(request, document) | (intake.values if intake else {}),
        "intake": intake,
        "errors": errors,
        "wrong": wrong,
        "summary": _summary(errors, wrong),
        "max_megabytes": settings.EVIDENCE_MAX_BYTES // (1024 * 1024),
    }
    return render(request, "selfassess/documents/document.html", context, status=status)


def _summary(errors: Mapping[str, str], wrong: int | None) -> list[str]:
    """The error summary: a link to each wrong field."""
    end = f"-{wrong}" if wrong else ""
    return [format_html('<a href="#{}{}">{}</a>', name, end, said) if name else said for name, said in errors.items()]


def _typed(request: HttpRequest, document: Document) -> dict[str, Any]:
    """What stands in the fields: the document's data, or what was typed."""
    issued = f"{document.issued_on:%d/%m/%Y}" if document.issued_on else ""
    typed: dict[str, Any] = {
        "number": document.number,
        "issued_on": issued,
        "issuer": document.issuer,
        "abstract": document.abstract,
    }
    if request.method == "POST":
        typed |= {name: request.POST[name] for name in (*OFFERED, "page", "section") if name in request.POST}
    return typed


def _page_number(request: HttpRequest, document: Document, uses: list[queries.DocumentUse]) -> int | None:
    """The page to open at: the one asked for, else the first one in use."""
    wanted = whole_number(request.GET.get("trang", ""), digits=6)
    if wanted is not None:
        return wanted
    return next((use.evidence.page for use in uses if use.evidence.page), None)
