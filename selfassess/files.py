"""Private files out. Who may is decided by the caller; this withholds, records the reading, and answers."""

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from units.models import User

from . import rules
from .actions import log_reading
from .models import Document

# What a browser shows by itself and cannot run.
SHOWN = {"application/pdf", "image/png", "image/jpeg"}


def answer(request: HttpRequest, reader: User, document: Document, *, download: bool = False) -> HttpResponseBase:
    """The file to a person who may read it, with the reading recorded; 403 and a sentence when withheld."""
    said = withheld(document, own=rules.is_member(reader, document.unit_id))
    if said:
        return render(request, "selfassess/evidence/withheld.html", {"document": document, "said": said}, status=403)
    response = file_response(document, download=download)
    if request.method == "GET":
        address = str(request.META.get("REMOTE_ADDR", ""))
        log_reading(actor=reader, document=document, saved=download, address=address)
    return response


def withheld(document: Document, *, own: bool) -> str:
    """Why nobody gets the file now; "" when it is given. While the daemon looks, only its own unit does."""
    if document.scan_state == Document.Scan.INFECTED:
        return "Tệp có mã độc nên đã bị chặn với mọi người; đơn vị phải thay bằng tệp sạch."
    if document.scan_state == Document.Scan.SCANNING and not own:
        return "Tệp đang quét mã độc, thường xong sau ít phút: tải lại trang này để mở."
    return ""


def file_response(document: Document, *, download: bool = False) -> FileResponse:
    """The stored bytes under the document's own name: PDF and pictures beside the score, the rest (and
    `download`) to save. Never cached by anybody between, never guessed to be another type."""
    try:
        stored = document.file.open("rb")
    except FileNotFoundError:
        raise Http404("Tệp không còn trong kho.") from None
    shown = document.content_type in SHOWN
    content_type = document.content_type if shown else "application/octet-stream"
    response = FileResponse(
        stored, as_attachment=download or not shown, filename=document.original_name, content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    # Our own pages show it in a frame; a browser's PDF viewer is an object of the page that holds the file.
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Content-Security-Policy"] = "default-src 'self'; object-src 'self'; frame-ancestors 'self'"
    return response
