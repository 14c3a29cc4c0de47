"""Private files out. Who may is decided by the caller; this only answers with the bytes."""

from django.http import FileResponse, Http404

from .models import Document

# What a browser shows by itself and cannot run.
SHOWN = {"application/pdf", "image/png", "image/jpeg"}


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
